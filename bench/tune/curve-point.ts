// One number of channels of the advised arm: what was measured there, and what the models say of it.
import { type Binding, lowestBound } from '../stats/bounds.js';
import { predictedThroughput } from '../stats/closed-network.js';
import { medianInterval } from '../stats/quantile.js';
import { type UslFit, uslThroughput } from '../stats/usl.js';
import { type Candidate, keyOf, type Round } from './candidate.js';
import { isWithinMargin } from './decision.js';
import { demandsAt, middle } from './demands.js';
import type { KnownLatency } from './limit.js';
import { valuesOf } from './measuring.js';
import type { Ranked, Standing } from './ranking.js';
import type { Subject } from './subject.js';

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly rounds: number;
}

/** One number of channels of the arm that is advised. */
export interface CurvePoint {
  readonly channels: number;
  readonly jobsPerSecond: Spread;
  readonly mibPerSecond?: Spread;
  readonly cpuNsPerJob?: Spread;
  /** Share of the best one's throughput that it loses, with its 95 % interval; absent where it breaks the limit. */
  readonly loss?: Pick<Ranked, 'loss' | 'low' | 'high'>;
  readonly standing: Standing | 'breaks-limit';
  readonly oversubscribed: boolean;
  readonly latency?: KnownLatency;
  /** Batches a second: the lowest operational bound and what it is of, the closed network, the law. */
  readonly bound?: number;
  readonly binding?: Binding;
  readonly predicted?: number;
  readonly usl?: number;
}

export function pointOf(
  subject: Subject,
  candidate: Candidate,
  costs: Parameters<typeof demandsAt>[0] | undefined,
  fit: UslFit | undefined,
): CurvePoint {
  const { rounds, ranking } = subject.found;
  const ranked = ranking!.ranked.find((each) => keyOf(each.candidate) === keyOf(candidate));
  const cpuNs = middle(rounds, candidate, 'cpuNsPerJob');
  const demands = costs && demandsAt(costs, cpuNs, subject);
  const bound = demands && lowestBound(demands, candidate.channels);
  const latency = subject.latencyOf?.(candidate);
  return {
    channels: candidate.channels,
    jobsPerSecond: spreadOf(rounds, candidate, 'jobsPerSecond')!,
    ...optional('mibPerSecond', spreadOf(rounds, candidate, 'mibPerSecond')),
    ...optional('cpuNsPerJob', spreadOf(rounds, candidate, 'cpuNsPerJob')),
    ...(ranked && { loss: { loss: ranked.loss, low: ranked.low, high: ranked.high } }),
    standing: !ranked
      ? 'breaks-limit'
      : isWithinMargin(ranked)
        ? 'equal'
        : ranked.standing === 'worse'
          ? 'worse'
          : 'undecided',
    oversubscribed: subject.isOversubscribed(candidate),
    ...optional('latency', latency),
    ...(bound && {
      bound: bound.perSecond,
      binding: bound.binding,
      predicted: predictedThroughput(demands, candidate.channels),
    }),
    ...(fit && { usl: uslThroughput(fit, candidate.channels) }),
  };
}

function spreadOf(rounds: readonly Round[], candidate: Candidate, name: string): Spread | undefined {
  const values = valuesOf(rounds, candidate, name);
  if (values.length === 0) return undefined;
  const { estimate, low, high } = medianInterval(values);
  return { median: estimate, low, high, rounds: values.length };
}

function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]?: V });
}
