import { expect, it } from 'vitest';
import { supportedPercentiles } from './percentiles.js';

it('supports a percentile from 10 samples beyond it on', () => {
  expect(supportedPercentiles(19)).toEqual([]);
  expect(supportedPercentiles(20)).toEqual([50]);
  expect(supportedPercentiles(999)).toEqual([50, 90]);
  expect(supportedPercentiles(1000)).toEqual([50, 90, 99]);
  expect(supportedPercentiles(9999)).toEqual([50, 90, 99]);
  expect(supportedPercentiles(100_000)).toEqual([50, 90, 99, 99.9, 99.99]);
});
