// Latency percentile curves: all samples of a cell, as far as at least 10 of them lie beyond, in few points.

import { lowestOf } from '../../src/memory/latency-histogram.js';
import { rounded } from '../base/rounding.js';
import type { Histograms } from '../result/document.js';
import { decodeLatencies } from '../result/latency-summary.js';
import { logOdds } from './log-odds.js';

/** Share of the samples that are no longer than this, and the latency in nanoseconds. */
export type CurvePoint = readonly [share: number, ns: number];
/** By metric: `handoffNs`, `takenNs`, `freedNs`. */
export type Curves = Readonly<Record<string, readonly CurvePoint[]>>;

const SAMPLES_BEYOND = 10;
/** Distance of two points on the log-odds axis: a curve has some 120 of them at a million samples. */
const STEP = 0.05;

/** The curves of a timed cell; parts that a design does not have are left out. */
export function curvesOf(histograms: Histograms): Curves {
  const parts = Object.entries(decodeLatencies(histograms)).map(([part, counts]) => [`${part}Ns`, curveOf(counts)]);
  return Object.fromEntries(parts.filter(([, curve]) => curve!.length > 0));
}

/** `counts`: counter and count in turn, as histograms of latencies store them. */
export function curveOf(counts: readonly number[]): CurvePoint[] {
  let total = 0;
  for (let at = 1; at < counts.length; at += 2) total += counts[at]!;
  const curve: CurvePoint[] = [];
  let seen = 0;
  let drawn = Number.NEGATIVE_INFINITY;
  let last: CurvePoint | undefined;
  for (let at = 0; at < counts.length; at += 2) {
    seen += counts[at + 1]!;
    if (total - seen < SAMPLES_BEYOND) break;
    const share = seen / total;
    if (share < 0.01) continue;
    last = [Number(share.toPrecision(7)), rounded(lowestOf(counts[at]!))];
    if (logOdds(share) - drawn < STEP) continue;
    drawn = logOdds(share);
    curve.push(last);
  }
  return last && curve.at(-1) !== last ? [...curve, last] : curve;
}
