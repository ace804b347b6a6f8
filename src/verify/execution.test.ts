// The machine's rules one by one: timeouts, waiter lists, checkpoints, events, merging of states.
import { describe, expect, it } from 'vitest';
import { mutantsOf } from './mutate.js';
import { SimulatedEvent, SimulatedSemaphore } from './primitives.js';
import { checkpoint, ghost } from './recording.js';
import type { Scenario } from './scenario.js';
import { flagHandOff } from './shipped/flag-hand-off.js';
import { verify } from './verify.js';

type Body = (words: Int32Array) => unknown;

/** What the threads of complete executions returned, each combination once. */
function outcomes(bodies: Body[], options: Parameters<typeof verify>[1] = {}): { results: string[]; states: number } {
  const results = new Set<string>();
  const scenario: Scenario = {
    name: 'outcomes',
    words: 8,
    threads: bodies.map((run, i) => ({ name: `T${i}`, run })),
    final(_words, returned) {
      results.add(returned.join());
      return undefined;
    },
  };
  const report = verify(scenario, options);
  expect(report.findings).toEqual([]);
  expect(report.complete).toBe(true);
  return { results: [...results].sort(), states: report.states };
}

describe('words', () => {
  it('hold every 32-bit value', () => {
    for (const value of [-(2 ** 31), -1, 2 ** 31 - 1]) {
      const body: Body = (words) => {
        Atomics.store(words, 0, value);
        return Atomics.exchange(words, 0, 0) + Atomics.load(words, 0);
      };
      expect(outcomes([body]).results).toEqual([`${value}`]);
    }
  });
});

describe('Atomics.wait', () => {
  const notify: Body = (words) => {
    Atomics.store(words, 0, 1);
    Atomics.notify(words, 0);
  };

  it('with a timeout ends in every way', () => {
    const wait: Body = (words) => Atomics.wait(words, 0, 0, 10);
    expect(outcomes([notify, wait]).results).toEqual([',not-equal', ',ok', ',timed-out']);
    expect(outcomes([notify, wait], { timeouts: 'ignore' }).results).toEqual([',not-equal', ',ok']);
  });

  it('wakes as many as it is told to, whoever slept first', () => {
    const sleep =
      (own: number): Body =>
      (words) =>
        Atomics.wait(words, 0, 0, own) === 'ok' ? 'woken' : 'timed-out';
    const { results } = outcomes([sleep(1), sleep(2), (words) => Atomics.notify(words, 0, 1)]);
    // Either may be first, and a timeout may come before, but one notify never wakes two.
    expect(results).toEqual(['timed-out,timed-out,0', 'timed-out,woken,1', 'woken,timed-out,1']);
  });

  it('may be told to return early, which a loop bears and a lone wait does not', () => {
    const lone: Body = (words) => {
      if (Atomics.load(words, 0) === 0) Atomics.wait(words, 0, 0);
      return Atomics.load(words, 0);
    };
    const looped: Body = (words) => {
      while (Atomics.load(words, 0) === 0) Atomics.wait(words, 0, 0);
      return Atomics.load(words, 0);
    };
    expect(outcomes([notify, lone]).results).toEqual([',1']);
    expect(outcomes([notify, lone], { earlyWakes: 1 }).results).toEqual([',0', ',1']);
    expect(outcomes([notify, looped], { earlyWakes: 3 }).results).toEqual([',1']);
  });

  it('returns how many were woken', () => {
    const wait: Body = (words) => void Atomics.wait(words, 0, 0, 1);
    expect(outcomes([(words) => Atomics.notify(words, 0), wait, wait]).results).toEqual(['0,,', '1,,', '2,,']);
    expect(outcomes([(words) => Atomics.notify(words, 0, 1), wait, wait]).results).toEqual(['0,,', '1,,']);
  });
});

