import { describe, expect, it } from 'vitest';
import { type Evidence, isEquivalent, type Rule, verdict } from './verdict.js';

const evidence = (low: number, high: number, rest: Partial<Evidence> = {}): Evidence => ({
  ratio: Math.sqrt(low * high),
  low,
  high,
  n: 8,
  noiseFloor: 0.01,
  ...rest,
});
const higher: Rule = { better: 'higher' };
const lower: Rule = { better: 'lower' };

describe('verdict', () => {
  it('names the direction in which b differs, by the metric', () => {
    expect(verdict(evidence(1.08, 1.12), 0.001, higher)).toBe('faster');
    expect(verdict(evidence(1.08, 1.12), 0.001, lower)).toBe('slower');
    expect(verdict(evidence(0.88, 0.92), 0.001, higher)).toBe('slower');
    expect(verdict(evidence(0.88, 0.92), 0.001, lower)).toBe('faster');
  });

  it('needs the adjusted p below 0.05', () => {
    expect(verdict(evidence(1.08, 1.12), 0.05, higher)).toBe('unclear');
    expect(verdict(evidence(0.88, 0.92), 0.05, higher)).toBe('unclear');
  });

  it('needs the whole interval beyond 2 %', () => {
    expect(verdict(evidence(1.021, 1.12), 0.001, higher)).toBe('faster');
    expect(verdict(evidence(1.019, 1.12), 0.001, higher)).toBe('unclear');
    expect(verdict(evidence(0.9, 1 / 1.021), 0.001, higher)).toBe('slower');
    expect(verdict(evidence(0.9, 1 / 1.019), 0.001, higher)).toBe('unclear');
  });

  it('needs the whole interval beyond the noise floor where that is higher', () => {
    expect(verdict(evidence(1.08, 1.12, { noiseFloor: 0.09 }), 0.001, higher)).toBe('unclear');
    expect(verdict(evidence(1.08, 1.12, { noiseFloor: 0.07 }), 0.001, higher)).toBe('faster');
  });

  it('calls equal only what lies inside the margin, whatever its p', () => {
    expect(verdict(evidence(0.97, 1.03), 0.9, higher)).toBe('same');
    expect(verdict(evidence(1.001, 1.01), 0.001, higher)).toBe('same');
    expect(verdict(evidence(0.97, 1.06), 0.9, higher)).toBe('unclear');
    expect(verdict(evidence(0.97, 1.03), 0.9, { ...higher, margin: 0.01 })).toBe('unclear');
    expect(verdict(evidence(0.9, 1.1), 0.9, { ...higher, margin: 0.2 })).toBe('same');
  });

  it('calls a certain difference between the two margins by its direction', () => {
    expect(verdict(evidence(1.03, 1.04), 0.001, higher)).toBe('faster');
  });

  it('lets equality rest on the slope, but never against a direct difference', () => {
    const slope = { ratio: 1.003, low: 1.002, high: 1.004 };
    expect(verdict(evidence(0.9, 1.1), 0.9, { ...higher, margin: 0.005, slope })).toBe('same');
    expect(verdict(evidence(0.9, 1.1), 0.9, { ...higher, margin: 0.001, slope })).toBe('unclear');
    expect(verdict(evidence(1.08, 1.12), 0.001, { ...higher, slope })).toBe('faster');
  });

  it('says nothing of fewer than six processes', () => {
    expect(verdict(evidence(1.08, 1.12, { n: 5 }), 0.001, higher)).toBe('too-few');
    expect(verdict(evidence(1.08, 1.12, { n: 6 }), 0.001, higher)).toBe('faster');
  });
});

describe('isEquivalent', () => {
  it('takes a factor and its inverse as equally far', () => {
    expect(isEquivalent({ ratio: 1, low: 0.953, high: 1.049 })).toBe(true);
    expect(isEquivalent({ ratio: 1, low: 0.951, high: 1.049 })).toBe(false);
    expect(isEquivalent({ ratio: 1, low: 0.953, high: 1.051 })).toBe(false);
  });
});
