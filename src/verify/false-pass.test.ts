// Wrong programs that once passed, each by its kind, and correct ones that were once refused.
import { describe, expect, it, vi } from 'vitest';
import { type Body, expectFinding, program } from './fixtures/expect-finding.js';
import { replay, type VerifyOptions, verify } from './verify.js';

// Searches take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const passes = (bodies: Body[], options: VerifyOptions = {}) =>
  expect(verify(program(bodies), options)).toMatchObject({ complete: true, findings: [] });

describe('a result that a program keeps', () => {
  class Once {
    parks = 0;
    total = 0;
    asParks(words: Int32Array): number {
      this.parks += Atomics.add(words, 0, 1);
      return this.parks;
    }
    asTotal(words: Int32Array): number {
      this.total += Atomics.add(words, 0, 1);
      return this.total;
    }
  }
  it.each(['asParks', 'asTotal'] as const)('is told apart whatever it is called: %s', (name) => {
    const body: Body = (words) => new Once()[name](words);
    expectFinding('final-state', [body, body], {
      final: (_, results) => (results.includes(1) ? 'one saw 1' : undefined),
    });
  });
});

describe('results of any kind', () => {
  const open: Body = (words) => {
    Atomics.store(words, 0, 1);
    Atomics.store(words, 0, 2);
  };
  const opened = (words: Int32Array): void => {
    while (Atomics.load(words, 0) === 0);
  };
  it('are compared, those that have no JSON too', () => {
    passes([
      open,
      (words) => {
        opened(words);
        return 1n;
      },
    ]);
    passes([
      open,
      (words) => {
        opened(words);
        const circular: { self?: object } = {};
        circular.self = circular;
        return circular;
      },
    ]);
  });
  it('are what the thread returned, whatever an earlier final check did to them', () => {
    const list: Body = (words) => [Atomics.load(words, 0)];
    const final = (words: Int32Array, results: readonly unknown[]): string | undefined => {
      const [, seen] = results as [unknown, number[]];
      seen.push(0);
      words[7]! += 1;
      return seen.length === 2 && words[7] === 1 ? undefined : 'it was changed';
    };
    expect(verify(program([open, list, (words) => Atomics.add(words, 1, 1)], { final }))).toMatchObject({
      complete: true,
      findings: [],
    });
  });
});

describe('a bounded search', () => {
  const turns =
    (own: number): Body =>
    (words) => {
      Atomics.store(words, own, 1);
      while (Atomics.load(words, 1 - own) === 1);
    };
  it('finds a livelock, as an exhaustive one does', () => {
    for (const strategy of ['exhaustive', 'bounded'] as const) {
      const { findings, complete } = verify(program([turns(0), turns(1)]), { strategy });
      expect(
        findings.map(({ kind }) => kind),
        strategy,
      ).toEqual(['livelock']);
      expect(complete).toBe(false);
    }
  });
  it('is never complete', () => {
    const report = verify(program([(words) => Atomics.store(words, 0, 1)]), { strategy: 'bounded' });
    expect(report).toMatchObject({ complete: false, findings: [] });
  });
  it('takes a thread that only waits from the processor for nothing', () => {
    const waits: Body = (words) => {
      while (Atomics.load(words, 0) === 0);
    };
    const report = verify(program([waits, waits, (words) => Atomics.store(words, 0, 1)]), {
      strategy: 'bounded',
      preemptions: 0,
    });
    expect(report.findings).toEqual([]);
  });
});

describe('a body that does not run to its end at once', () => {
  it('is refused', async () => {
    expectFinding('not-modelled', [
      function* (words) {
        yield Atomics.store(words, 0, 1);
      },
    ]);
    // From within a promise job; messages.test.ts has async ones that are checked.
    expectFinding('not-modelled', [async (words) => Atomics.store(words, 0, 1)]);
    expectFinding('not-modelled', [
      (words) => {
        void (async () => Atomics.store(words, 0, 1))().catch(() => {});
      },
    ]);
    // A rejection that nobody handles would end the process.
    await new Promise((resolve) => setImmediate(resolve));
  });
  it('may use a generator of its own', () => {
    function* both(words: Int32Array) {
      yield Atomics.load(words, 0);
      yield Atomics.load(words, 1);
    }
    passes([(words) => [...both(words)].length]);
  });
  it('is refused if it leaves something for later, or sends it', () => {
    const { port1 } = new MessageChannel();
    const later: Body[] = [
      () => setTimeout(() => {}, 0),
      () => queueMicrotask(() => {}),
      () => process.nextTick(() => {}),
      () => port1.postMessage(1),
    ];
    for (const body of later) expectFinding('not-modelled', [body]);
    port1.close();
  });
});

