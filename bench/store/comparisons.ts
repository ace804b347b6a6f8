// The comparisons of a run: every variant against the baseline, cell by cell, from visits of the same processes.
import { type Comparison, compare } from '../stats/comparison.js';
import { holm } from '../stats/holm.js';
import { type Verdict, verdict } from '../stats/verdict.js';
import type { ResultCell } from './result.js';
import { mapValues, rounded } from './rounding.js';

export interface ResultComparison {
  /** The cell's id, but for the variant. */
  readonly cell: string;
  readonly a: string;
  readonly b: string;
  readonly metric: string;
  /** b to a. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly p: number;
  readonly adjustedP: number;
  readonly n: number;
  readonly noiseFloor: number;
  readonly underNoiseFloor: boolean;
  readonly resolvable: number;
  readonly verdict: Verdict;
}

/** The pair under study: compared in every table, unless one of them is not there. */
export const BASELINE = 'mutex';
/** The design that the patch made of it: Holm's correction is over this pair. */
export const STUDIED = 'atomic-barrier';
const HIGHER_IS_BETTER = new Set(['jobsPerSecond', 'pagesPerSecond', 'mibPerSecond']);

/** Every other variant against the baseline, cell by cell; Holm over the pair under study, in one table and metric. */
export function compareWithBaseline(cells: readonly ResultCell[], metric: string): ResultComparison[] {
  const family = cells.filter(({ variant, status }) => variant === STUDIED && status === 'measured').length;
  const pairs = cells.flatMap((b) => {
    const a = cells.find((cell) => cell.variant === BASELINE && groupOf(cell) === groupOf(b));
    if (!a || a === b || a.status !== 'measured' || b.status !== 'measured') return [];
    const [ofA, ofB] = [byRound(a.visits, metric), byRound(b.visits, metric)];
    const processes = [...ofA].flatMap(([round, values]) => {
      const others = ofB.get(round);
      return others && values.length > 1 && others.length > 1 ? [{ a: values, b: others }] : [];
    });
    return processes.length > 0 ? [{ a, b, comparison: compare(processes, b.variant === STUDIED ? family : 1) }] : [];
  });
  const studied = pairs.filter(({ b }) => b.variant === STUDIED);
  const adjusted = holm(studied.map(({ comparison }) => comparison.p));
  return pairs.map((pair) => {
    const { a, b, comparison } = pair;
    const adjustedP = adjusted[studied.indexOf(pair)] ?? comparison.p;
    const better = HIGHER_IS_BETTER.has(metric) ? 'higher' : 'lower';
    const names = { cell: groupOf(b), a: a.variant, b: b.variant, metric };
    return {
      ...names,
      ...numbers(comparison),
      adjustedP: rounded(adjustedP),
      verdict: verdict(comparison, adjustedP, { better }),
    };
  });
}

function numbers({ ratio, low, high, p, n, noiseFloor, underNoiseFloor, resolvable }: Comparison) {
  const fractions = mapValues({ ratio, low, high, p, noiseFloor, resolvable }, rounded);
  return { ...fractions, n, underNoiseFloor };
}

/** A cell without its variant: what two rows must share to be compared. */
export function groupOf({ id, variant }: Pick<ResultCell, 'id' | 'variant'>): string {
  return id.replace(` ${variant} `, ' ');
}

/** Values of one metric by round, in the order of the visits. */
export function byRound(
  visits: readonly { round: number; values: Readonly<Record<string, number>> }[],
  metric: string,
) {
  const rounds = new Map<number, number[]>();
  for (const { round, values } of visits) rounds.set(round, [...(rounds.get(round) ?? []), values[metric]!]);
  return rounds;
}
