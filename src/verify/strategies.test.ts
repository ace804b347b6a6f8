// The search strategies: known numbers of states, agreement with each other, and bounds that are told.
import { describe, expect, it, vi } from 'vitest';
import { isLong, runsNow } from '../fixtures/tier.js';
import { SPIN_LOCKS, spinLock } from './fixtures/classics.js';
import { eventHandOff } from './fixtures/event-hand-off.js';
import { semaphoreHandOff } from './fixtures/semaphore-hand-off.js';
import { mutantsOf } from './mutate.js';
import type { Scenario } from './scenario.js';
import { flagHandOff } from './shipped/flag-hand-off.js';
import { type Strategy, verify } from './verify.js';

// Searches take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

describe('exhaustive', () => {
  const counted: readonly [number, number][] = [
    [1, 449],
    [2, 9005],
    // The prototype counted 206 711: it did not see what threads remember.
    [3, 17_742],
  ];
  it.each(counted.filter(([jobs]) => runsNow(jobs < 3)))(
    'flag hand-off of 2 channels and %i jobs has the states that a prototype counted',
    (jobs, states) => {
      const report = verify(flagHandOff(2, jobs), { reduces: false });
      expect(report).toMatchObject({ complete: true, states, findings: [] });
    },
  );

  it.skipIf(isLong)('finds the hand-off right with its semaphores, with and without the mutex', () => {
    for (const mutex of [false, true]) {
      const report = verify(semaphoreHandOff({ channels: 2, jobs: 2, sync: true, mutex }));
      expect(report).toMatchObject({ complete: true, findings: [] });
      expect(report.states).toBeLessThan(6000);
    }
  });

  it.skipIf(isLong)('shows that pendingSync needs no order of its own: the semaphores have it', () => {
    const report = verify(semaphoreHandOff({ channels: 2, jobs: 2, sync: true, mutex: false, plainSync: true }));
    expect(report).toMatchObject({ complete: true, findings: [] });
  });

  it.skipIf(isLong).each([false, true])('shows that events do not order it (shipped: %s)', (shipped) => {
    const { findings } = verify(eventHandOff({ channels: 1, jobs: 1, conditions: 'words', plainSync: true, shipped }));
    expect(findings.map(({ kind }) => kind)).toEqual(['data-race']);
    expect(findings[0]!.message).toContain('pendingSync[0]');
  });

  it.skipIf(isLong).each(['words', 'bits'] as const)('stays finite with conditions over %s', (conditions) => {
    const report = verify(eventHandOff({ channels: 2, jobs: 3, conditions }));
    expect(report).toMatchObject({ complete: true, findings: [] });
    expect(report.states).toBeLessThan(30_000);
  });

  it.skipIf(isLong).each(['sender', 'provider'] as const)('finds the wake that the %s forgets', (forgets) => {
    const { findings } = verify(eventHandOff({ channels: 2, jobs: 2, conditions: 'words', forgets }));
    expect(findings.map(({ kind }) => kind)).toEqual(['lost-wake-up']);
  });

  it.skipIf(isLong)('says that it is not complete when it hits its bound', () => {
    expect(verify(flagHandOff(2, 3), { mostStates: 1000 })).toMatchObject({ complete: false, findings: [] });
  });
});

describe.skipIf(isLong)('options', () => {
  it.each([
    [{ schedules: 0 }, 'schedules is a whole number from 1, got 0'],
    [{ mostStates: 1.5 }, 'mostStates is a whole number from 1, got 1.5'],
    [{ preemptions: -1 }, 'preemptions is a whole number from 0, got -1'],
    [{ strategy: 'luck' as never }, 'strategy is one of exhaustive, bounded, random, pct, got luck'],
    [{ hints: { mode: 'havoc', domain: Array.from({ length: 16 }, (_, i) => i) } }, 'at most 15 values in a domain'],
  ] as const)('that make no sense are refused: %o', (options, message) => {
    expect(() => verify(flagHandOff(1, 1), options)).toThrow(message);
  });
});

describe.skipIf(isLong)('hint reads', () => {
  it('read old values in weak mode, and any value in havoc', () => {
    // A negative hint that leads to sleep: under havoc the provider may believe that every channel is busy.
    expect(verify(flagHandOff(2, 2), { hints: { mode: 'sc' } })).toMatchObject({ complete: true, findings: [] });
    const { findings } = verify(flagHandOff(2, 2), { hints: { mode: 'havoc', domain: [0, 1] } });
    expect(findings.map(({ kind }) => kind)).toEqual(['lost-wake-up']);
  });
});

describe('all strategies', () => {
  const searches: readonly Strategy[] = ['bounded', 'random', 'pct'];

  it.skipIf(isLong)('find nothing where exhaustive finds nothing', () => {
    for (const strategy of searches) {
      const report = verify(flagHandOff(2, 2), { strategy, schedules: 2000 });
      expect(report.findings, strategy).toEqual([]);
      expect(report.complete, strategy).toBe(false);
    }
  });

  it('find what exhaustive finds, on every mutant of a hand-off', () => {
    const scenario = flagHandOff(isLong ? 2 : 1, isLong ? 2 : 1);
    for (const mutation of mutantsOf([scenario])) {
      const killed = verify(scenario, { mutation, minimise: false }).findings.length > 0;
      const bounded = verify(scenario, { mutation, minimise: false, strategy: 'bounded', preemptions: 4 });
      expect(bounded.findings.length > 0, mutation.id).toBe(killed);
      const random = verify(scenario, { mutation, minimise: false, strategy: 'random', schedules: 3000 });
      if (!killed) expect(random.findings, mutation.id).toEqual([]);
    }
  });

  it('let others run when a thread spins, whatever its priority', () => {
    for (const kind of SPIN_LOCKS) {
      for (const strategy of searches) {
        const report = verify(spinLock(kind, 3, 2), { strategy, schedules: isLong ? 1000 : 200 });
        expect(report.findings, `${kind} ${strategy}`).toEqual([]);
      }
    }
    const waitsForever: Scenario = {
      name: 'waits for ever',
      words: 1,
      threads: [
        {
          name: 'spinner',
          run(words) {
            while (Atomics.load(words, 0) === 0);
          },
        },
      ],
    };
    for (const strategy of ['random', 'pct'] as const) {
      const { findings } = verify(waitsForever, { strategy, schedules: 10 });
      expect(findings.map(({ kind }) => kind)).toEqual(['livelock']);
    }
  });

  it.skipIf(isLong)('draw the same schedules from the same seed', () => {
    const [mutation] = mutantsOf([flagHandOff(2, 2)]).filter(({ id }) => id.endsWith('Atomics.add 1 split'));
    const once = verify(flagHandOff(2, 2), { strategy: 'random', seed: 5, mutation: mutation!, minimise: false });
    const again = verify(flagHandOff(2, 2), { strategy: 'random', seed: 5, mutation: mutation!, minimise: false });
    expect(once.findings.map(({ schedule }) => schedule)).toEqual(again.findings.map(({ schedule }) => schedule));
    expect(once.schedules).toBe(again.schedules);
  });
});
