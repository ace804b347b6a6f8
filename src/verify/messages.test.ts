// Message ports and event loops: order, races, what is a task, what is refused.
import { receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { inTask } from './event-loop.js';
import { type Body, program } from './fixtures/expect-finding.js';
import { check, expectFindingInTask, next, outcomes } from './fixtures/in-task.js';
import { simulatedPort } from './port.js';
import { SimulatedEvent } from './primitives.js';
import { replay, verify } from './verify.js';

const received = (number: number): unknown => receiveMessageOnPort(simulatedPort(number, 1))?.message;

describe('a message', () => {
  it('is there or not, and a port keeps the order', async () => {
    const posts: Body = () => {
      const port = simulatedPort(0, 0);
      for (const message of [1, 'two', { three: [3] }]) port.postMessage(message);
    };
    expect(await outcomes([posts, () => [received(0), received(0), received(0)]])).toEqual([
      '[null,[1,"two",null]]',
      '[null,[1,"two",{"three":[3]}]]',
      '[null,[1,null,"two"]]',
      '[null,[1,null,null]]',
      '[null,[null,1,"two"]]',
      '[null,[null,1,null]]',
      '[null,[null,null,1]]',
      '[null,[null,null,null]]',
    ]);
  });

  it('hands on what was done before it, and nothing else', async () => {
    const posts: Body = (words) => {
      words[0] = 7;
      simulatedPort(0, 0).postMessage('done');
    };
    const sees: Body = (words) => (received(0) === 'done' ? words[0] : 'not yet');
    expect(await outcomes([posts, sees])).toEqual(['[null,"not yet"]', '[null,7]']);
    const late: Body = (words) => {
      simulatedPort(0, 0).postMessage('done');
      words[0] = 7;
    };
    await expectFindingInTask('data-race', 'words\\[0\\]', [late, sees]);
    // A receipt orders nothing for who posted.
    const waits: Body = (words) => {
      const port = simulatedPort(0, 0);
      port.postMessage('done');
      port.postMessage('again');
      words[0] = 7;
    };
    await expectFindingInTask('data-race', 'words\\[0\\]', [waits, (words) => [received(0), words[0]]]);
  });

  it('is a copy', async () => {
    const posts: Body = () => {
      const message = { value: 1 };
      simulatedPort(0, 0).postMessage(message);
      message.value = 2;
    };
    const polls: Body = () => {
      for (;;) {
        const message = received(0);
        if (message !== undefined) return message;
      }
    };
    expect(await outcomes([posts, polls])).toEqual(['[null,{"value":1}]']);
  });

  it('may be one of many; beyond 64 in a queue that is said', async () => {
    const posts =
      (count: number): Body =>
      () => {
        for (let i = 0; i < count; i++) simulatedPort(0, 0).postMessage(i);
      };
    const takes: Body = () => {
      for (let i = 0; i < 9; i++) while (received(0) === undefined);
    };
    expect(await check([posts(9), takes])).toMatchObject({ complete: true, findings: [] });
    await expectFindingInTask('not-modelled', 'more than 64 messages', [posts(65)]);
  });

  it('carries values: not memory, nor what is transferred', async () => {
    await expectFindingInTask('not-modelled', 'more than values', [
      (words) => simulatedPort(0, 0).postMessage({ memory: words.buffer }),
    ]);
    await expectFindingInTask('not-modelled', 'more than values', [(words) => simulatedPort(0, 0).postMessage(words)]);
    await expectFindingInTask('not-modelled', 'transfer', [() => simulatedPort(0, 0).postMessage(1, [])]);
  });
});

describe('an event loop', () => {
  const post =
    (number: number, ...messages: unknown[]): Body =>
    () => {
      for (const message of messages) simulatedPort(number, 0).postMessage(message);
    };

  it('runs promise jobs before the next task, and takes tasks of several ports in any order', async () => {
    const collects: Body = async () => {
      const seen: unknown[] = [];
      await new Promise<void>((resolve) => {
        for (const number of [0, 1])
          simulatedPort(number, 1).on('message', async (message) => {
            seen.push(message);
            await null;
            seen.push(`after ${message}`);
            if (seen.length === 4) resolve();
          });
      });
      return seen.join();
    };
    expect(await outcomes([post(0, 'a'), post(1, 'b'), collects])).toEqual([
      '[null,null,"a,after a,b,after b"]',
      '[null,null,"b,after b,a,after a"]',
    ]);
  });

  it('answers, and what it did before is seen', async () => {
    const asks: Body = async (words) => {
      const port = simulatedPort(0, 0);
      words[0] = 1;
      port.postMessage('ask');
      await new Promise((resolve) => void port.once('message', resolve));
      return words[0];
    };
    const answers: Body = async (words) => {
      await next(0);
      words[0]! += 1;
      simulatedPort(0, 1).postMessage('answer');
    };
    expect(await outcomes([asks, answers])).toEqual(['[2,null]']);
  });

  it('that nobody posts to is a deadlock, which is replayed', async () => {
    const scenario = program([async () => void (await next(0)), post(1, 'elsewhere')]);
    const [finding] = (await inTask(() => verify(scenario))).findings;
    expect(`${finding!.kind} ${finding!.message}`).toBe('deadlock T0 in message of port[0] at event loop');
    const again = await inTask(() => replay(scenario, finding!.schedule));
    expect(again.problem?.key).toBe(finding!.key);
    expect(again.trace.map(({ operation }) => operation)).toEqual(["port[1].postMessage('elsewhere')"]);
  });

  it('ends with what its promise rejects with, and with what nobody catches', async () => {
    await expectFindingInTask('exception', 'T0 threw: awaited', [
      async () => {
        await null;
        throw new Error('awaited');
      },
    ]);
    await expectFindingInTask('exception', 'T0 threw: not awaited', [
      async (words) => {
        void Promise.reject(new Error('not awaited'));
        await null;
        Atomics.store(words, 0, 1);
      },
    ]);
  });

  it('sees races and orders of atomics after an await', async () => {
    const adds: Body = async (words) => {
      await null;
      const old = Atomics.load(words, 0);
      await null;
      Atomics.store(words, 0, old + 1);
    };
    const final = (words: Int32Array) => (words[0] === 2 ? undefined : `counted ${words[0]}`);
    const { findings } = await check([adds, adds], {}, { final });
    expect(findings.map(({ message }) => message)).toEqual(['counted 1']);
    await expectFindingInTask('data-race', 'words\\[0\\]', [
      adds,
      async (words) => {
        await null;
        return words[0];
      },
    ]);
  });

  it('waits for an event, and misses no wake', async () => {
    const waits: Body = async (words) => new SimulatedEvent(0).untilLater(() => Atomics.load(words, 1) === 1);
    const wakes: Body = (words) => {
      Atomics.store(words, 1, 1);
      new SimulatedEvent(0).wake();
    };
    expect(await outcomes([waits, waits, wakes])).toEqual(['[true,true,null]']);
    expect(await outcomes([waits, () => new SimulatedEvent(0).close()])).toEqual(['[false,null]']);
    await expectFindingInTask('lost-wake-up', 'T0 in', [waits, (words) => void Atomics.store(words, 1, 1)]);
    await expectFindingInTask('not-modelled', 'beside other tasks', [
      async (words) => {
        await Promise.all([waits(words), next(0)]);
      },
      wakes,
    ]);
  });

  it('is drawn as well', async () => {
    for (const strategy of ['random', 'pct', 'bounded'] as const) {
      const { findings } = await check([post(0, 1), async () => next(0)], { strategy, schedules: 50 });
      expect(findings, strategy).toEqual([]);
    }
  });
});

describe('what is refused', () => {
  it('is an async function from within a promise job, whose own jobs would have to wait', async () => {
    await null;
    const { findings } = verify(program([async (words) => Atomics.store(words, 0, 1)]));
    expect(findings.map(({ kind, message }) => `${kind} ${message}`)).toEqual([
      expect.stringContaining('call verify() by inTask('),
    ]);
  });

  it('is a wait that no promise of the thread stands for; jobs are run', async () => {
    await expectFindingInTask('not-modelled', 'does not return a promise', [() => void next(0)]);
    const starts: Body = (words) => {
      void (async () => {
        await null;
        words[0] = 1;
      })();
    };
    await expectFindingInTask('data-race', 'words\\[0\\]', [starts, starts]);
    expect(await check([starts])).toMatchObject({ complete: true, findings: [] });
  });

  it('is what is not simulated of a port', async () => {
    for (const method of ['close', 'addEventListener'] as const)
      await expectFindingInTask('not-modelled', method, [() => simulatedPort(0, 0)[method]('message', () => {})]);
  });
});

it('a port of this process is received from as before', () => {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage('real');
  expect(receiveMessageOnPort(port2)).toEqual({ message: 'real' });
  port1.close();
});
