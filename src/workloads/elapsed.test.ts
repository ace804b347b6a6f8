// The clock of a design that a calibration makes slower.
import { expect, it } from 'vitest';
import { elapsed, stretched } from './elapsed.js';

const ago = (nanoseconds: bigint) => process.hrtime.bigint() - nanoseconds;

it('what lasts long enough takes longer by the share, and is what the clock says', () => {
  const start = ago(10_000_000n);
  const counted = stretched(0.5)(start);
  expect(counted).toBeGreaterThanOrEqual(15e6);
  expect(elapsed(start)).toBeGreaterThanOrEqual(counted);
});

it('what is too short to be spun away counts as longer by the share', () => {
  const start = ago(1_000n);
  const counted = stretched(0.03)(start);
  expect(counted).toBeGreaterThanOrEqual(1_030);
});
