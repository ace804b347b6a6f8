// What a batch costs each side, from what the rounds measured: provider time P, sender time S, wake-ups W, CPU time.
import type { Demands } from '../stats/bounds.js';
import { median } from '../stats/quantile.js';
import type { Candidate, Round } from './candidate.js';
import { valuesOf } from './measuring.js';

export interface Machinery {
  readonly depth: number;
  readonly cores: number;
  /** Batches a second that the link can take, where the user said. */
  readonly linkPerSecond?: number;
}

/** The costs without those that depend on the number of channels. */
export type BatchCosts = Pick<Demands, 'providerNs' | 'senderNs' | 'wakeNs'>;

/**
 * P: the provider's CPU time for a batch where it is least, so with the fewest wake-ups in it. S and W: from a
 * ping-pong, in which a hand-off is taken, written and seen free one after the other: W is the first and the last of
 * these, S the middle. Or why they are not known.
 */
export function costsOf(
  rounds: readonly Round[],
  candidates: readonly Candidate[],
  spins: boolean,
): BatchCosts | { readonly unknown: string } {
  if (spins) return { unknown: 'a thread that spins uses CPU time without working' };
  const provider = candidates
    .map((candidate) => middle(rounds, candidate, 'providerCpuNsPerJob'))
    .filter((value) => value !== undefined);
  const of = (name: string) =>
    candidates.map((candidate) => middle(rounds, candidate, name)).find((value) => value !== undefined);
  const [taken, freed, whole] = [of('takenNs'), of('freedNs'), of('pingPongNs')];
  if (provider.length === 0) return { unknown: 'CPU times are not among the results' };
  if (taken === undefined || freed === undefined || whole === undefined)
    return { unknown: 'there is no ping-pong of this design' };
  return { providerNs: Math.min(...provider), senderNs: Math.max(0, whole - taken - freed), wakeNs: taken + freed };
}

/** The costs at one number of channels: with the CPU time that a batch takes there. */
export function demandsAt(
  costs: BatchCosts,
  cpuNs: number | undefined,
  { depth, cores, linkPerSecond }: Machinery,
): Demands {
  return {
    ...{ ...costs, depth },
    ...(linkPerSecond !== undefined && { linkPerSecond }),
    ...(cpuNs !== undefined && { cores: { count: cores, cpuNs } }),
  };
}

/** In the middle of the rounds. */
export function middle(rounds: readonly Round[], candidate: Candidate, name: string): number | undefined {
  const values = valuesOf(rounds, candidate, name);
  return values.length === 0 ? undefined : median(values);
}
