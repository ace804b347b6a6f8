// Numbers of states of well-known programs: a change of the machine or of what states are merged by shows here.
import { describe, expect, it, vi } from 'vitest';
import { barrier, ring, SPIN_LOCKS, spinLock } from './fixtures/classics.js';
import { verify } from './verify.js';

// Searches take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

describe('spin locks', () => {
  // With two threads the first and the last are what a prototype of another make counted; it kept what threads know that have ended.
  it.each([
    ['test-and-set', [9, 137, 31, 541]],
    ['test-and-test-and-set', [18, 318, 89, 1643]],
    ['ticket', [17, 281, 88, 1549]],
  ] as const)('%s', (kind, states) => {
    const bounds = [
      [2, 1],
      [2, 3],
      [3, 1],
      [3, 2],
    ] as const;
    expect(SPIN_LOCKS).toContain(kind);
    bounds.forEach(([threads, rounds], i) => {
      expect(verify(spinLock(kind, threads, rounds), { reduces: false })).toMatchObject({
        complete: true,
        states: states[i],
        findings: [],
      });
    });
  });
});

describe('a barrier', () => {
  it.each([
    [2, 376],
    [3, 3349],
  ])('of %i threads with its loop is right', (threads, states) => {
    expect(verify(barrier(threads, 1, true), { reduces: false })).toMatchObject({
      complete: true,
      states,
      findings: [],
    });
  });

  it('without its loop goes wrong in the second round, by every strategy', () => {
    expect(verify(barrier(2, 1, false)).findings).toEqual([]);
    for (const strategy of ['exhaustive', 'bounded', 'random', 'pct'] as const) {
      const { findings } = verify(barrier(2, 2, false), { strategy, mostFindings: 5 });
      expect(
        findings.map(({ kind }) => kind),
        strategy,
      ).toContain('data-race');
    }
  });
});

it.each([
  [2, 219],
  [4, 8488],
])('a ring with views and private fields of its own hands on %i items in order', (items, states) => {
  expect(verify(ring(items), { reduces: false })).toMatchObject({ complete: true, states, findings: [] });
});
