// The primitives as shipped, at futex level: every interleaving is right, and every weakened ordering is noticed.
import { describe, expect, it } from 'vitest';
import { isLong, runsNow } from '../../fixtures/tier.js';
import { inTask } from '../event-loop.js';
import { SimulatedEvent } from '../primitives.js';
import type { Scenario } from '../scenario.js';
import { type VerifyOptions, verify } from '../verify.js';
import { checkPrimitives } from './check-primitives.js';
import { primitiveScenarios } from './groups.js';
import { LOCK_KINDS, lockScenario, lockScenarios } from './lock-scenarios.js';
import { takingScenario, takingScenarios } from './taking-scenarios.js';
import { laterScenarios, waitingScenarios } from './waiting-scenarios.js';

const POLICIES = [
  ['spinning first', { spins: 1, adapts: false }],
  ['spinning as long as it was worth it', { spins: 1, adapts: true }],
] as const;

function expectRight(scenarios: readonly Scenario[], options: VerifyOptions = {}): void {
  for (const scenario of scenarios) {
    const report = verify(scenario, options);
    expect(report.findings, scenario.name).toEqual([]);
    expect(report.complete, scenario.name).toBe(true);
  }
}

describe('the shipped primitives', () => {
  it.each(POLICIES.filter(([, { adapts }]) => isLong || adapts))(
    '%s',
    (_name, policy) => {
      const locks = LOCK_KINDS.flatMap((kind) => lockScenarios(kind, policy));
      const all = [...waitingScenarios({ policy }), ...takingScenarios({ policy }), ...locks];
      expectRight(all.filter(({ threads }) => runsNow(policy.adapts && threads.length < 3)));
    },
    120_000,
  );

  it.runIf(isLong)(
    'an mcs lock with three threads, closed at any moment',
    () => {
      expectRight([lockScenario('mcs', 3, 1, true)]);
    },
    120_000,
  );

  it.runIf(isLong)(
    'wake one of two takers for each item, and both for a stop; or close at any moment',
    () => {
      const larger = { mostStates: 3_000_000 };
      expectRight([takingScenario({ takers: 2, items: 1, until: 'stopped' })], larger);
      expectRight([takingScenario({ takers: 2, items: 2, until: 'sated', closes: true })], larger);
    },
    120_000,
  );

  it.skipIf(isLong).each([
    ['a stop that wakes one', { takers: 2, items: 1, until: 'stopped', stopWakesOne: true }],
    ['a wake of one for takers that wait for different items', { takers: 2, items: 2, until: 'sated', picky: true }],
  ] as const)('%s loses a wake-up, as it does on single operations', (_name, taking) => {
    for (const scenario of [takingScenario(taking), takingScenario({ ...taking, open: () => new SimulatedEvent(0) })]) {
      const { findings } = verify(scenario, { strategy: 'pct', schedules: 2000, mostFindings: 1 });
      expect(findings.map(({ kind }) => kind)).toEqual(['lost-wake-up']);
    }
  });

  it.skipIf(isLong)('wake one on single operations too', () => {
    for (const until of ['sated', 'stopped'] as const) {
      expectRight([takingScenario({ takers: 2, items: 2, until, open: () => new SimulatedEvent(0) })]);
    }
  });

  it('without elision', () => {
    const all = [...waitingScenarios({ elide: false }), ...takingScenarios({ elide: false })];
    expectRight(all.filter(({ threads }) => runsNow(threads.length < 3)));
  });

  it('wait in loops: a notify that was meant for another round does no harm', () => {
    expectRight(
      primitiveScenarios().filter(({ threads }) => threads.length < 3),
      { earlyWakes: isLong ? 2 : 1 },
    );
  });

  it.skipIf(isLong)('wait on event loops', () => inTask(() => expectRight(laterScenarios())));

  it.skipIf(isLong).each(LOCK_KINDS)(
    'a %s lock whose holder leaves strands the others, unless it is closed',
    (kind) => {
      const { findings } = verify(lockScenario(kind, 2, 1, false, { leaves: true }));
      expect(findings.map((each) => each.kind)).toEqual([kind === 'tas' ? 'livelock' : 'deadlock']);
      expectRight([lockScenario(kind, 2, 1, true, { leaves: true })]);
    },
  );

  it.runIf(isLong)(
    'are right as they are, and have no ordering whose loss goes unnoticed, but for the listed ones',
    async () => {
      const checked = await inTask(() => checkPrimitives({ mutates: true }));
      expect(checked).toMatchObject({ complete: true, findings: [], unknownSurvivors: [], staleSurvivors: [] });
      expect(checked.mutants.length).toBeGreaterThan(90);
    },
    600_000,
  );
});
