// Weakens each ordering of a program in turn, and asks the checker whether it notices.
import { isDiscarded } from './discarded.js';
import { type How, type Mutation, waysOf } from './mutation.js';
import { ALL, operationName } from './operation.js';
import type { ProblemKind } from './problem.js';
import { RULES } from './rules.js';
import type { Scenario } from './scenario.js';
import type { Site } from './site.js';
import { pathInPackage, sourceOf } from './source.js';
import { type Strategy, type VerifyOptions, verify } from './verify.js';

export interface Mutant extends Mutation {
  /** Stable while the code around it changes: `src/memory/semaphore.ts Semaphore.post Atomics.add 1 plain`. */
  readonly id: string;
  /** Source file within its package, and line. */
  readonly file: string;
  readonly line: number;
  readonly operation: string;
}

export interface MutantResult {
  readonly mutant: Mutant;
  /** `undecided`: nothing was found, and a search hit its bound or a body could not be checked. */
  readonly status: 'killed' | 'survived' | 'undecided';
  /** What killed it, and where. */
  readonly finding?: { readonly kind: ProblemKind; readonly message: string };
  readonly scenario?: string;
  readonly strategy?: Strategy;
  readonly states: number;
  readonly elapsedMs: number;
}

/** One of several who share the mutants: of five, the second tries mutants 1, 6, 11 and so on, counted from 0. */
export interface Part {
  readonly index: number;
  readonly of: number;
}

export interface MutateOptions extends VerifyOptions {
  /** Which source files are mutated, by path within their package. Default: all that the threads run. */
  readonly files?: (file: string) => boolean;
  /** Every so many mutants, from the first or a later one: the others are somebody else's. Default: all. */
  readonly part?: Part | undefined;
  /** Called after each mutant. */
  readonly onResult?: (result: MutantResult, done: number, total: number) => void;
}

interface Use {
  readonly site: Site;
  readonly kind: number;
  readonly modifier: number;
  readonly wakesAll: boolean;
}

/** Short random runs that kill most mutants before a search of all states is needed. */
const QUICK: VerifyOptions = { strategy: 'pct', schedules: 100, minimise: false };

const THOROUGH: VerifyOptions = { minimise: false };

/** Every mutant of the code that the scenarios' threads run, in order of file and line. */
export function mutantsOf(scenarios: readonly Scenario[], options: MutateOptions = {}): Mutant[] {
  return surveyed(scenarios, options).mutants;
}

/** A scenario, and the call sites that its threads come to; null where not all of them are known. */
class Tried {
  kills = 0;
  readonly scenario: Scenario;
  private readonly sites: ReadonlySet<string> | null;

  constructor(scenario: Scenario, sites: ReadonlySet<string> | null) {
    this.scenario = scenario;
    this.sites = sites;
  }

  /** Where no thread comes to what is mutated, nothing differs from the program as it is. */
  comesTo({ site }: Mutant): boolean {
    return this.sites?.has(site) !== false;
  }
}

/** Runs the program as it is, to see all its call sites. */
function surveyed(
  scenarios: readonly Scenario[],
  options: MutateOptions,
): { readonly mutants: Mutant[]; readonly tried: Tried[] } {
  const uses = new Map<string, Use>();
  const looksLeft = new Map<string, number>();
  const tried = scenarios.map((scenario) => {
    const sites = new Set<string>();
    const onSite = (site: Site, kind: number, modifier: number, a: number): void => {
      sites.add(site.key);
      if (!uses.has(site.key)) uses.set(site.key, { site, kind, modifier, wakesAll: a === ALL });
    };
    verify(scenario, { ...options, strategy: 'random', schedules: 200, onSite, looksLeft });
    const { complete } = verify(scenario, { ...options, strategy: 'exhaustive', onSite, looksLeft });
    return new Tried(scenario, complete ? sites : null);
  });
  return { mutants: mutantsIn(uses, options), tried };
}

function mutantsIn(uses: ReadonlyMap<string, Use>, options: MutateOptions): Mutant[] {
  const places = [...uses.values()].map((use) => {
    const { file, line, column } = sourceOf(use.site);
    return { ...use, file: pathInPackage(file), line, column };
  });
  places.sort((one, other) => compare(one.file, other.file) || one.line - other.line || one.column - other.column);
  const counts = new Map<string, number>();
  return places
    .filter(({ file }) => options.files?.(file) ?? true)
    .flatMap(({ site, kind, modifier, wakesAll, file, line }) => {
      const operation = operationName(kind, modifier);
      const name = `${file} ${site.functionName} ${operation}`;
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return waysOf(kind, isDiscarded(site), wakesAll).map((how) => ({
        id: `${name} ${count} ${how}`,
        site: site.key,
        how,
        file,
        line,
        operation,
      }));
    });
}

/** Checks every mutant on the scenarios until one of them shows a problem: first on those that have shown the most. */
export function mutate(scenarios: readonly Scenario[], options: MutateOptions = {}): MutantResult[] {
  const { mutants: all, tried } = surveyed(scenarios, options);
  const { index, of } = options.part ?? { index: 0, of: 1 };
  const mutants = all.filter((_, i) => i % of === index);
  return mutants.map((mutant, i) => {
    const result = tryMutant(mutant, tried, options);
    options.onResult?.(result, i + 1, mutants.length);
    return result;
  });
}

function tryMutant(mutant: Mutant, all: readonly Tried[], options: MutateOptions): MutantResult {
  const tried = all.filter((each) => each.comesTo(mutant)).sort((one, other) => other.kills - one.kills);
  const start = performance.now();
  let states = 0;
  let complete = true;
  const looksLeft = new Map<string, number>();
  for (const effort of [QUICK, THOROUGH]) {
    for (const each of tried) {
      const { scenario } = each;
      const report = verify(scenario, { ...options, ...effort, mutation: mutant, mostFindings: 1, looksLeft });
      states += report.states;
      if (effort !== QUICK) complete &&= report.complete;
      const finding = report.findings[0];
      // A mutant that cannot be checked is not thereby shown to be wrong.
      if (finding && isRule(finding.kind)) complete = false;
      else if (finding) {
        each.kills++;
        return {
          mutant,
          status: 'killed',
          finding: { kind: finding.kind, message: finding.message },
          scenario: scenario.name,
          strategy: report.strategy,
          states,
          elapsedMs: performance.now() - start,
        };
      }
    }
  }
  return { mutant, status: complete ? 'survived' : 'undecided', states, elapsedMs: performance.now() - start };
}

function isRule(kind: ProblemKind): boolean {
  return (RULES as readonly string[]).includes(kind);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The ways there are, with what each stands for: the head of a kill matrix. */
export const WAYS: Readonly<Record<How, string>> = {
  plain: 'a plain access in place of an atomic one',
  split: 'a read-modify-write in two steps',
  drop: 'left out',
  narrow: 'wakes one instead of all',
  delay: 'comes after the operation that follows it',
  'no-loop': 'does not look again after the wake',
};
