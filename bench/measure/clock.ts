// The clock that every timing rests on: how fine its steps are, and what reading it costs.
import { median } from '../stats/quantile.js';

export interface ClockReading {
  /** The smallest difference above 0 that two readings one after the other showed, in nanoseconds. */
  readonly stepNs: number;
  /** Median cost of a reading. */
  readonly readNs: number;
  /** Readings that lay before the one before. */
  readonly backwards: number;
}

const READINGS = 20_000;
const BATCHES = 21;

/** Reads `process.hrtime.bigint()` for about 50 ms. */
export function measureClock(): ClockReading {
  let step = Number.POSITIVE_INFINITY;
  let backwards = 0;
  const costs = Array.from({ length: BATCHES }, () => {
    const first = process.hrtime.bigint();
    let last = first;
    for (let reading = 0; reading < READINGS; reading++) {
      const now = process.hrtime.bigint();
      const difference = Number(now - last);
      if (difference < 0) backwards++;
      else if (difference > 0 && difference < step) step = difference;
      last = now;
    }
    return Number(last - first) / READINGS;
  });
  return { stepNs: step, readNs: median(costs), backwards };
}
