// Checks a design, or the primitives: all scenarios, then all mutants, in one report.
import { type MutantResult, type MutateOptions, mutate, type Part } from '../mutate.js';
import type { Scenario } from '../scenario.js';
import { checkSurvivors, type Survivor } from '../survivors.js';
import { type Finding, type Report, type VerifyOptions, verify } from '../verify.js';

export interface CheckedScenario extends Omit<Report, 'findings'> {
  /** What was searched instead, where the states were too many. */
  readonly instead?: Omit<Report, 'findings'>;
}

export interface CheckedFinding extends Finding {
  readonly scenario: string;
}

export interface Checked {
  readonly name: string;
  /** Whether all states of every scenario were searched. */
  readonly complete: boolean;
  /** States of all scenarios; mutants not included. */
  readonly states: number;
  readonly elapsedMs: number;
  readonly scenarios: readonly CheckedScenario[];
  /** Larger ones, of which schedules were drawn: they complete nothing. */
  readonly drawn?: readonly CheckedScenario[];
  /** Shared accesses of the program that no scenario reached. */
  readonly unreached: readonly string[];
  readonly findings: readonly CheckedFinding[];
  /** How upstream's error path hangs, of designs that have one. */
  readonly upstreamHangs?: readonly CheckedFinding[];
  readonly mutants: readonly MutantResult[];
  /** Alive mutants that no survivors file lists, by id. */
  readonly unknownSurvivors: readonly string[];
  /** Listed mutants that are not alive, by id. */
  readonly staleSurvivors: readonly string[];
}

export interface CheckOptions {
  readonly search?: VerifyOptions;
  /** Schedules that are drawn of each scenario too large to be searched; 0: none; default 200, or 40 of a design with many states. */
  readonly schedules?: number | undefined;
  /** Whether a scenario with too many states is searched within some preemptions. Default true. */
  readonly searchesInstead?: boolean;
  /** Runs the mutants too, unless there is a finding: it would kill them all. */
  readonly mutates?: boolean;
  readonly survivors?: readonly Survivor[];
  /** Of the mutants; `joinParts` puts together what came of all. */
  readonly part?: Part | undefined;
  /** Called before each scenario, and after each mutant. */
  readonly onProgress?: (what: string, done: number, total: number) => void;
}

/** Findings collected from each scenario. */
const MOST_FINDINGS = 3;
/** States searched before a scenario is bounded by preemptions instead: some seconds. */
const MOST_STATES = 500_000;
const INSTEAD = { strategy: 'bounded', preemptions: 2 } as const;
/** Mutants are tried on scenarios of at most so many states: one that lives is searched for in all of them. */
const MOST_STATES_TO_MUTATE = 100_000;

/** Checks scenarios one after the other. */
export function checkScenarios(name: string, scenarios: readonly Scenario[], options: CheckOptions = {}): Checked {
  const start = performance.now();
  const search = { mostFindings: MOST_FINDINGS, mostStates: MOST_STATES, ...options.search };
  const findings: CheckedFinding[] = [];
  const checkOne = (scenario: Scenario, how: VerifyOptions): Omit<Report, 'findings'> => {
    const { findings: found, ...rest } = verify(scenario, how);
    for (const finding of found) addFinding(findings, { ...finding, scenario: scenario.name });
    return rest;
  };
  const checked = scenarios.map((scenario, i): CheckedScenario => {
    options.onProgress?.(scenario.name, i, scenarios.length);
    const report = checkOne(scenario, search);
    const isTooLarge = report.strategy === 'exhaustive' && !report.complete && findings.length === 0;
    return isTooLarge && options.searchesInstead !== false
      ? { ...report, instead: checkOne(scenario, { ...search, ...INSTEAD }) }
      : report;
  });
  return {
    name,
    complete: checked.every(({ strategy, complete }) => strategy === 'exhaustive' && complete),
    states: checked.reduce((sum, { states, instead }) => sum + states + (instead?.states ?? 0), 0),
    elapsedMs: performance.now() - start,
    scenarios: checked,
    unreached: [],
    findings,
    mutants: [],
    unknownSurvivors: [],
    staleSurvivors: [],
  };
}

/** Adds a finding unless it is known; of two that are the same, the shorter stays. */
export function addFinding(findings: CheckedFinding[], finding: CheckedFinding): void {
  const at = findings.findIndex(({ key }) => key === finding.key);
  if (at < 0) findings.push(finding);
  else if (finding.schedule.length < findings[at]!.schedule.length) findings[at] = finding;
}

/** Adds the mutants of the files that `files` picks, held against the survivors. */
export function checkMutants(
  checked: Checked,
  scenarios: readonly Scenario[],
  files: NonNullable<MutateOptions['files']>,
  { survivors = [], part, onProgress }: CheckOptions,
  mostStates = MOST_STATES_TO_MUTATE,
): Checked {
  if (checked.findings.length > 0) return checked;
  const start = performance.now();
  const isSmall = (_: Scenario, i: number): boolean => {
    const { complete, states } = checked.scenarios[i]!;
    return complete && states <= mostStates;
  };
  const small = scenarios.filter(isSmall);
  // With none, all are tried: what is too large to be searched leaves its mutants undecided, and that is told.
  const mutants = mutate(small.length > 0 ? small : scenarios, {
    files,
    part,
    onResult: ({ mutant }, done, total) => onProgress?.(mutant.id, done, total),
  });
  return withMutants({ ...checked, elapsedMs: checked.elapsedMs + performance.now() - start }, mutants, survivors);
}

function withMutants(checked: Checked, mutants: readonly MutantResult[], survivors: readonly Survivor[]): Checked {
  const { unknown, stale } = checkSurvivors(mutants, survivors);
  return {
    ...checked,
    mutants,
    unknownSurvivors: unknown.map(({ mutant }) => mutant.id),
    staleSurvivors: stale.map(({ mutant }) => mutant),
  };
}

/** One report out of those of all parts, which differ in their mutants. */
export function joinParts(parts: readonly Checked[], survivors: readonly Survivor[]): Checked {
  const [first] = parts;
  if (parts.length === 1 || first!.findings.length > 0) return first!;
  const count = parts.reduce((sum, { mutants }) => sum + mutants.length, 0);
  const mutants = Array.from(
    { length: count },
    (_, i) => parts[i % parts.length]!.mutants[Math.floor(i / parts.length)]!,
  );
  return withMutants(
    { ...first!, elapsedMs: Math.max(...parts.map(({ elapsedMs }) => elapsedMs)) },
    mutants,
    survivors,
  );
}
