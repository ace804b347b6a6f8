// The checker against real threads: the same schedule gives the same results, words and sleepers on real memory.
import { afterAll, describe, expect, it } from 'vitest';
import { isLong } from '../../fixtures/tier.js';
import { eventHandOff } from '../fixtures/event-hand-off.js';
import { semaphoreHandOff } from '../fixtures/semaphore-hand-off.js';
import type { Scenario } from '../scenario.js';
import { flagHandOff } from '../shipped/flag-hand-off.js';
import { verify } from '../verify.js';
import { RealThreads, type Remote } from './cross-check.js';

const started: RealThreads[] = [];
afterAll(async () => {
  await Promise.all(started.map((threads) => threads.stop()));
});

async function start(scenario: Scenario, file: string, factory: string, all: readonly unknown[]): Promise<RealThreads> {
  const remote: Remote = { module: new URL(`../fixtures/${file}.js`, import.meta.url).href, factory, arguments: all };
  const threads = await RealThreads.start(scenario, remote);
  started.push(threads);
  return threads;
}

/** Threads in random order; each twice, as a plain step and as a hint read, of which the one that fits is taken. */
function draw(seed: number, threads: number): number[] {
  let random = seed;
  return Array.from({ length: 300 }, () => {
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    const thread = (random >>> 0) % threads;
    return [thread, thread + 15 * 16];
  }).flat();
}

const SCHEDULES = isLong ? 60 : 15;

describe.each<[string, Scenario, string, string, readonly unknown[]]>([
  ['flags', flagHandOff(2, 3), '../shipped/flag-hand-off', 'flagHandOff', [2, 3]],
  ...([false, true] as const).map((mutex): [string, Scenario, string, string, readonly unknown[]] => {
    const options = { channels: 2, jobs: 2, sync: true, mutex, shipped: true };
    const name = `shipped semaphores ${mutex ? 'and locks' : ''}`;
    return [name, semaphoreHandOff(options), 'semaphore-hand-off', 'semaphoreHandOff', [options]];
  }),
  ...(['words', 'bits'] as const).map((conditions): [string, Scenario, string, string, readonly unknown[]] => {
    const options = { channels: 2, jobs: 2, conditions, shipped: true };
    return [`shipped events by ${conditions}`, eventHandOff(options), 'event-hand-off', 'eventHandOff', [options]];
  }),
])('a hand-off on %s', (_name, scenario, file, factory, all) => {
  it('does on real threads what it does in the checker, schedule by schedule', async () => {
    const threads = await start(scenario, file, factory, all);
    let operations = 0;
    for (let seed = 1; seed <= SCHEDULES; seed++) {
      const result = threads.compare(draw(seed, scenario.threads.length));
      expect(result.difference, `seed ${seed}`).toBeUndefined();
      expect(result.stuck, `seed ${seed}`).toBe(false);
      operations += result.operations;
    }
    expect(operations).toBeGreaterThan(SCHEDULES * 30);
  }, 60_000);
});

it.skipIf(isLong)('a lost wake-up that the checker finds leaves real threads asleep, too', async () => {
  const options = { channels: 1, jobs: 1, conditions: 'words', forgets: 'sender', shipped: true } as const;
  const scenario = eventHandOff(options);
  const [finding] = verify(scenario, { hints: { mode: 'sc' } }).findings;
  expect(finding!.kind).toBe('lost-wake-up');
  const threads = await start(scenario, 'event-hand-off', 'eventHandOff', [options]);
  expect(threads.compare(finding!.schedule)).toMatchObject({ difference: undefined, stuck: true });
});

it.skipIf(isLong)('a difference is told: a memory that is not the one the checker assumed', async () => {
  const threads = await start(flagHandOff(1, 2), '../shipped/flag-hand-off', 'flagHandOff', [1, 1]);
  expect(threads.compare([]).difference).toMatch(/on real/);
});
