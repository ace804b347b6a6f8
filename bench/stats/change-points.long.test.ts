// How often change points err on simulated histories of known outcome.
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { HISTORY_KINDS, scoreHistories } from './simulated-histories.js';

// `multifd-bench doctor --calibrate --histories` counts the same on 1000 series of each kind.
describe('simulated histories of 60 commits', () => {
  const score = (name: string, series: number) =>
    scoreHistories(new Random(44), HISTORY_KINDS.find((kind) => kind.name === name)!, series);

  it.each(['no change', 'two modes', 'one-commit spikes'])('%s: reported in at most 6 series of 300', (name) => {
    expect(score(name, 300).reported).toBeLessThanOrEqual(6);
  });

  it.each(['step of 10 %', 'step of 20 %'])('%s: found in 190 series of 200 or more', (name) => {
    expect(score(name, 200).found).toBeGreaterThanOrEqual(190);
  });

  it('a drift of 20 % is called one', () => {
    expect(score('drift of 20 %', 100).found).toBeGreaterThanOrEqual(85);
  });
});
