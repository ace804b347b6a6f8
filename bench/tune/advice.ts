// The answer of `tune` as data: which count and why, what it gains, what binds, and the curve behind it.
import type { Random } from '../../src/random.js';
import { type Binding, boundsAt, channelsNeeded, lowestBound } from '../stats/bounds.js';
import { predictedThroughput } from '../stats/closed-network.js';
import { medianInterval } from '../stats/quantile.js';
import { type MeanRatio, meanRatio } from '../stats/ratio.js';
import { fitUsl, fitUslOfProcesses, type UslFit, type UslPeak, uslPeak, uslThroughput } from '../stats/usl.js';
import { type Candidate, keyOf, type Round } from './candidate.js';
import { costsOf, demandsAt, type Machinery, middle } from './demands.js';
import type { KnownLatency, LatencyLimit } from './limit.js';
import { valuesOf } from './measuring.js';
import { logRatio, type Ranked, type Standing } from './ranking.js';
import type { Ended, Found } from './search.js';
import type { Arm } from './space.js';

/** What was searched, or read from saved results. */
export interface Subject extends Machinery {
  readonly arms: readonly Arm[];
  readonly found: Found & { readonly ended?: Ended };
  isOversubscribed(candidate: Candidate): boolean;
  /** Threads and shared words. */
  memoryBytes?(candidate: Candidate): number;
  readonly limit?: LatencyLimit;
  latencyOf?(candidate: Candidate): KnownLatency;
}

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly rounds: number;
}

export type Gain = Pick<MeanRatio, 'ratio' | 'low' | 'high' | 'n'> & { readonly over: number };

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

export interface Advice {
  readonly schema: 1;
  readonly channels: number;
  readonly variant: string;
  readonly wait: Arm['wait'];
  readonly place: string;
  /** Counts of this arm that lose no more than 2 %, and those of which that is not told. */
  readonly equalSet: readonly number[];
  readonly undecided: readonly number[];
  /** Other arms that have counts in their own equal set. */
  readonly equalArms: readonly (Arm & { readonly equalSet: readonly number[] })[];
  readonly throughput: Omit<CurvePoint, 'loss' | 'standing'>;
  readonly gains: readonly Gain[];
  readonly memoryBytes?: number;
  readonly binds?: {
    readonly binding: Binding;
    readonly bounds: Readonly<Partial<Record<Binding, number>>>;
    readonly reached: number;
  };
  readonly costs?: { readonly providerNs: number; readonly senderNs: number; readonly wakeNs: number };
  /** Why there is no prediction, where there is none. */
  readonly unpredicted?: string;
  readonly predictedChannels?: number;
  readonly usl: UslAdvice;
  readonly limit?: LatencyLimit;
  readonly noise: number;
  readonly range: { readonly least: number; readonly most: number; readonly measured: readonly number[] };
  readonly rounds: number;
  readonly readings: number;
  readonly ended?: Ended;
  readonly curve: readonly CurvePoint[];
}

export interface UslAdvice {
  readonly base: number;
  readonly contention: number;
  readonly coherency: number;
  readonly intervals?: UslFit['intervals'];
  /** Channels at the peak; null where it cannot be told, and `refused` says why. */
  readonly peak: number | null;
  readonly peakLow?: number;
  readonly peakHigh?: number;
  readonly refused?: string;
}

