// The three forms of advice, on rankings made by hand: each must change when its interval does.
import { describe, expect, it } from 'vitest';
import { decide, isWithinMargin } from './decision.js';
import type { Ranked, Ranking } from './ranking.js';

const ranked = (channels: number, about: Partial<Ranked>): Ranked => ({
  ...{ candidate: { arm: 0, channels }, rounds: 12, loss: 0, low: -0.01, high: 0.01, p: 1, adjustedP: 1 },
  standing: 'equal',
  ...about,
});
const worse = (channels: number) => ranked(channels, { loss: 0.3, low: 0.2, high: 0.4, standing: 'worse' });
const ranking = (...all: Ranked[]): Ranking => ({ best: all.at(-1)!.candidate, ranked: all, noise: 0.01 });
const decided = (...all: Ranked[]) => decide(ranking(...all));

describe('use', () => {
  it('is said of the smallest count whose whole interval lies inside 2 %', () => {
    expect(decided(worse(1), ranked(2, {}), ranked(4, {}))).toEqual({
      candidate: { arm: 0, channels: 2 },
      decision: { form: 'use', low: -0.01, high: 0.01, processes: 12 },
    });
  });

  it('is not said of the best alone: its interval counts as well', () => {
    const wide = ranked(4, { low: -0.1, high: 0.1 });
    expect(decided(worse(1), wide).decision).toMatchObject({ form: 'undecided', from: 4, to: 4, mayLose: 0.1 });
  });

  it('is not said of fewer than six processes', () => {
    expect(isWithinMargin(ranked(2, { rounds: 5 }))).toBe(false);
    expect(decided(worse(1), ranked(2, { rounds: 5 })).decision.form).toBe('undecided');
  });
});

describe('counts that cannot be told apart', () => {
  it('are named with the fewest to take, and what it would take to decide', () => {
    const few = ranked(2, { loss: 0.05, low: -0.1, high: 0.2, standing: 'undecided' });
    const { candidate, decision } = decided(worse(1), few, worse(3), ranked(6, { high: 0.1 }));
    expect(candidate.channels).toBe(2);
    expect(decision).toMatchObject({ form: 'undecided', from: 2, to: 6, mayLose: 0.2 });
    const sharper = ranked(2, { ...few, low: 0, high: 0.1 });
    const more = (each: Ranked) => {
      const said = decided(worse(1), each, ranked(6, { high: 0.03 })).decision;
      return said.form === 'undecided' ? said.moreProcesses : 0;
    };
    expect(more(few)).toBeGreaterThan(more(sharper));
  });
});

describe('nothing', () => {
  it('is said where the fewest may lose half of the best, and why', () => {
    const open = ranked(1, { loss: 0, low: -20.986, high: 0.955, standing: 'undecided', rounds: 2 });
    expect(decided(open, ranked(6, { low: -0.89, high: 0.317 })).decision).toEqual({
      form: 'nothing',
      because: '1 may lose up to 96 % of the best, by 2 processes',
    });
    const never = ranked(1, { low: Number.NEGATIVE_INFINITY, high: Number.NaN, standing: 'undecided', rounds: 0 });
    expect(decided(never).decision).toMatchObject({ form: 'nothing' });
  });
});