describe('a loop', () => {
  const open: Body = (words) => Atomics.store(words, 0, 1);
  it('that counts its rounds and decides by them is followed as long as that matters', () => {
    const counts: Body = (words) => {
      let rounds = 0;
      while (Atomics.load(words, 0) === 0) rounds++;
      return rounds > 3;
    };
    expectFinding('final-state', [open, counts], {
      final: (_, results) => (results[1] ? 'more than three' : undefined),
    });
    passes([open, counts]);
  });
  it('that adds up what it read is not closed before the sum is the same', () => {
    const writer: Body = (words) => {
      for (const value of [1, 2, 4]) Atomics.store(words, 0, value);
    };
    const all: Body = (words) => {
      let seen = 0;
      for (;;) {
        seen |= Atomics.load(words, 0);
        if (seen === 7) return 'all';
        if (Atomics.load(words, 1) === 1) return 'some';
      }
    };
    const stop: Body = (words) => Atomics.store(words, 1, 1);
    expectFinding('final-state', [writer, all, stop], {
      final: (_, results) => (results[1] === 'all' ? 'saw all' : undefined),
    });
  });
  it('that returns its count is followed for some rounds, and that is told', () => {
    const counts: Body = (words) => {
      let rounds = 0;
      while (Atomics.load(words, 0) === 0) rounds++;
      return rounds;
    };
    const report = verify(program([open, counts]));
    expect(report).toMatchObject({ complete: false, findings: [] });
    expect(report.cuts).toEqual([expect.stringContaining('counts its rounds')]);
  });
  it('whose first round differs is that of a correct lock', () => {
    const lock: Body = (words) => {
      let taken = 1;
      for (;;) {
        if (Atomics.compareExchange(words, 0, 0, taken) === 0) break;
        while (Atomics.load(words, 0) !== 0) taken = 2;
      }
      const inside = words[1]!;
      words[1] = inside + 1;
      Atomics.store(words, 0, 0);
    };
    passes([lock, lock]);
  });
  it('that counts down a budget before it parks reaches the park', () => {
    const patient: Body = (words) => {
      for (let left = 400; left > 0; left--) if (Atomics.load(words, 0) === 1) return;
      Atomics.wait(words, 0, 0);
    };
    // Nobody notifies.
    expectFinding('lost-wake-up', [open, patient]);
  });
});

describe('a loop that retries by writing', () => {
  const count = (words: Int32Array): void => {
    const inside = words[3]!;
    words[3] = inside + 1;
  };
  it('is finite: a lock by or', () => {
    const body: Body = (words) => {
      while ((Atomics.or(words, 0, 1) & 1) !== 0);
      count(words);
      Atomics.and(words, 0, ~1);
    };
    passes([body, body, body]);
  });
  it('may be gone round by one thread alone: add and take back', () => {
    passes([
      (words) => {
        while (Atomics.add(words, 0, 1) !== 0) Atomics.sub(words, 0, 1);
        count(words);
        Atomics.sub(words, 0, 1);
      },
    ]);
  });
  it('may be as deep as it likes for a bounded search', () => {
    const long: Body = (words) => {
      for (let i = 0; i < 3000; i++) Atomics.store(words, 0, i);
    };
    expect(verify(program([long, long]), { strategy: 'bounded', preemptions: 0 }).findings).toEqual([]);
  });
});

describe('smaller ones', () => {
  it('a timeout that is not a number is none', () => {
    expectFinding('deadlock', [(words) => Atomics.wait(words, 0, 0, Number.NaN)]);
    passes([(words) => Atomics.wait(words, 0, 0, 10)]);
  });
  it('a wait that nobody ever answers is a deadlock', () => {
    expectFinding('deadlock', [(words) => Atomics.wait(words, 0, 0)]);
  });
  it('a finding without a schedule is replayed as well', () => {
    const scenario = program([() => setTimeout(() => {}, 0)]);
    const [finding] = verify(scenario).findings;
    expect(finding).toMatchObject({ kind: 'not-modelled', schedule: [] });
    expect(replay(scenario, finding!.schedule)).toMatchObject({ trace: [], problem: { kind: 'not-modelled' } });
  });
  it('a livelock is shown by the way there', () => {
    const spins: Body = (words) => {
      for (let i = 0; i < 200; i++) Atomics.add(words, 1, 1);
      while (Atomics.load(words, 0) === 0);
    };
    const { findings } = verify(program([spins, (words) => Atomics.store(words, 2, 1)]));
    expect(findings[0]!.kind).toBe('livelock');
    expect(findings[0]!.trace.length).toBeLessThan(220);
  });
});
