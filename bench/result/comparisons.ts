// The comparisons of a run: every variant against the baseline, cell by cell, from turns of the same processes.

import { mapValues, rounded } from '../base/rounding.js';
import { type Comparison, compare } from '../stats/comparison.js';
import { holm } from '../stats/holm.js';
import type { Visits } from '../stats/noise-floor.js';
import { pairTurns, type TurnsOfVisits } from '../stats/paired.js';
import { APART, type Bar, SIDE_BY_SIDE, verdict } from '../stats/verdict.js';
import type { ResultCell, ResultComparison } from './document.js';

/** What designs are compared with, where it is measured. */
export const BASELINE = 'mutex';
/** The design that the patch made of it: with the baseline the pair under study when nothing else is asked for. */
export const STUDIED = 'atomic-barrier';
const HIGHER_IS_BETTER = new Set([
  'jobsPerSecond',
  'pagesPerSecond',
  'mibPerSecond',
  'deviceMibPerSecond',
  'fairness',
  'score',
]);

/** The design that the others are compared with: `mutex` where it is among them, else the first. */
function baselineOf(variants: readonly string[]): string | undefined {
  return variants.includes(BASELINE) ? BASELINE : variants[0];
}

/**
 * Every other variant against the baseline, cell by cell. Verdicts rest on Student's t, whose p can be as small as the
 * data make it at any n from `LEAST_PROCESSES`: no family is too large for it, it only resolves less, and each row says
 * how much. Ranks, which could not reject at all in large families, are shown beside it and decide nothing.
 */
export function compareWithBaseline(
  cells: readonly ResultCell[],
  metric: string,
  studied: readonly string[],
): ResultComparison[] {
  const variants = [...new Set(cells.map(({ variant }) => variant))];
  // Who names designs has them judged against the first; of the pair under study that is the mutex.
  const baseline = studied.find((name) => variants.includes(name)) ?? baselineOf(variants);
  const pairs = cells.flatMap((b) => {
    const a = cells.find((cell) => cell.variant === baseline && groupOf(cell) === groupOf(b));
    if (!a || a === b || a.status !== 'measured' || b.status !== 'measured') return [];
    const processes = processesOf(a, b, metric);
    return processes.length > 0 ? [{ a, b, processes }] : [];
  });
  const inFamily = pairs.filter(({ b }) => studied.includes(b.variant));
  const compared = new Map(
    pairs.map((pair) => {
      const { a, b, processes } = pair;
      return [pair, compare(processes, inFamily.includes(pair) ? inFamily.length : 1, barOf(a, b, metric))];
    }),
  );
  const adjusted = holm(inFamily.map((pair) => compared.get(pair)!.p));
  return pairs.map((pair) => {
    const { a, b } = pair;
    const comparison = compared.get(pair)!;
    const adjustedP = adjusted[inFamily.indexOf(pair)] ?? comparison.p;
    const names = { cell: groupOf(b), a: a.variant, b: b.variant, metric };
    return { ...names, ...judged(comparison, adjustedP, metric, barOf(a, b, metric)) };
  });
}

/** What a difference between two cells has to pass. */
export function barOf(a: ResultCell, b: ResultCell, metric: string): Bar {
  return isSideBySide(a, metric) && isSideBySide(b, metric) ? SIDE_BY_SIDE : APART;
}

/** What a file keeps of a comparison, beside its names. */
export function judged(comparison: Comparison, adjustedP: number, metric: string, bar = APART) {
  const word = verdict(comparison, adjustedP, { better: betterOf(metric), bar });
  // What is called a difference is not marked as one that may be nothing.
  const underNoiseFloor = comparison.underNoiseFloor && word !== 'faster' && word !== 'slower';
  return { ...numbers({ ...comparison, underNoiseFloor }), adjustedP: rounded(adjustedP), verdict: word };
}

/** Whether a design stood beside others, and what it is compared by comes from all mirrors of a visit. */
export function isSideBySide({ workload, visits }: ResultCell, metric: string): boolean {
  // Those that did have one number for each visit, made from all mirrors; a precopy has one turn a visit.
  return workload !== 'precopy' && visits.every(({ turns }) => turns?.[metric]?.length === 1);
}

/** Which way a metric is better. */
export function betterOf(metric: string): 'higher' | 'lower' {
  return HIGHER_IS_BETTER.has(metric) ? 'higher' : 'lower';
}

/** The same without a verdict. */
function numbers({ ratio, low, high, p, n, ranks, noiseFloor, underNoiseFloor, resolvable, bimodal }: Comparison) {
  const values = { ratio, low, high, p, noiseFloor, resolvable, hodgesLehmann: ranks.ratio, signedRankP: ranks.p };
  return { ...mapValues(values, rounded), n, underNoiseFloor, bimodal };
}

/** The processes that visited both cells twice: by paired turns where both had as many, else by whole visits. */
export function processesOf(a: ResultCell, b: ResultCell, metric: string): Visits[] {
  const rounds = [...new Set(a.visits.map(({ round }) => round))];
  return rounds.flatMap((round): Visits[] => {
    const [ofA, ofB] = [a, b].map(({ visits }) => visits.filter((visit) => visit.round === round));
    if (ofA!.length !== 2 || ofB!.length !== 2) return [];
    const values = [ofA!, ofB!].map((visits) => visits.map((visit) => visit.values[metric]!));
    if (values.flat().some((value) => !(value > 0))) return [];
    // A visit to a cell may have been its mirror's second one: turns pair up in the order in which they were taken.
    const turns = [ofA!, ofB!].map((visits) => visits.map((visit) => visit.turns?.[metric] ?? []));
    const lengths = new Set(turns.flat().map((list) => list.length));
    if (lengths.size !== 1 || lengths.has(0)) return [{ a: values[0]!, b: values[1]! }];
    return [pairTurns(turns[0] as unknown as TurnsOfVisits, turns[1] as unknown as TurnsOfVisits)];
  });
}

/** A cell without its variant: what two rows must share to be compared. */
export function groupOf({ id, variant }: Pick<ResultCell, 'id' | 'variant'>): string {
  return id.replace(` ${variant} `, ' ');
}

/** A cell's id, or a group of cells, but for one axis. */
export function withoutAxis(id: string, key: string): string {
  return id
    .split(' ')
    .filter((word) => !word.startsWith(`${key}=`))
    .join(' ');
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
