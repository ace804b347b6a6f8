// Bodies that cannot be checked, as they depend on what the checker does not see: it must say so.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { isLong } from '../fixtures/tier.js';
import { type Body, expectFinding, program } from './fixtures/expect-finding.js';
import { SimulatedEvent } from './primitives.js';
import { checkpoint } from './recording.js';
import { verify } from './verify.js';

describe('bodies that cannot be checked', () => {
  it.skipIf(isLong)('depends on something outside shared memory', () => {
    let calls = 0;
    expectFinding('nondeterminism', [
      (words) => {
        calls++;
        Atomics.load(words, calls % 3);
        Atomics.store(words, 1, calls);
      },
    ]);
    expectFinding('nondeterminism', [(words) => Atomics.store(words, 0, Math.random() > 0.5 ? 1 : 0)]);
    expectFinding('nondeterminism', [(words) => Atomics.store(words, 0, Date.now())]);
    // Fast runs read the same time, and pass.
    for (const clock of [
      () => new Date().toISOString(),
      () => Date(),
      () => process.hrtime.bigint(),
      () => crypto.randomUUID(),
    ])
      expectFinding('nondeterminism', [(words) => (Atomics.load(words, 0) === 0 && clock() ? 1 : 0)]);
    expect(verify(program([(words) => Atomics.store(words, 0, new Date(5).getTime())])).findings).toEqual([]);
  });

  it.skipIf(isLong)('returns what it keeps outside of itself from run to run', () => {
    let sent = 0;
    const { findings } = verify(
      program([
        (words) => {
          Atomics.add(words, 0, 1);
          return ++sent;
        },
      ]),
    );
    expect(findings).toMatchObject([
      {
        kind: 'nondeterminism',
        message: expect.stringMatching(/it returned \d+, and returned \d+ when run again: .*a variable outside/),
      },
    ]);
  });

  it.skipIf(isLong)('touches another word when it is run again, and nothing after it', () => {
    let runs = 0;
    const { findings } = verify(program([(words) => Atomics.add(words, runs++ % 3 === 2 ? 1 : 0, 1)]));
    expect(findings[0]!.message).toMatch(
      /deterministic: Atomics.add of word \d at .* is Atomics.add of word \d when run/,
    );
  });

  it.runIf(isLong)(
    'catches every error and goes on, so that only a time limit stops it: it is checked all the same',
    () => {
      const endless: Body = (words) => {
        for (;;) {
          try {
            Atomics.load(words, 0);
          } catch {}
        }
      };
      expectFinding('livelock', [endless]);
      const locks: Body = (words) => {
        for (;;) {
          try {
            if (Atomics.compareExchange(words, 0, 0, 1) !== 0) throw new Error('busy');
            break;
          } catch {}
        }
        words[1]! += 1;
        Atomics.store(words, 0, 0);
      };
      const right = { ...program([locks, locks]), final: (words: Int32Array) => (words[1] === 2 ? undefined : 'lost') };
      expect(verify(right)).toMatchObject({ findings: [], complete: true });
      expectFinding('not-modelled', [
        (words) => {
          while (Atomics.load(words, 0) !== 1)
            try {
              for (;;);
            } catch {}
        },
      ]);
    },
    60_000,
  );

  it.runIf(isLong)(
    'does so in a function that it calls: its process ends, and says why',
    () => {
      const index = new URL('./index.js', import.meta.url).href;
      const code = `import { verify } from '${index}';
      const helper = (words) => { for (;;) try { Atomics.load(words, 0); } catch {} };
      verify({ name: 'endless', words: 1, threads: [{ name: 'one', run: (words) => helper(words) }] });`;
      const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
      expect(stderr).toMatch(/^verify: thread body never ends/);
      expect(status).toBe(1);
    },
    60_000,
  );

  it.skipIf(isLong)('catches errors, and comes to an end: that is no fault', () => {
    const { findings, complete } = verify(
      program([
        (words) => {
          for (;;) {
            try {
              if (Atomics.load(words, 0) === 1) return 1;
            } catch {
              return 2;
            }
          }
        },
        (words) => Atomics.store(words, 0, 1),
      ]),
    );
    expect({ findings, complete }).toEqual({ findings: [], complete: true });
  });

  it.skipIf(isLong)('uses what is not simulated', () => {
    expectFinding('not-modelled', [(words) => Atomics.waitAsync(new BigInt64Array(words.buffer) as never, 0, 0).async]);
    expectFinding('not-modelled', [(words) => words.sort()]);
    expectFinding('not-modelled', [(words) => words.toLocaleString()]);
    const said = (body: Body): string => verify(program([body])).findings[0]!.message;
    expect(said(() => Atomics.load(new Int32Array(new SharedArrayBuffer(4)), 0))).toMatch(
      /^Atomics on a SharedArrayBuffer of the thread's own: threads share the words of the scenario/,
    );
    expect(said((words) => Buffer.from(words.buffer as ArrayBuffer))).toMatch(/new Uint8Array\(words.buffer\) is$/);
    for (const cloned of [(words: Int32Array) => words, (words: Int32Array) => ({ memory: words.buffer })])
      expect(said((words) => structuredClone(cloned(words)))).toMatch(/so use words itself$/);
  });

  it.skipIf(isLong)('uses arrays of its own, which the language knows', () => {
    const { findings, complete } = verify({
      ...program([
        (words) => {
          const own = new Int32Array(2);
          Atomics.store(own, 0, 5);
          Atomics.add(own, 0, Atomics.load(words, 0));
          const copy = Buffer.from(new Uint8Array(words.buffer, 0, 2));
          return [
            Atomics.compareExchange(own, 0, 5, 7),
            own[0],
            Atomics.notify(own, 0),
            copy.length,
            words.valueOf()[0],
          ];
        },
      ]),
      final: (_, [result]) => (`${result}` === '5,7,0,2,0' ? undefined : `${result}`),
    });
    expect({ findings, complete }).toEqual({ findings: [], complete: true });
    const thrown = (body: Body): string => verify(program([body])).findings[0]!.message;
    expect(thrown(() => Atomics.wait(new Int32Array(1), 0, 0))).toMatch(/not a shared typed array/);
    expect(thrown(() => Atomics.load([0] as never, 0))).toMatch(/not an integer (shared )?typed array/);
    expect(thrown((words) => Atomics.store(words.slice() as never, 9, 1))).toMatch(/Invalid atomic access index/);
  });

  it.skipIf(isLong)('begins with words that come later', () => {
    expect(() => verify({ ...program([() => 1]), init: async () => {} })).toThrow(
      'scenario: init() returned a promise; it fills the words at once',
    );
  });

  it.skipIf(isLong)('throws something that is no error', () => {
    const { findings } = verify(
      program([
        () => {
          throw { full: [1, 2] };
        },
      ]),
    );
    expect(findings[0]).toMatchObject({ kind: 'exception', message: expect.stringContaining('{ full: [ 1, 2 ] }') });
  });

  it.runIf(isLong)('goes on for ever, and does something new each time: that is told, and not followed', () => {
    const { findings, complete, cuts } = verify(
      program([
        (words) => {
          for (;;) Atomics.add(words, 0, 1);
        },
      ]),
    );
    expect(findings).toEqual([]);
    expect(cuts).toEqual([expect.stringMatching(/(is|are) followed for/)]);
    expect(complete).toBe(false);
  });

  it.skipIf(isLong)('has a condition that writes, or counts its calls', () => {
    const until =
      (ready: (words: Int32Array) => boolean): Body =>
      (words) =>
        new SimulatedEvent(0).until(() => ready(words));
    expectFinding('impure-condition', [until((words) => Atomics.add(words, 1, 1) > 5)]);
    expectFinding('impure-condition', [
      (words) => {
        let calls = 0;
        return new SimulatedEvent(0).until(() => Atomics.load(words, 1 + (calls++ % 2)) === 1);
      },
    ]);
  });

  it.skipIf(isLong)('counts the rounds of a condition, and acts by the count', () => {
    const open: Body = (words) => {
      Atomics.store(words, 1, 1);
      new SimulatedEvent(0).wake();
    };
    expectFinding('hidden-state', [
      open,
      (words) => {
        let rounds = 0;
        new SimulatedEvent(0).until(() => {
          rounds++;
          return Atomics.load(words, 1) === 1;
        });
        return rounds;
      },
    ]);
  });

  it.skipIf(isLong)('leaves something out of a checkpoint', () => {
    const body =
      (digest: (sum: number) => string): Body =>
      (words) => {
        let sum = 0;
        for (let round = 0; round < 2; round++) {
          checkpoint(`${round} ${digest(sum)}`);
          sum += Atomics.load(words, 1);
        }
        return sum;
      };
    const writer: Body = (words) => Atomics.store(words, 1, 1);
    expectFinding('hidden-state', [body(() => ''), writer]);
    expect(verify(program([body((sum) => `${sum}`), writer]))).toMatchObject({ complete: true, findings: [] });
  });
});
