// Scenarios of designs: what is run, what the monitor sees, and a design with depth, events and several requesters.
import { describe, expect, it } from 'vitest';
import { isLong } from '../../fixtures/tier.js';
import { EXIT, type Place, SYNC, type Variant } from '../../sender/variant.js';
import { mutantsOf } from '../mutate.js';
import { verify } from '../verify.js';
import { checkScenarios } from './check.js';
import declared from './fixtures/shared-queue.js';
import { checkDesign, type DesignPlan, describePlan, designScenario, designSuite, whyNotModelled } from './index.js';

/** As the framework sees it: a variant of some table. */
const sharedQueue = declared as unknown as Variant;
const shape = { channels: 1, requesters: 1, depth: 1 };

/** The shared queue with another sender. */
function withSender(change: (sender: ReturnType<typeof openSender>, place: Place) => Partial<typeof sender>): Variant {
  return {
    ...sharedQueue,
    sender: {
      waits: 'blocks',
      open(place, channel) {
        const sender = openSender(place, channel);
        return { ...sender, ...change(sender, place) };
      },
    },
  };
}

const openSender = sharedQueue.sender.waits === 'blocks' ? sharedQueue.sender.open : () => expect.unreachable();

function found(variant: Variant, plan: Partial<DesignPlan>): string[] {
  const scenario = designScenario(variant, { shape, steps: ['job', 'sync'], ...plan });
  return verify(scenario, { mostFindings: 9, mostStates: 1000, minimise: false }).findings.map(
    ({ message }) => message,
  );
}

describe('the suite of a design', () => {
  it.skipIf(isLong)('has depth and several requesters where the design declares them', () => {
    const names = (variant: Variant) =>
      designSuite(variant, { channels: 2, jobs: 2 }).map(({ plan }) => describePlan(plan));
    const shallow = names({ ...sharedQueue, depth: [1, 1], requesters: 'one' });
    expect(shallow).toContain('2 channels, 2 jobs + sync');
    expect(shallow).toContain('2 channels, 1 job + sync, SYNC 0 of channel 1 fails');
    expect(shallow).toContain('2 channels, 1 job + sync, exit at any moment');
    expect(shallow.filter((name) => /depth|requesters/.test(name))).toEqual([]);
    const deep = names(sharedQueue);
    expect(deep).toContain('2 channels, depth 2, 2 jobs + sync');
    expect(deep).toContain('1 channel, 2 requesters, 1 job + sync');
    expect(new Set(deep).size).toBe(deep.length);
  });

  it.skipIf(isLong)("is for designs whose threads are the framework's; of others it says why not", () => {
    expect(whyNotModelled(sharedQueue)).toBeUndefined();
    expect(whyNotModelled({ ...sharedQueue, sender: { waits: 'never' } })).toContain('no sender threads');
    const pool = { waits: 'own-threads', start: () => expect.unreachable() } as const;
    expect(whyNotModelled({ ...sharedQueue, sender: pool })).toContain('those of a package');
  });
});

/** A few, for the command draws more. */
const DRAWN = 2;