describe('an event', () => {
  it('that is closed lets a condition be looked at once more, or not', () => {
    const until: Body = (words) => new SimulatedEvent(0).until(() => Atomics.load(words, 1) === 1);
    const close: Body = (words) => {
      Atomics.store(words, 1, 1);
      new SimulatedEvent(0).close();
    };
    expect(outcomes([until, close]).results).toEqual(['false,', 'true,']);
  });

  it('orders nothing by itself', () => {
    const findings = (ready: (words: Int32Array) => boolean): string[] =>
      verify({
        name: 'order',
        words: 8,
        threads: [
          {
            name: 'waker',
            run(words) {
              words[2] = 1;
              Atomics.store(words, 1, 1);
              new SimulatedEvent(0).wake();
            },
          },
          {
            name: 'sleeper',
            run(words) {
              new SimulatedEvent(0).until(() => ready(words));
              return words[2];
            },
          },
        ],
      }).findings.map(({ kind }) => kind);
    expect(findings((words) => Atomics.load(words, 1) === 1)).toEqual([]);
    expect(findings(() => true)).toEqual(['data-race']);
  });
});

describe('states', () => {
  it('merge at a checkpoint that says all that the thread remembers', () => {
    const rounds = 6;
    const post: Body = () => {
      for (let i = 0; i < rounds; i++) new SimulatedSemaphore(0).post();
    };
    const take =
      (merges: boolean): Body =>
      (words) => {
        for (let i = 0; i < rounds; i++) {
          if (merges) checkpoint(`${i}`);
          new SimulatedSemaphore(0).wait();
          Atomics.load(words, 1);
        }
      };
    const change: Body = (words) => Atomics.store(words, 1, 1);
    const merged = outcomes([post, take(true), change]).states;
    const apart = outcomes([post, take(false), change]).states;
    expect(merged).toBeLessThan(apart);
  });

  it('told apart by raw clocks give the same verdicts', () => {
    const scenario = flagHandOff(2, 1);
    for (const mutation of [null, ...mutantsOf([scenario])]) {
      const canonical = verify(scenario, { mutation, minimise: false });
      const raw = verify(scenario, { mutation, minimise: false, raw: true });
      expect(raw.findings.length, mutation?.id).toBe(canonical.findings.length);
      expect(raw.complete).toBe(canonical.complete);
      if (canonical.complete) expect(raw.states).toBeGreaterThanOrEqual(canonical.states);
    }
  });
});

describe('a ghost', () => {
  const run =
    (value: number): Body =>
    (words) => {
      Atomics.add(words, 1, 1);
      ghost(0, value);
    };
  const scenario = (invariant: Scenario['invariant']): Scenario => ({
    name: 'ghost',
    words: 2,
    threads: [1, 2].map((value) => ({ name: `T${value}`, run: run(value) })),
    ...(invariant ? { invariant } : {}),
  });

  it('is seen by the invariant together with the operation before it', () => {
    const seen = new Set<string>();
    const report = verify(scenario((words) => void seen.add(`${words[1]} ${words[0]}`)));
    expect(report).toMatchObject({ complete: true, findings: [] });
    expect([...seen].sort()).toEqual(['0 0', '1 1', '1 2', '2 1', '2 2']);
  });

  it('races with nothing and stands in no trace', () => {
    const { findings } = verify(scenario((words) => (words[0] === 2 && words[1] === 2 ? 'T2 last' : undefined)));
    expect(findings.map(({ message }) => message)).toEqual(['T2 last']);
    expect(findings[0]!.trace.map(({ operation }) => operation)).toEqual([
      'Atomics.add(words[1], 1)',
      'Atomics.add(words[1], 1)',
    ]);
  });
});

describe('a thread that uses the platform', () => {
  it('finds real typed arrays where it does not ask for shared words', () => {
    expect(outcomes([() => new Int32Array([1, 2, 3]).length + new Int32Array(4).length]).results).toEqual(['7']);
  });

  it('leaves the real Atomics in place when it is done', () => {
    const real = globalThis.Atomics;
    outcomes([(words) => Atomics.load(words, 0)]);
    expect(globalThis.Atomics).toBe(real);
    expect(Atomics.add(new Int32Array(new SharedArrayBuffer(4)), 0, 1)).toBe(0);
  });
});
