// The trimmed mean.
import { expect, it } from 'vitest';
import { trimmedMean } from './trimmed.js';

it('leaves out a share at each end', () => {
  expect(trimmedMean([1, 2, 3, 4, 1000], 0.2)).toBe(3);
  expect(trimmedMean([4, 1000, 1, 2, 3, -9, 5, 6, 7, 8], 0.35)).toBe(4.5);
  expect(trimmedMean([7], 0.35)).toBe(7);
  expect(trimmedMean([1, 3], 0.35)).toBe(2);
  expect(() => trimmedMean([], 0.2)).toThrow('at least one value');
});
