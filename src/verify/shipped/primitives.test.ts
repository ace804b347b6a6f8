// The primitives as shipped, at futex level: every interleaving is right, and every weakened ordering is noticed.
import { describe, expect, it } from 'vitest';
import { verify } from '../verify.js';
import { checkPrimitives } from './check-primitives.js';
import { lockScenario, primitiveScenarios } from './scenarios.js';

describe('the shipped primitives', () => {
  it.each([
    ['without elision', { elide: false }],
    ['spinning first', { policy: { spins: 1 } }],
    ['spinning as long as it was worth it', { policy: { spins: 1, adapts: true } }],
  ])('%s', (_name, options) => {
    for (const scenario of primitiveScenarios(options)) {
      const report = verify(scenario);
      expect(report.findings, scenario.name).toEqual([]);
      expect(report.complete, scenario.name).toBe(true);
    }
  });

  it('wait in loops: a notify that was meant for another round does no harm', () => {
    for (const scenario of primitiveScenarios().filter(({ threads }) => threads.length < 3)) {
      const report = verify(scenario, { earlyWakes: 2 });
      expect(report.findings, scenario.name).toEqual([]);
      expect(report.complete, scenario.name).toBe(true);
    }
  });

  it('a lock whose holder leaves strands the others, unless it is closed', () => {
    const { findings } = verify(lockScenario(2, 1, false, true));
    expect(findings.map(({ kind }) => kind)).toEqual(['deadlock']);
    expect(verify(lockScenario(2, 1, true, true)).findings).toEqual([]);
  });

  it('are right as they are, and have no ordering whose loss goes unnoticed, but for the listed ones', () => {
    const checked = checkPrimitives({ mutates: true });
    expect(checked).toMatchObject({ complete: true, findings: [], unknownSurvivors: [], staleSurvivors: [] });
    expect(checked.mutants.length).toBeGreaterThan(50);
  }, 120_000);
});
