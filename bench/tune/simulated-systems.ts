// Systems with a known best number of channels, and noise as it was measured: what the search is tried on.
import { Random } from '../../src/random.js';
import { type Demands, lowestBound } from '../stats/bounds.js';
import { normalValues } from '../stats/fixtures/simulated.js';
import { uslThroughput } from '../stats/usl.js';
import { type Candidate, keyOf, type MeasureRound } from './candidate.js';

export type SystemKind = 'bounds' | 'usl' | 'kinked';

export interface SimulatedSystem {
  readonly kind: SystemKind;
  readonly name: string;
  /** True throughput, in batches a second. */
  throughput(channels: number): number;
  /** Standard deviations, as logarithms: of a process's luck with one count, and of a turn. */
  readonly processNoise: number;
  readonly turnNoise: number;
}

/** Between processes the ratio of two pinned designs varied by 0.006 to 0.036 when it was measured. */
const PROCESS_NOISE = [0.006, 0.036] as const;
const TURN_NOISE = [0.01, 0.05] as const;
/** Processes differ in level: that falls out of every ratio. */
const LEVEL_NOISE = 0.1;
/** Something else has the CPU in so many turns, and takes a quarter of their time or so. */
const BURSTS = 0.03;
const TURNS = 3;

/** So many systems of each kind in turn, the same for the same seed. */
export function simulatedSystems(count: number, seed: number): SimulatedSystem[] {
  const random = new Random(seed);
  const between = (low: number, high: number) => low + (high - low) * random.fraction();
  const logBetween = (low: number, high: number) => Math.exp(between(Math.log(low), Math.log(high)));
  const kinds: readonly SystemKind[] = ['bounds', 'usl', 'kinked'];
  return Array.from({ length: count }, (_, at): SimulatedSystem => {
    const kind = kinds[at % kinds.length]!;
    const noise = { processNoise: between(...PROCESS_NOISE), turnNoise: between(...TURN_NOISE) };
    if (kind === 'bounds') {
      const demands: Demands = {
        providerNs: logBetween(500, 20_000),
        senderNs: logBetween(1000, 200_000),
        wakeNs: logBetween(1000, 60_000),
        depth: [1, 1, 2, 4, 16][random.below(5)]!,
      };
      const name = `P ${us(demands.providerNs)}, S ${us(demands.senderNs)}, W ${us(demands.wakeNs)}, depth ${demands.depth}`;
      return { kind, name, ...noise, throughput: (channels) => lowestBound(demands, channels).perSecond };
    }
    const contention = between(0, 0.15);
    const peak = logBetween(2, 80);
    const law = { base: logBetween(1e3, 1e6), contention, coherency: (1 - contention) / peak ** 2 };
    if (kind === 'usl') {
      const name = `contention ${contention.toFixed(3)}, peak at ${peak.toFixed(1)}`;
      return { kind, name, ...noise, throughput: (channels) => uslThroughput(law, channels) };
    }
    // Beyond the CPUs each further channel costs a little, or nothing.
    const cores = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48][random.below(10)]!;
    const steep = between(0, 0.06);
    const mild = { ...law, coherency: law.coherency / 20 };
    const name = `${cores} CPUs, ${(steep * 100).toFixed(1)} % lost a channel beyond`;
    const throughput = (channels: number) => {
      const busy = Math.min(channels, cores - 1);
      return uslThroughput(mild, busy) / (1 + steep * (channels - busy));
    };
    return { kind, name, ...noise, throughput };
  });
}

/** Measures it as a machine would: a level for each process, luck for each count in it, noise and bursts for each turn. */
export function simulatedMeasure(systems: readonly SimulatedSystem[], random: Random): MeasureRound {
  const normal = normalValues(random);
  return async (_round, candidates) => {
    const level = LEVEL_NOISE * normal();
    return candidates.map((candidate) => {
      const { throughput, processNoise, turnNoise } = systems[candidate.arm]!;
      // The ratio of two of them has the noise that was measured.
      const log = Math.log(throughput(candidate.channels)) + level + (processNoise / Math.SQRT2) * normal();
      const turn = () => {
        const burst = random.fraction() < BURSTS ? Math.abs(0.3 * normal()) : 0;
        return Math.exp(log + turnNoise * normal() - burst);
      };
      const visit = () => Array.from({ length: TURNS }, turn);
      return { candidate, turns: [visit(), visit()] as const, values: {} };
    });
  };
}

/** Counts whose true throughput is within the margin of the best one's, ascending. */
export function trueEqualSet(system: SimulatedSystem, counts: readonly number[], margin: number): number[] {
  const best = Math.max(...counts.map((count) => system.throughput(count)));
  return counts.filter((count) => system.throughput(count) >= best * (1 - margin) * (1 - 1e-12));
}

function us(ns: number): string {
  return `${Number((ns / 1e3).toPrecision(2))} us`;
}

/** Counts what is asked of a measuring function. */
export function counted(measure: MeasureRound): { measure: MeasureRound; readings: () => number; tried: () => number } {
  let readings = 0;
  const tried = new Set<string>();
  return {
    measure: async (round, candidates: readonly Candidate[]) => {
      readings += candidates.length;
      for (const candidate of candidates) tried.add(keyOf(candidate));
      return measure(round, candidates);
    },
    readings: () => readings,
    tried: () => tried.size,
  };
}