describe('a queue with depth, events, a lock and several requesters', () => {
  // Registered designs of this kind are checked in the first tier.
  it.runIf(isLong)('has no finding on one channel', () => {
    const checked = checkDesign(sharedQueue, { channels: 1, jobs: 2 }, { schedules: DRAWN });
    expect(checked.findings).toEqual([]);
    expect(checked.complete).toBe(true);
    expect(checked).not.toHaveProperty('upstreamHangs');
    // One channel more, all depth up to 8, several syncs.
    expect(checked.drawn!.map(({ scenario }) => scenario)).toContain(
      '2 channels, depth 8, 1 job + sync + 3 jobs + sync + sync + 1 job + sync',
    );
    expect(checked.drawn![0]).toMatchObject({ strategy: 'pct', bounds: `${DRAWN} PCT schedules of depth 8, seed 1` });
    expect(checked.scenarios.some(({ scenario }) => scenario.includes('2 requesters'))).toBe(true);
  });

  it.runIf(isLong)('is bounded by preemptions where it has too many states, and says so', () => {
    const plan: DesignPlan = { shape: { ...shape, channels: 2 }, steps: ['job', 'job', 'job'] };
    const search = { mostStates: 10_000 };
    const checked = checkScenarios('shared-queue', [designScenario(sharedQueue, plan)], { search });
    expect(checked).toMatchObject({ complete: false, findings: [] });
    expect(checked.scenarios[0]!.instead).toMatchObject({ strategy: 'bounded', complete: false });
  });

  it.skipIf(isLong)('reaches fewer states where it says what it remembers, and the same verdict', () => {
    const plan: DesignPlan = { shape, steps: ['job', 'sync', 'job', 'sync'] };
    const without = withSender(() => ({ digest: undefined }) as never);
    const merged = verify(designScenario(sharedQueue, plan));
    const apart = verify(designScenario(without, plan));
    expect(merged).toMatchObject({ complete: true, findings: [] });
    expect(apart).toMatchObject({ complete: true, findings: [] });
    expect(merged.states).toBeLessThan(apart.states);
  });

  it.skipIf(isLong)('is refused if it remembers more than it says', () => {
    const forgetful = withSender((sender, place) => {
      const put = place.row('put' as never);
      let seen = 0;
      return {
        next() {
          if (seen > 1) Atomics.load(place.words, put);
          seen = Atomics.load(place.words, put);
          return sender.next();
        },
      };
    });
    const { findings } = verify(designScenario(forgetful, { shape, steps: ['job', 'job', 'job', 'sync'] }));
    expect(findings.map(({ kind }) => kind)).toEqual(['hidden-state']);
  });
});

describe('the monitor', () => {
  it.skipIf(isLong)('I2: a batch that is handed out twice', () => {
    const twice = withSender((sender) => {
      let first = -1;
      return {
        next() {
          const request = sender.next();
          if (request >= 0 && first < 0) first = request;
          return request >= 0 ? first : request;
        },
      };
    });
    const messages = found(twice, { steps: ['job', 'job'] });
    expect(messages.join()).toMatch(/I2|order/);
  });

  it.skipIf(isLong)('I4: a sender that leaves though the run goes on, and a SYNC that nobody asked for', () => {
    expect(
      found(
        withSender(() => ({ next: () => EXIT })),
        {},
      ),
    ).toContain('I4: a thread was sent away, but the run goes on');
    const eager = withSender((sender) => {
      let early = true;
      return {
        next() {
          if (!early) return sender.next();
          early = false;
          return SYNC;
        },
      };
    });
    expect(found(eager, {})).toContain('I4: a channel wrote a SYNC that was not asked for');
  });

  it.skipIf(isLong)('I5: a sync that is over before the jobs are written', () => {
    const hasty: Variant = {
      ...sharedQueue,
      provider: {
        waits: 'blocks',
        open(place, requester) {
          if (sharedQueue.provider.waits !== 'blocks') return expect.unreachable();
          return { ...sharedQueue.provider.open(place, requester), collectSync: () => true };
        },
      },
    };
    expect(found(hasty, {})).toContain('I5: the sync is over without the SYNC of channel 0');
  });

  it.skipIf(isLong)('I6: a packet number that is used twice', () => {
    const plan: DesignPlan = { shape: { ...shape, channels: 2 }, steps: ['job', 'sync'], numbered: true };
    const scenario = designScenario(sharedQueue, plan);
    expect(verify(scenario, { mostStates: 100_000 }).findings).toEqual([]);
    const mutants = mutantsOf([scenario], { files: (file) => file.endsWith('shown-writer.ts') });
    const mutation = mutants.find(({ operation, how }) => operation === 'Atomics.add' && how === 'split')!;
    const { findings } = verify(scenario, { mutation });
    expect(findings.map(({ message }) => message)).toEqual(['I6: two packets have the same number']);
  });
});
