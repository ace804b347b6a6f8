import { expect, it } from 'vitest';
import { jainIndex } from './fairness.js';

it('is one for equal shares and 1/n when one has everything', () => {
  expect(jainIndex([3, 3, 3, 3])).toBe(1);
  expect(jainIndex([0, 0, 8, 0])).toBe(0.25);
  expect(jainIndex([1, 2, 3])).toBeCloseTo(36 / 42, 12);
  expect(jainIndex([0, 0])).toBe(1);
});

it('refuses no shares and negative ones', () => {
  expect(() => jainIndex([])).toThrow('at least one');
  expect(() => jainIndex([1, -1])).toThrow('-1');
});