/** Undefined while nothing can be advised: no two rounds, or no count keeps the limit. */
export function adviceOf(subject: Subject, random: Random): Advice | undefined {
  const { arms, found, limit } = subject;
  const { rounds, ranking, answer } = found;
  if (!ranking || !answer) return undefined;
  const { arm, channels } = answer.candidate;
  const own = uniqueCandidates(rounds).filter((candidate) => candidate.arm === arm);
  const { wait, place, variant } = arms[arm]!;
  const spins = wait.provider !== 'park' || wait.sender !== 'park';
  const costs = costsOf(rounds, own, spins);
  const known = 'unknown' in costs ? undefined : costs;
  const fit = fitOf(rounds, own, random);
  const curve = own.map((candidate) => pointOf(subject, candidate, known, fit));
  const at = curve.find((point) => point.channels === channels)!;
  const { loss: _, standing: __, ...throughput } = at;
  const ofStanding = (of: number, standing: Standing) =>
    ranking.ranked
      .filter((each) => each.candidate.arm === of && each.standing === standing)
      .map(({ candidate }) => candidate.channels);
  const others = arms.map((each, index) => ({ ...each, equalSet: ofStanding(index, 'equal') }));
  const demands = known && demandsAt(known, at.cpuNsPerJob?.median, subject);
  return {
    ...{ schema: 1, channels, variant, wait, place },
    equalSet: ofStanding(arm, 'equal'),
    undecided: ofStanding(arm, 'undecided'),
    equalArms: others.filter(({ equalSet }, index) => index !== arm && equalSet.length > 0),
    throughput,
    gains: [...new Set([channels - 1, 2])].flatMap((over) => gainOver(rounds, answer.candidate, over) ?? []),
    ...(subject.memoryBytes && { memoryBytes: subject.memoryBytes(answer.candidate) }),
    ...(demands && {
      binds: {
        binding: lowestBound(demands, channels).binding,
        bounds: finite(boundsAt(demands, channels)),
        reached: at.jobsPerSecond.median / lowestBound(demands, channels).perSecond,
      },
      costs: known,
      predictedChannels: channelsNeeded(demands),
    }),
    ...('unknown' in costs && { unpredicted: costs.unknown }),
    usl: fit
      ? uslAdvice(fit)
      : {
          base: Number.NaN,
          contention: Number.NaN,
          coherency: Number.NaN,
          peak: null,
          refused: 'fewer than 3 different numbers of channels',
        },
    ...(limit && { limit }),
    noise: ranking.noise,
    range: { least: own[0]!.channels, most: own.at(-1)!.channels, measured: own.map((each) => each.channels) },
    rounds: rounds.length,
    readings: rounds.reduce((sum, round) => sum + round.length, 0),
    ...(found.ended && { ended: found.ended }),
    curve,
  };
}

export function uslAdvice(fit: UslFit, peak: UslPeak = uslPeak(fit)): UslAdvice {
  const { base, contention, coherency, intervals } = fit;
  const coefficients = { base, contention, coherency, ...(intervals && { intervals }) };
  if ('refused' in peak) return { ...coefficients, peak: null, refused: peak.refused };
  return { ...coefficients, peak: peak.channels, peakLow: peak.low, peakHigh: peak.high };
}

function pointOf(
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
    standing: ranked ? ranked.standing : 'breaks-limit',
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

/** Of this candidate to another count of its arm, in the rounds that have both. */
export function gainOver(rounds: readonly Round[], { arm, channels }: Candidate, over: number): Gain | undefined {
  if (over < 1 || over === channels) return undefined;
  const logs = rounds.flatMap((round) => {
    const [here, there] = [channels, over].map((count) =>
      round.find(({ candidate }) => keyOf(candidate) === keyOf({ arm, channels: count })),
    );
    return here && there ? [logRatio(there, here)] : [];
  });
  if (logs.length < 2) return undefined;
  const { ratio, low, high, n } = meanRatio(logs);
  return { over, ratio, low, high, n };
}

function fitOf(rounds: readonly Round[], own: readonly Candidate[], random: Random): UslFit | undefined {
  if (own.length < 3) return undefined;
  const keys = new Set(own.map(keyOf));
  const processes = rounds
    .map((round) =>
      round
        .filter(({ candidate, values }) => keys.has(keyOf(candidate)) && values.jobsPerSecond! > 0)
        .map(({ candidate, values }) => ({ channels: candidate.channels, throughput: values.jobsPerSecond! })),
    )
    .filter((points) => points.length > 0);
  return processes.length < 2 ? fitUsl(processes.flat()) : fitUslOfProcesses(processes, random);
}

function spreadOf(rounds: readonly Round[], candidate: Candidate, name: string): Spread | undefined {
  const values = valuesOf(rounds, candidate, name);
  if (values.length === 0) return undefined;
  const { estimate, low, high } = medianInterval(values);
  return { median: estimate, low, high, rounds: values.length };
}

function uniqueCandidates(rounds: readonly Round[]): Candidate[] {
  const all = new Map(rounds.flat().map(({ candidate }) => [keyOf(candidate), candidate]));
  return [...all.values()].sort((x, y) => x.channels - y.channels);
}

function finite(bounds: Readonly<Record<Binding, number>>): Partial<Record<Binding, number>> {
  return Object.fromEntries(Object.entries(bounds).filter(([, value]) => Number.isFinite(value)));
}

function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]?: V });
}
