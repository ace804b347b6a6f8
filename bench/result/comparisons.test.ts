// The least difference that is called one: smaller for designs that stood side by side than for turns apart.
import { expect, it } from 'vitest';
import { compareWithBaseline } from './comparisons.js';
import type { ResultCell } from './document.js';

/** Two designs of 7 processes; b is so much faster. `turns` is what each visit has: one number where they stood side by side. */
function cells(ratio: number, turns: number): ResultCell[] {
  return ['mutex', 'atomic-barrier'].map((variant, at) => {
    const visits = Array.from({ length: 14 }, (_, visit) => {
      const value = 1000 * (at === 1 ? ratio : 1) * (1 + 0.0005 * Math.sin(3 * visit + at));
      const list = Array.from({ length: turns }, () => value);
      return { round: visit >> 1, position: visit, values: { jobsPerSecond: value }, turns: { jobsPerSecond: list } };
    });
    return {
      id: `t ${variant} x`,
      variant,
      workload: 'throughput',
      status: 'measured',
      visits,
    } as unknown as ResultCell;
  });
}

const verdictOf = (ratio: number, turns: number) =>
  compareWithBaseline(cells(ratio, turns), 'jobsPerSecond', ['mutex', 'atomic-barrier'])[0]!.verdict;

it('calls 1.5 % a difference where designs stood side by side, and not where their turns were apart', () => {
  expect(verdictOf(1.015, 1)).toBe('faster');
  expect(verdictOf(1.015, 3)).toBe('same');
  expect(verdictOf(1.03, 3)).toBe('faster');
});

it('calls 0.8 % none, however certain it is', () => {
  expect(verdictOf(1.008, 1)).toBe('same');
  expect(verdictOf(1 / 1.008, 1)).toBe('same');
});
