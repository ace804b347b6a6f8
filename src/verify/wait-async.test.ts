// Atomics.waitAsync: a task once it is notified, lost as a wait is, and what it orders.
import { describe, expect, it } from 'vitest';
import { Event } from '../memory/event.js';
import type { Body } from './fixtures/expect-finding.js';
import { check, expectFindingInTask, next, outcomes } from './fixtures/in-task.js';
import { simulatedPort } from './port.js';

describe('Atomics.waitAsync', () => {
  const waits: Body = async (words) => {
    while (Atomics.load(words, 0) === 0) await Atomics.waitAsync(words, 0, 0).value;
  };
  const opens: Body = (words) => {
    Atomics.store(words, 0, 1);
    Atomics.notify(words, 0);
  };

  it('is a task once it is notified, beside threads asleep on the same word', async () => {
    const sleeps: Body = (words) => {
      while (Atomics.load(words, 0) === 0) Atomics.wait(words, 0, 0);
    };
    expect(await check([waits, sleeps, waits, opens])).toMatchObject({ complete: true, findings: [] });
    const one: Body = (words) => [Atomics.store(words, 0, 1), Atomics.notify(words, 0, 1)][1];
    const { findings } = await check([waits, sleeps, one]);
    expect(findings[0]!.kind).toBe('lost-wake-up');
  });

  it('is lost where nobody notifies, or too early', async () => {
    await expectFindingInTask('lost-wake-up', 'T0 in promise of Atomics.waitAsync', [
      waits,
      (words) => void Atomics.store(words, 0, 1),
    ]);
    await expectFindingInTask('lost-wake-up', 'T0 in promise of Atomics.waitAsync', [
      waits,
      (words) => {
        Atomics.notify(words, 0);
        Atomics.store(words, 0, 1);
      },
    ]);
  });

  it('returns at once what it can', async () => {
    const asks = (value: number, timeoutMs?: number): Body => {
      return (words) => Atomics.waitAsync(words, 0, value, timeoutMs);
    };
    expect(await outcomes([asks(1), asks(0, 0)])).toEqual([
      '[{"async":false,"value":"not-equal"},{"async":false,"value":"timed-out"}]',
    ]);
  });

  it('may time out, or be notified, and a notify counts promises', async () => {
    const once: Body = async (words) => Atomics.waitAsync(words, 0, 0, 10).value;
    expect(await outcomes([once, (words) => Atomics.notify(words, 0)])).toEqual(['["ok",1]', '["timed-out",0]']);
  });

  it('orders nothing by itself', async () => {
    const sees: Body = async (words) => {
      const { async: isAsync, value } = Atomics.waitAsync(words, 0, 0);
      if (isAsync) await value;
      return words[1];
    };
    const gives: Body = (words) => {
      words[1] = 7;
      Atomics.store(words, 0, 1);
      Atomics.notify(words, 0);
    };
    await expectFindingInTask('data-race', 'words\\[1\\]', [sees, gives]);
  });

  it('stands beside messages', async () => {
    const both: Body = async (words) => {
      await Promise.all([waits(words), next(0)]);
      return Atomics.load(words, 0);
    };
    const posts: Body = () => simulatedPort(0, 0).postMessage('come');
    expect(await outcomes([both, opens, posts])).toEqual(['[1,null,null]']);
  });

  it('is what the shipped event waits by: none of its wakes is lost', async () => {
    const until: Body = async (words) => new Event(words, 4).untilLater(() => Atomics.load(words, 0) === 1);
    const wake =
      (wakes: (event: Event) => void): Body =>
      (words) => {
        Atomics.store(words, 0, 1);
        wakes(new Event(words, 4));
      };
    expect(await outcomes([until, until, wake((event) => event.wake())])).toEqual(['[true,true,null]']);
    expect(await outcomes([until, (words) => new Event(words, 4).close()])).toEqual(['[false,null]']);
    const { findings } = await check([until, wake(() => {})]);
    expect(findings[0]!.kind).toBe('lost-wake-up');
  });
});
