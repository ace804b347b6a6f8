// What a table says, in words made from its numbers: verdicts, and what the run could have found at all.
import type { Price, ResultComparison, ResultSlope } from '../result/document.js';
import { EQUIVALENCE_MARGIN } from '../stats/verdict.js';
import { ratioAndInterval, timesText } from './figures.js';

/** What a verdict is read from; every SAME has an interval. */
type Judged = Pick<ResultComparison, 'a' | 'b' | 'ratio' | 'verdict'> & Partial<Pick<ResultComparison, 'low' | 'high'>>;

/** A comparison and the heading of its column. */
export interface Compared<C extends Judged = ResultComparison> {
  readonly column: string;
  readonly comparison: C;
}

/** One line a design and metric: `atomic-barrier and mutex: SAME within 3 % at 1 ch, 2 ch; UNCLEAR at 8 ch`. */
export function readVerdicts(compared: readonly Compared<Judged>[]): string[] {
  const names = [...new Set(compared.map(({ comparison }) => comparison.b))];
  return names.map((name) => {
    const own = compared.filter(({ comparison }) => comparison.b === name);
    const verdicts = [...new Set(own.map(({ comparison }) => comparison.verdict))];
    const parts = verdicts.map((verdict) => {
      const alike = own.filter(({ comparison }) => comparison.verdict === verdict);
      const where = alike.map(({ column }) => column).join(', ');
      if (verdict === 'too-few') return 'TOO FEW processes for a verdict';
      if (verdict === 'same') return `SAME within ${percent(Math.max(...alike.map(farthest)))} at ${where}`;
      if (verdict === 'unclear') return `UNCLEAR at ${where}`;
      const ratios = alike.map(({ column, comparison }) => `${column} (${timesText(comparison.ratio)})`);
      return `${verdict.toUpperCase()} at ${ratios.join(', ')}`;
    });
    return `${name} and ${own[0]!.comparison.a}: ${parts.join('; ')}`;
  });
}

/** How far from 1 the interval reaches, never more than the margin that made it SAME. */
function farthest({ comparison: { low, high } }: Compared<Judged>): number {
  return Math.min(EQUIVALENCE_MARGIN, Math.max(high! - 1, 1 / low! - 1));
}

/** The comparisons of one design, a line a column: at most 80 characters, whatever heads a column. */
export function listComparisons(compared: readonly Compared[]): string[] {
  const width = Math.max(...compared.map(({ column }) => column.length), 6);
  const rows = compared.map(({ column, comparison }) => ({
    ...{ column, comparison, ratio: ratioAndInterval(comparison), n: String(comparison.n) },
  }));
  const widest = (of: (row: (typeof rows)[number]) => string) => Math.max(...rows.map((row) => of(row).length));
  const [ratioWidth, nWidth] = [widest(({ ratio }) => ratio), widest(({ n }) => n)];
  return rows.map(({ column, comparison: { verdict, noiseFloor, resolvable }, ratio, n }) => {
    const word = verdict.toUpperCase().replace('-', ' ').padEnd(7);
    const limits = `n ${n.padStart(nWidth)}, detects >= ${percent(resolvable)}`;
    const noise = width > ROOMY ? '' : `, noise ${percent(noiseFloor)}`;
    return `${column.padStart(width)}  ${ratio.padEnd(ratioWidth)}  ${word}  ${limits}${noise}`;
  });
}

/** Headings up to this long leave room for the noise floor. */
const ROOMY = 10;

const UNITS = {
  lock: 'one pair of lock and unlock on each side',
  mutex: 'one more mutex, its cache line included,',
  notify: 'one more notify at each post',
  hold: 'each us that a write is held',
} as const;

/** What one unit of a dose costs a design, whether it is linear, and what it predicts. */
export function readSlope({ variant, kind, slope, largestDeviation, predicted, n }: ResultSlope): string[] {
  const scale = kind === 'hold' ? 1e3 : 1;
  const half = ((slope.high - slope.low) / 2) * scale;
  const cost = `${digits(slope.estimate * scale)} ± ${digits(half)} ns`;
  const linear = largestDeviation === null ? '' : `; linear within ${digits(largestDeviation)} ns`;
  const lines = [`${variant}: ${UNITS[kind]} costs ${cost}, n ${n}${linear}`];
  if ((kind === 'lock' || kind === 'mutex') && predicted) {
    const { ratio, low, high } = predicted;
    lines.push(`  so without its mutex x${ratio.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)}) of the time`);
  }
  return lines;
}

/** The headline. */
export function readPrice({
  ns,
  low,
  high,
  handOffNs,
  share,
  shareHigh,
  parkedSlope,
  agrees,
  within,
}: Price): string[] {
  const verdict = within
    ? 'SAME within 0.5 % of a parked hand-off, with the mutex and without'
    : `not within 0.5 % of a parked hand-off (up to ${percent(shareHigh)})`;
  const parked = `${digits(parkedSlope.estimate)} ± ${digits((parkedSlope.high - parkedSlope.low) / 2)} ns`;
  return [
    `One mutex costs ${digits(ns)} ± ${digits((high - low) / 2)} ns per batch: ${percent(share)} of a parked hand-off of ${digits(handOffNs / 1e3)} us.`,
    verdict,
    `the slope while parked, ${parked}, ${agrees ? 'agrees' : 'does not agree'} with it`,
  ];
}

/** `none`: what stands for a share that has no bound. */
export function percent(share: number | undefined, none = 'nothing'): string {
  if (share === undefined || !Number.isFinite(share)) return none;
  if (share >= 10) return 'over 1000 %';
  const value = share * 100;
  return `${value.toFixed(value < 1 ? 2 : value < 10 ? 1 : 0)} %`;
}

function digits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
