// The user's latency limit: which candidates keep it, as far as the rounds tell.
import { LEAST_REACHED } from '../measure/offered-load.js';
import { median } from '../stats/quantile.js';
import { meanRatio } from '../stats/ratio.js';
import type { Candidate, Round } from './candidate.js';
import { valuesOf } from './measuring.js';

export interface LatencyLimit {
  readonly p99Ns: number;
  /** Share of each count's own capacity that the batches were due at. */
  readonly load: number;
}

export interface KnownLatency {
  readonly p99Ns?: number;
  readonly low?: number;
  readonly high?: number;
  readonly keeps: boolean;
  /** Why it does not, where the number does not say it. */
  readonly reason?: string;
}

/**
 * A candidate keeps the limit where the whole 95 % interval of its p99 over the processes does; in fewer than three,
 * where the number does. `pooled`: the p99 of all processes' samples together, for those too slow to have enough in one.
 */
export function latencyOf(
  candidate: Candidate,
  rounds: readonly Round[],
  limit: LatencyLimit,
  pooled: (candidate: Candidate) => number | undefined,
): KnownLatency {
  const reached = valuesOf(rounds, candidate, 'reachedLoad');
  if (reached.length > 0 && median(reached) < LEAST_REACHED) return { keeps: false, reason: 'load not reached' };
  const values = valuesOf(rounds, candidate, 'p99Ns');
  if (values.length === 0) {
    const p99Ns = pooled(candidate);
    if (p99Ns === undefined) return { keeps: false, reason: 'too few samples for a p99' };
    return { p99Ns, keeps: p99Ns <= limit.p99Ns };
  }
  const { ratio: p99Ns, low, high } = meanRatio(values.map(Math.log));
  if (values.length < 3) return { p99Ns, keeps: p99Ns <= limit.p99Ns };
  return { p99Ns, low, high, keeps: high <= limit.p99Ns };
}
