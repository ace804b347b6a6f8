// The clocks of a design that a calibration makes slower.
import { expect, it } from 'vitest';
import { countedLonger, elapsed, stretched } from './elapsed.js';

const ago = (nanoseconds: bigint) => process.hrtime.bigint() - nanoseconds;

it('stretched: takes longer by the share, and is what the clock says', () => {
  const start = ago(10_000_000n);
  const counted = stretched(0.5)(start);
  expect(counted).toBeGreaterThanOrEqual(15e6);
  expect(elapsed(start)).toBeGreaterThanOrEqual(counted);
});

it('counted longer: takes no longer', () => {
  const start = ago(10_000_000_000n);
  const counted = countedLonger(0.5)(start);
  expect(counted).toBeGreaterThanOrEqual(15e9);
  // Spinning would have taken five seconds.
  expect(elapsed(start)).toBeLessThan(counted);
});
