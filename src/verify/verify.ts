// The checker's front door: a scenario in, a report with replayable counterexamples out.
import { minimise, type TraceRow, trace } from './counterexample.js';
import { Execution, type ExecutionOptions } from './execution.js';
import { Exhaustive } from './exhaustive.js';
import type { HintRead, HintSites } from './hint-sites.js';
import { Hunt } from './hunt.js';
import { shortestTo } from './livelock.js';
import { type Problem, simple } from './problem.js';
import { RandomSearch } from './random.js';
import { BodyError, OUTGROWN, ScenarioError } from './rules.js';
import type { Scenario } from './scenario.js';
import type { Search, SearchResult } from './search.js';
import { Whole, Within } from './whole.js';

const STRATEGIES = ['exhaustive', 'bounded', 'random', 'pct'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export interface VerifyOptions extends ExecutionOptions {
  /** Default `exhaustive`. */
  readonly strategy?: Strategy;
  /** Bound of `exhaustive` and `bounded`. Default 2 million. */
  readonly mostStates?: number;
  /** Preemptions of `bounded`. Default 2. */
  readonly preemptions?: number;
  /** Executions of `random` and `pct`. Default 20 000. */
  readonly schedules?: number;
  /** Ordering constraints of `pct`. Default 3. */
  readonly depth?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Different findings to collect before stopping. Default 1. */
  readonly mostFindings?: number;
  /** Called now and then during `exhaustive` with the number of states so far. */
  readonly onProgress?: (states: number) => void;
  /** Switches off the merging of states by what their clocks mean: for checking the checker. */
  readonly raw?: boolean;
  /** Whether an exhaustive search leaves out transitions whose order does not matter. Default true; false for checking the checker. */
  readonly reduces?: boolean;
  /** Whether counterexamples are cut down. Default true. */
  readonly minimise?: boolean;
}

export interface Finding extends Problem {
  /** Transitions from the start; `replay` takes them. Empty where there is none (a body that is not deterministic). */
  readonly schedule: readonly number[];
  readonly trace: readonly TraceRow[];
}

export interface Report extends SearchResult {
  readonly scenario: string;
  readonly strategy: Strategy;
  /** What the search was bounded by, in words. */
  readonly bounds: string;
  /** Where threads or executions were not followed further: with any, the search is not complete. */
  readonly cuts: readonly string[];
  readonly elapsedMs: number;
  /** The hint reads that were met: reads that may race with atomic writes. */
  readonly hints: readonly HintRead[];
  readonly findings: readonly Finding[];
}

/** What every claim of the checker rests on; to be printed with it. */
export const ASSUMPTIONS: readonly string[] = [
  'values out of thin air do not occur',
  'thread bodies are deterministic',
  'a hint read returns one of the newest 4 writes of its word, and later ones only of plain writes under a hint (unless havoc)',
  'a state is known by 64 bits of hash',
];

const DEFAULT_MOST_STATES = 2_000_000;
/** Short random executions before a search of states: they find out which words the program uses and how. */
const WARM_UP = { schedules: 30, seed: 7, depth: 0, mostSteps: 2000 };

/** States looked at for a livelock that a replayed schedule leads to. */
const REPLAYED_STATES = 20_000;
/** Steps of a livelock that are shown after the way there. */
const LIVELOCK_SHOWN = 12;

/** Options that are whole numbers, and the least that each may be. */
const WHOLE = { mostStates: 1, preemptions: 0, schedules: 1, depth: 1, mostFindings: 1, earlyWakes: 0 } as const;

/**
 * Checks a scenario. What the threads do wrong is reported; errors in the scenario's own hooks are thrown, and a
 * RangeError for an option that makes no sense.
 */
export function verify(scenario: Scenario, options: VerifyOptions = {}): Report {
  const strategy = options.strategy ?? 'exhaustive';
  checkOptions(strategy, options);
  const search = searchFor(strategy, options);
  const start = performance.now();
  const found = new Map<string, Finding>();
  let result: SearchResult = { states: 0, schedules: 0, complete: false };
  let hints: readonly HintRead[] = [];
  let cuts: readonly string[] = [];
  try {
    const execution = new Execution(scenario, options);
    if (strategy === 'exhaustive' || strategy === 'bounded') new RandomSearch(WARM_UP).run(execution, () => true);
    const problems = new Map<string, { problem: Problem; path: number[] }>();
    const collect = (problem: Problem, path: number[]): boolean => {
      if (!problems.has(problem.key)) problems.set(problem.key, { problem, path: path.slice() });
      return problems.size < (options.mostFindings ?? 1);
    };
    result = again(() => {
      problems.clear();
      execution.cuts.clear();
      return search.run(execution, (path) => collect(execution.problem!, path));
    });
    if (strategy === 'bounded' && execution.cuts.size > 0 && problems.size === 0)
      again(() => new Hunt().run(execution, (path) => collect(execution.problem!, path)));
    hints = execution.hints.list();
    cuts = [...execution.cuts];
    if (cuts.length > 0) result = { ...result, complete: false };
    for (const [key, { problem, path }] of problems) {
      found.set(key, explain(execution, problem, path, options.minimise !== false));
    }
    checkHints(execution.hints, result.complete, found);
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    const problem = simple(error.kind, error.message);
    found.set(problem.key, { ...problem, schedule: [], trace: [] });
    result = { ...result, complete: false };
  }
  return {
    scenario: scenario.name,
    strategy,
    bounds: boundsOf(strategy, options),
    ...result,
    cuts,
    elapsedMs: performance.now() - start,
    hints,
    findings: [...found.values()],
  };
}

/** Follows a finding's schedule again: the same operations, the same problem. */
export function replay(
  scenario: Scenario,
  schedule: readonly number[],
  options: ExecutionOptions = {},
): { trace: readonly TraceRow[]; problem: Problem | null } {
  try {
    const execution = new Execution(scenario, options);
    const { rows, problem } = trace(execution, schedule);
    const livelock = problem ? null : again(() => livelockAfter(execution, schedule));
    if (!livelock) return { trace: rows, problem };
    return { trace: trace(execution, schedule, LIVELOCK_SHOWN).rows, problem: livelock };
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    return { trace: [], problem: simple(error.kind, error.message) };
  }
}

/** What only all that can follow shows: looked for from where a schedule leads to. */
function livelockAfter(execution: Execution, from: readonly number[]): Problem | null {
  let livelock: Problem | null = null;
  const look = (search: Search): void => {
    search.run(execution, () => {
      if (execution.problem?.kind === 'livelock') livelock = execution.problem;
      return livelock === null;
    });
  };
  look(new Exhaustive({ mostStates: REPLAYED_STATES, from }));
  if (!livelock) look(new Hunt(from));
  if (!livelock) {
    execution.mergeMemories();
    look(new Exhaustive({ mostStates: REPLAYED_STATES, from }));
  }
  return livelock;
}

function explain(execution: Execution, problem: Problem, path: number[], shorten: boolean): Finding {
  // A livelock is a property of all continuations: it is shown by the way there, and some steps of it.
  const isLivelock = problem.kind === 'livelock';
  const shorter = (): readonly number[] =>
    isLivelock ? again(() => shortestTo(execution, path)) : minimise(execution, path, problem).path;
  const schedule = shorten ? shorter() : path;
  const explained = isLivelock ? trace(execution, schedule, LIVELOCK_SHOWN) : trace(execution, schedule);
  const isSame = explained.problem?.key === problem.key;
  return { ...(isSame ? explained.problem! : problem), schedule, trace: explained.rows };
}

/** An annotation that matches no read is misspelt, once all was searched; where there is a race, it may explain it. */
function checkHints(hints: HintSites, isComplete: boolean, found: Map<string, Finding>): void {
  const { unmet, reads } = hints.unmet();
  if (unmet.length === 0) return;
  const quoted = (places: readonly string[]): string => places.map((at) => `"${at}"`).join(', ') || 'no place';
  const what = `no plain read at ${quoted(unmet)}; plain reads are at ${quoted(reads)}`;
  if (isComplete) throw new ScenarioError(`hints: ${what}`);
  for (const [key, finding] of found) {
    const isRace = finding.kind === 'data-race' || finding.kind === 'plain-spin';
    if (isRace) found.set(key, { ...finding, message: `${finding.message} (hints: ${what})` });
  }
}

function checkOptions(strategy: Strategy, options: VerifyOptions): void {
  if (!STRATEGIES.includes(strategy))
    throw new RangeError(`verify: strategy is one of ${STRATEGIES.join(', ')}, got ${strategy}`);
  for (const [name, least] of Object.entries(WHOLE)) {
    const value = options[name as keyof typeof WHOLE];
    if (value !== undefined && !(Number.isInteger(value) && value >= least))
      throw new RangeError(`verify: ${name} is a whole number from ${least}, got ${value}`);
  }
}

function again<T>(run: () => T): T {
  for (;;) {
    try {
      return run();
    } catch (error) {
      if (error !== OUTGROWN) throw error;
    }
  }
}

function searchFor(strategy: Strategy, options: VerifyOptions): Search {
  const mostStates = options.mostStates ?? DEFAULT_MOST_STATES;
  switch (strategy) {
    case 'exhaustive':
      return new Whole({
        mostStates,
        raw: options.raw ?? false,
        reduces: options.reduces ?? true,
        onProgress: options.onProgress,
      });
    case 'bounded':
      return new Within({ mostStates, preemptions: options.preemptions ?? 2, onProgress: options.onProgress });
    default:
      return new RandomSearch({
        schedules: options.schedules ?? 20_000,
        seed: options.seed ?? 1,
        depth: strategy === 'pct' ? (options.depth ?? 3) : 0,
        mostSteps: 5000,
      });
  }
}

function boundsOf(strategy: Strategy, options: VerifyOptions): string {
  const states = `at most ${options.mostStates ?? DEFAULT_MOST_STATES} states`;
  switch (strategy) {
    case 'exhaustive':
      return states;
    case 'bounded':
      return `at most ${options.preemptions ?? 2} preemptions, ${states}`;
    case 'random':
      return `${options.schedules ?? 20_000} random schedules, seed ${options.seed ?? 1}`;
    default:
      return `${options.schedules ?? 20_000} PCT schedules of depth ${options.depth ?? 3}, seed ${options.seed ?? 1}`;
  }
}
