// The clock of a design that a calibration makes slower.
import { expect, it } from 'vitest';
import { elapsedWith } from './elapsed.js';

const ago = (nanoseconds: bigint) => process.hrtime.bigint() - nanoseconds;

it('counts time as longer by the share, and takes no longer', () => {
  const start = ago(10_000_000_000n);
  const counted = elapsedWith(0.5)(start);
  expect(counted).toBeGreaterThanOrEqual(15e9);
  // Spinning would have taken five seconds.
  expect(elapsedWith()(start)).toBeLessThan(counted);
});
