// What a full sweep says of the count that was advised.
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import type { Round } from './candidate.js';
import { conclude, sweepOf } from './tune-validate.js';

const SEED = 11;

/** Twelve rounds of a machine that differs by a percent from turn to turn; counts that have no speed fail. */
function sweep(speeds: Readonly<Record<number, number | undefined>>, failing: (round: number) => boolean = () => true) {
  const random = new Random(SEED);
  const turns = (speed: number) =>
    [0, 1].map(() => Array.from({ length: 4 }, () => speed * (0.99 + 0.02 * random.fraction())));
  return Array.from({ length: 12 }, (_, round) =>
    Object.entries(speeds).flatMap(([channels, speed]) =>
      speed === undefined && failing(round)
        ? []
        : [{ candidate: { arm: 0, channels: Number(channels) }, turns: turns(speed ?? 1) }],
    ),
  ) as unknown as readonly Round[];
}

const concluded = (rounds: readonly Round[]) => conclude(sweepOf(rounds, 0, 2), 2);

describe('a sweep', () => {
  it('holds where no other count is faster', () => {
    expect(concluded(sweep({ 1: 0.8, 2: 1, 3: 1, 4: 0.95 }))).toEqual({
      text: '2 channels: not beaten by any of 3 other counts',
      holds: true,
    });
  });

  it('names the counts that are faster', () => {
    expect(concluded(sweep({ 1: 0.8, 2: 1, 3: 1.1, 4: 1.2 }))).toEqual({
      text: '2 channels: BEATEN by 3, 4',
      holds: false,
    });
  });

  it('does not take a count for judged that failed in most processes', () => {
    const rounds = sweep({ 1: 0.8, 2: 1, 64: undefined }, (round) => round > 0);
    expect(concluded(rounds)).toEqual({
      text: '2 channels: not beaten by any of 1 other counts; too few processes to judge 64',
      holds: false,
    });
  });
});
