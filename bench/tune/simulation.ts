// The search on simulated systems: the very code that measures a machine, with a measuring function that is made up.
import { Random } from '../../src/random.js';
import { LEAST_DIFFERENCE } from '../stats/verdict.js';
import { type Ended, search } from './search.js';
import { counted, type SystemKind, simulatedMeasure, simulatedSystems, trueEqualSet } from './simulated-systems.js';

interface Trial {
  readonly kind: SystemKind;
  readonly system: string;
  /** Standard deviation of a process's log-ratio. */
  readonly noise: number;
  readonly best: number;
  /** Counts whose true throughput is within 2 % of the best. */
  readonly trueEqualSet: readonly number[];
  readonly answer: number;
  /** Share of the best throughput that the answer truly loses. */
  readonly loss: number;
  readonly correct: boolean;
  readonly rounds: number;
  readonly readings: number;
  readonly ended: Ended;
}

export interface Simulation {
  readonly trials: readonly Trial[];
  readonly correctShare: number;
  /** What the full grid takes: every count in each round of a rigorous run. */
  readonly fullGrid: number;
  readonly meanReadings: number;
  readonly mostReadings: number;
}

const MOST_CHANNELS = 64;
const RIGOROUS_ROUNDS = 12;

export async function simulate(systems: number, seed: number): Promise<Simulation> {
  const counts = Array.from({ length: MOST_CHANNELS }, (_, at) => at + 1);
  const trials: Trial[] = [];
  for (const [at, system] of simulatedSystems(systems, seed).entries()) {
    const { measure, readings } = counted(simulatedMeasure([system], new Random(seed * 1000 + at)));
    const { answer, rounds, ended } = await search({ arms: [counts], measure });
    const equal = trueEqualSet(system, counts, LEAST_DIFFERENCE);
    const best = counts.reduce((high, each) => (system.throughput(each) > system.throughput(high) ? each : high));
    const channels = answer!.candidate.channels;
    trials.push({
      ...{
        kind: system.kind,
        system: system.name,
        noise: system.processNoise,
        best,
        trueEqualSet: equal,
        answer: channels,
      },
      loss: 1 - system.throughput(channels) / system.throughput(best),
      correct: equal.includes(channels),
      ...{ rounds: rounds.length, readings: readings(), ended },
    });
  }
  const all = trials.map((trial) => trial.readings);
  return {
    trials,
    correctShare: trials.filter(({ correct }) => correct).length / trials.length,
    fullGrid: counts.length * RIGOROUS_ROUNDS,
    meanReadings: all.reduce((sum, each) => sum + each, 0) / all.length,
    mostReadings: Math.max(...all),
  };
}
