// Simulated measurements with a fixed seed: what the tests of this folder count false verdicts and coverage on.

import type { Random } from '../../src/random.js';
import type { Visits } from './noise-floor.js';
import type { TurnsOfVisits } from './paired.js';

/** Standard normal values (Box and Muller). */
export function normalValues(random: Random): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction());
}

export interface Noise {
  /** True ratio of b to a. */
  readonly ratio: number;
  readonly processes: number;
  /** Standard deviation of a visit's logarithm within its process. */
  readonly visit: number;
  /** Standard deviation of a process's true log-ratio: the luck that a process brings to one design. */
  readonly process: number;
  /** Change of the logarithm from each of the four visits A B B A to the next. */
  readonly drift?: number;
}

/** Log-normal visits of two designs around 1000, in the order A B B A, in processes that also differ in level. */
export function simulatedProcesses(normal: () => number, noise: Noise): Visits[] {
  return Array.from({ length: noise.processes }, () => {
    const level = Math.log(1000) + 0.1 * normal();
    const effect = Math.log(noise.ratio) + noise.process * normal();
    const visit = (place: number, log: number) => Math.exp(log + place * (noise.drift ?? 0) + noise.visit * normal());
    return {
      a: [visit(0, level), visit(3, level)],
      b: [visit(1, level + effect), visit(2, level + effect)],
    };
  });
}

export interface TurnNoise {
  /** True ratio of b to a. */
  readonly ratio: number;
  readonly processes: number;
  /** Turns of each of a design's two visits: a mirror (A B B A) holds one of each. */
  readonly mirrors: number;
  /** Standard deviation of a turn's logarithm. */
  readonly turn: number;
  /** Standard deviation of the steps in which the machine's level wanders from mirror to mirror. */
  readonly wander: number;
  /** Share of turns that something else slows down, by a third or so. */
  readonly bursts: number;
  /** Standard deviation of a process's true log-ratio. */
  readonly process: number;
}

/** The turns of two designs in the order of a plan: which of a mirror's two counts for which visit alternates. */
export function simulatedTurns(random: Random, normal: () => number, noise: TurnNoise) {
  return Array.from({ length: noise.processes }, () => {
    const [a, b] = [[], []].map((): [number[], number[]] => [[], []]) as [[number[], number[]], [number[], number[]]];
    const effect = Math.log(noise.ratio) + noise.process * normal();
    let level = Math.log(1000);
    for (let mirror = 0; mirror < noise.mirrors; mirror++) {
      level += noise.wander * normal();
      const turn = (log: number) => {
        const burst = random.fraction() < noise.bursts ? Math.abs(0.5 * normal()) : 0;
        return Math.exp(level + log + noise.turn * normal() - burst);
      };
      const [first, second] = [mirror % 2, 1 - (mirror % 2)];
      a[first]!.push(turn(0));
      b[first]!.push(turn(effect));
      b[second]!.push(turn(effect));
      a[second]!.push(turn(0));
    }
    return { a: a as TurnsOfVisits, b: b as TurnsOfVisits };
  });
}

/** How often something holds in so many trials. */
export function shareOf(trials: number, holds: () => boolean): number {
  let count = 0;
  for (let trial = 0; trial < trials; trial++) if (holds()) count++;
  return count / trials;
}
