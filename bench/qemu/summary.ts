// What the samples of a comparison say: medians with intervals, and ratios of pairs, each pair of one round.
import { median, medianInterval } from '../stats/quantile.js';
import { type MeanRatio, meanRatio } from '../stats/ratio.js';
import type { Sample } from './compare.js';

export type Measure = 'cpuSecondsPerGib' | 'gibPerSecond';

/** Undefined where there are no samples. */
export function summary(samples: readonly Sample[], name: string, channels: number, measure: Measure) {
  const values = of(samples, name, channels).map((sample) => sample[measure]);
  return values.length === 0 ? undefined : medianInterval(values);
}

/** b to a, over the rounds that have both. Undefined where there are none. */
export function pairedRatio(
  samples: readonly Sample[],
  [a, b]: readonly [string, string],
  channels: number,
  measure: Measure,
): MeanRatio | undefined {
  const before = new Map(of(samples, a, channels).map((sample) => [sample.round, sample[measure]]));
  const logs = of(samples, b, channels).flatMap((sample) => {
    const base = before.get(sample.round);
    // No tick of CPU time at all: the RAM was too small to say.
    return base && sample[measure] > 0 ? [Math.log(sample[measure] / base)] : [];
  });
  return logs.length === 0 ? undefined : meanRatio(logs);
}

/** The drain beside all senders: below 1, it waited for them. */
export interface DrainShare {
  readonly name: string;
  readonly channels: number;
  /** Median share of the time in which it used a CPU. */
  readonly busy: number;
  /** What it would take if it did nothing else. */
  readonly ceilingGibPerSecond: number;
}

/** The sender under which it was busiest. */
export function busiestDrain(samples: readonly Sample[], names: readonly string[]): DrainShare | undefined {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples.filter(({ name }) => names.includes(name))) {
    const key = `${sample.name} ${sample.channels}`;
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  const shares = [...groups.values()].map((group) => ({
    name: group[0]!.name,
    channels: group[0]!.channels,
    busy: median(group.map(({ drainBusy }) => drainBusy)),
    ceilingGibPerSecond: median(group.map(({ gibPerSecond, drainBusy }) => gibPerSecond / drainBusy)),
  }));
  return shares.sort((x, y) => y.busy - x.busy)[0];
}

function of(samples: readonly Sample[], name: string, channels: number): readonly Sample[] {
  return samples.filter((sample) => sample.name === name && sample.channels === channels);
}
