import { describe, expect, it } from 'vitest';
import { holm } from './holm.js';

describe('holm', () => {
  it('multiplies the smallest by the count, the next by one less, and never falls', () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((golden, index) => {
      expect(adjusted[index]).toBeCloseTo(golden, 12);
    });
  });

  it('stops at one, keeps ties equal and leaves a single p alone', () => {
    expect(holm([0.6, 0.7])).toEqual([1, 1]);
    expect(holm([0.01, 0.01, 0.01])).toEqual([0.03, 0.03, 0.03]);
    expect(holm([0.02])).toEqual([0.02]);
    expect(holm([])).toEqual([]);
  });

  it('refuses what is no probability', () => {
    expect(() => holm([0.1, Number.NaN])).toThrow('NaN');
  });
});
