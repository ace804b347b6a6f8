// Checks any variant whose threads are the framework's: its scenarios, upstream's error path, its mutants.
import type { Variant } from '../../sender/variant.js';
import type { ProblemKind } from '../problem.js';
import { pathInPackage, sourceFileOf } from '../source.js';
import { Reached } from '../unreached.js';
import {
  addFinding,
  type Checked,
  type CheckedFinding,
  type CheckOptions,
  checkMutants,
  checkScenarios,
} from './check.js';
import { initialPlace } from './place.js';
import { type DesignBounds, designSuite, drawnSuite, upstreamSuite } from './suite.js';
import { layDesign } from './words.js';

/** What a hang is found as. */
const HANGS: ReadonlySet<ProblemKind> = new Set<ProblemKind>(['deadlock', 'lost-wake-up']);
/** Upstream's error path is searched past its hang, for anything else. */
const UPSTREAM_FINDINGS = 8;
/** What is drawn of scenarios that are too large to be searched. */
const DRAWN = { strategy: 'pct', depth: 8 } as const;
/** Schedules of each; and of designs with so many states, or so many orders of messages, that a schedule is mostly new ones. */
const SCHEDULES = 200;
const FEW_SCHEDULES = 40;
/** What carries a design, in the benchmark and here: not mutated with it. */
const CARRIERS =
  /^src\/(?:faults|ram|session|transport|verify|workloads)\/|^src\/sender\/(?:channel-work|invariant|loops|page-queue|tally)\./;

export function checkDesign(variant: Variant, bounds: DesignBounds, options: CheckOptions = {}): Checked {
  const suite = designSuite(variant, bounds).map(({ scenario }) => scenario);
  const reached = new Reached();
  const watched = { ...options, search: { ...options.search, onSite: reached.onSite, looksLeft: new Map() } };
  const scenarios = suite.filter(({ hints }) => !hints);
  let main = checkScenarios(variant.name, scenarios, watched);
  // Where nobody comes to a hint, it makes no difference what one returns.
  if (main.scenarios.some(({ complete, hints }) => !complete || hints.length > 0)) {
    const wild = suite.filter(({ hints }) => hints);
    scenarios.push(...wild);
    main = joined(main, checkScenarios(variant.name, wild, watched));
  }
  const searched = withDrawn(variant, bounds, withUpstream(variant, bounds, main, watched), watched);
  const isDesign = (file: string): boolean => !CARRIERS.test(file);
  const checked = { ...searched, unreached: reached.left((file) => isDesign(pathInPackage(sourceFileOf(file)))) };
  return options.mutates ? checkMutants(checked, scenarios, isDesign, options) : checked;
}

/** One report of two parts of a suite. */
function joined(one: Checked, other: Checked): Checked {
  const findings = one.findings.slice();
  for (const finding of other.findings) addFinding(findings, finding);
  return {
    ...one,
    complete: one.complete && other.complete,
    states: one.states + other.states,
    elapsedMs: one.elapsedMs + other.elapsedMs,
    scenarios: [...one.scenarios, ...other.scenarios],
    findings,
  };
}

/** Adds schedules that are drawn, of scenarios that are too large: for findings that need more channels, depth or syncs. */
function withDrawn(variant: Variant, bounds: DesignBounds, checked: Checked, options: CheckOptions): Checked {
  const { strategy = 'exhaustive', seed = 1 } = options.search ?? {};
  if (strategy !== 'exhaustive' || checked.findings.length > 0) return checked;
  const isNew = !checked.complete || variant.provider.waits === 'event-loop';
  const schedules = options.schedules ?? (isNew ? FEW_SCHEDULES : SCHEDULES);
  if (schedules === 0) return checked;
  const scenarios = drawnSuite(variant, bounds).map(({ scenario }) => scenario);
  const search = { ...options.search, ...DRAWN, schedules, seed };
  const { scenarios: drawn, findings, elapsedMs } = checkScenarios(variant.name, scenarios, { ...options, search });
  return { ...checked, drawn, findings, elapsedMs: checked.elapsedMs + elapsedMs };
}

/** Adds upstream's error path, where the design has one: its hangs stand apart, for they are upstream's. */
function withUpstream(variant: Variant, bounds: DesignBounds, checked: Checked, options: CheckOptions): Checked {
  if (!hasUpstreamPath(variant, bounds)) return checked;
  const scenarios = upstreamSuite(variant, bounds).map(({ scenario }) => scenario);
  const search = { ...options.search, mostFindings: UPSTREAM_FINDINGS };
  const upstream = checkScenarios(variant.name, scenarios, { ...options, search });
  const isHang = ({ kind }: CheckedFinding): boolean => HANGS.has(kind);
  return {
    ...joined(checked, { ...upstream, findings: upstream.findings.filter((each) => !isHang(each)) }),
    upstreamHangs: upstream.findings.filter(isHang),
  };
}

function hasUpstreamPath(variant: Variant, { channels }: DesignBounds): boolean {
  if (variant.sender.waits !== 'blocks') return false;
  const shape = { channels, requesters: 1, depth: variant.depth[0] };
  const words = layDesign(variant, shape);
  return variant.sender.open(initialPlace(words, shape, new Int32Array(words.end)), 0).fail !== undefined;
}
