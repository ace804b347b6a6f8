// The answer of `tune` as data: which count and why, what it gains, what binds, and the curve behind it.
import type { Random } from '../../src/random.js';
import { type Binding, boundsAt, channelsNeeded, lowestBound } from '../stats/bounds.js';
import { type Candidate, keyOf, type Round } from './candidate.js';
import { type CurvePoint, pointOf } from './curve-point.js';
import { type Decision, decide, isWithinMargin } from './decision.js';
import { costsOf, demandsAt } from './demands.js';
import { type Gain, gainOver, QEMU_DEFAULT } from './gain.js';
import type { LatencyLimit } from './limit.js';
import type { Ranked, Ranking } from './ranking.js';
import type { Ended } from './search.js';
import type { Arm } from './space.js';
import type { Subject } from './subject.js';
import { fitOf, type UslAdvice, uslAdvice } from './usl-advice.js';

export interface Advice {
  readonly schema: 1;
  readonly decision: Decision;
  /** The count that `decision` is about. */
  readonly channels: number;
  readonly variant: string;
  readonly wait: Arm['wait'];
  readonly place: string;
  /** Counts of this arm that are shown to lose no more than 2 %, and those that are undecided. */
  readonly equalSet: readonly number[];
  readonly undecided: readonly number[];
  /** Every other arm: what it loses to the best at its own best count. */
  readonly otherArms: readonly (Arm &
    Pick<Ranked, 'loss' | 'low' | 'high' | 'standing'> & { readonly channels: number })[];
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
  /** Time that a process more takes. */
  readonly secondsPerProcess?: number;
  readonly curve: readonly CurvePoint[];
}

/** Undefined while nothing was ranked: fewer than two rounds, or no count keeps the limit. */
export function adviceOf(subject: Subject, random: Random): Advice | undefined {
  const { arms, found, limit } = subject;
  const { rounds, ranking } = found;
  if (!ranking) return undefined;
  const { candidate, decision } = decide(ranking);
  const { arm, channels } = candidate;
  const own = uniqueCandidates(rounds).filter((candidate) => candidate.arm === arm);
  const { wait, place, variant } = arms[arm]!;
  const spins = wait.provider !== 'park' || wait.sender !== 'park';
  const costs = costsOf(rounds, own, spins);
  const known = 'unknown' in costs ? undefined : costs;
  const fit = fitOf(rounds, own, random);
  const curve = own.map((candidate) => pointOf(subject, candidate, known, fit));
  const at = curve.find((point) => point.channels === channels)!;
  const { loss: _, standing: __, ...throughput } = at;
  const ofArm = ranking.ranked.filter((each) => each.candidate.arm === arm);
  const countsOf = (holds: (ranked: Ranked) => boolean) => ofArm.filter(holds).map((each) => each.candidate.channels);
  const demands = known && demandsAt(known, at.cpuNsPerJob?.median, subject);
  return {
    ...{ schema: 1, decision, channels, variant, wait, place },
    equalSet: countsOf(isWithinMargin),
    undecided: countsOf((ranked) => ranked.standing !== 'worse' && !isWithinMargin(ranked)),
    otherArms: arms.flatMap((other, index) => (index === arm ? [] : bestOf(other, index, ranking))),
    throughput,
    gains: [...new Set([channels - 1, QEMU_DEFAULT])].flatMap((over) => gainOver(rounds, candidate, over) ?? []),
    ...(subject.memoryBytes && { memoryBytes: subject.memoryBytes(candidate) }),
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
    usl: uslAdvice(fit),
    ...(limit && { limit }),
    noise: ranking.noise,
    range: { least: own[0]!.channels, most: own.at(-1)!.channels, measured: own.map((each) => each.channels) },
    rounds: rounds.length,
    readings: rounds.reduce((sum, round) => sum + round.length, 0),
    ...(found.ended && { ended: found.ended }),
    ...(subject.secondsPerProcess && { secondsPerProcess: subject.secondsPerProcess }),
    curve,
  };
}

/** An arm at the count at which it loses least; none where it was not ranked. */
function bestOf(arm: Arm, index: number, { ranked }: Ranking): Advice['otherArms'] {
  const [best] = ranked.filter(({ candidate }) => candidate.arm === index).sort((x, y) => x.loss - y.loss);
  if (!best) return [];
  const { candidate, loss, low, high } = best;
  const standing = isWithinMargin(best) ? 'equal' : best.standing === 'worse' ? 'worse' : 'undecided';
  return [{ ...arm, channels: candidate.channels, loss, low, high, standing }];
}

function finite(bounds: Readonly<Record<Binding, number>>): Partial<Record<Binding, number>> {
  return Object.fromEntries(Object.entries(bounds).filter(([, value]) => Number.isFinite(value)));
}

function uniqueCandidates(rounds: readonly Round[]): Candidate[] {
  const all = new Map(rounds.flat().map(({ candidate }) => [keyOf(candidate), candidate]));
  return [...all.values()].sort((x, y) => x.channels - y.channels);
}
