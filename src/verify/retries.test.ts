// Loops that write while they try again: finite where a thread comes back to what it remembered, and livelocks of them.
import { describe, expect, it, vi } from 'vitest';
import { isLong, runsNow } from '../fixtures/tier.js';
import { endsOf } from './fixtures/ends-of.js';
import { type Body, expectFinding, program } from './fixtures/expect-finding.js';
import { Hunt } from './hunt.js';
import type { Scenario } from './scenario.js';
import { replay, verify } from './verify.js';

// Searches take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const LOCK = 0;
const COUNT = 3;

function count(words: Int32Array): void {
  const inside = words[COUNT]!;
  words[COUNT] = inside + 1;
}

const lock = (words: Int32Array): void => {
  while (Atomics.exchange(words, LOCK, 1) !== 0);
};
const unlock = (words: Int32Array): void => void Atomics.store(words, LOCK, 0);

describe('a loop that tries again by writing', () => {
  const states = (scenario: Scenario): number => {
    const report = verify(scenario, { mostStates: 50_000 });
    expect(report).toMatchObject({ complete: true, findings: [], cuts: [] });
    return report.states;
  };

  it.skipIf(isLong)('is finite: looking under a lock until something is there, counting rounds', () => {
    const poll: Body = (words) => {
      for (let _tries = 0; ; _tries++) {
        lock(words);
        const ready = words[1];
        unlock(words);
        if (ready === 1) return words[2];
      }
    };
    const give: Body = (words) => {
      lock(words);
      words[2] = 7;
      words[1] = 1;
      unlock(words);
    };
    const seven = (_: Int32Array, [read]: readonly unknown[]) => (read === 7 ? undefined : `read ${read}`);
    expect(states(program([poll, give], { final: seven }))).toBeLessThan(100);
  });

  it.runIf(isLong)('is finite in a class with private fields, through closures, in the second round of a loop', () => {
    class Claim {
      readonly #words: Int32Array;
      #last = 0;
      constructor(words: Int32Array) {
        this.#words = words;
      }
      take(): () => void {
        while ((Atomics.or(this.#words, LOCK, 4) & 4) !== 0) this.#last = Atomics.add(this.#words, 1, 0);
        const mine = this.#last;
        return () => void Atomics.and(this.#words, LOCK, ~(4 | (mine & 0)));
      }
    }
    const body: Body = (words) => {
      const claim = new Claim(words);
      for (let round = 0; round < 2; round++) {
        const release = claim.take();
        count(words);
        release();
      }
    };
    const both = (words: Int32Array) => (words[COUNT] === 4 ? undefined : `counted ${words[COUNT]}`);
    expect(states(program([body, body], { final: both }))).toBeLessThan(2000);
  });

  it.runIf(isLong)('is not closed while a local counts its rounds, or a value stands in no name', () => {
    const back: Body = (words) => {
      Atomics.add(words, LOCK, 1);
      Atomics.sub(words, LOCK, 1);
    };
    const counts: Body = (words) => {
      let rounds = 0;
      for (; Atomics.add(words, LOCK, 1) !== 0; rounds++) Atomics.sub(words, LOCK, 1);
      return rounds > 2;
    };
    expectFinding('final-state', [counts, back], { final: (_, [more]) => (more ? 'more than two' : undefined) });
    const take = (words: Int32Array, word: number): number => Atomics.exchange(words, word, 0);
    const both: Body = (words) => {
      for (let left = 3; left > 0; left--) if (take(words, 1) + take(words, 2) === 2) return 'both';
      return 'neither';
    };
    const gives: Body = (words) => {
      Atomics.store(words, 1, 1);
      Atomics.store(words, 2, 1);
    };
    expectFinding('final-state', [both, gives], { final: (_, [what]) => (what === 'both' ? what : undefined) });
  });
});

describe('a livelock of loops that write', () => {
  /** Each gives way as long as the other wants to come in. */
  const polite =
    (own: number): Body =>
    (words) => {
      Atomics.store(words, own, 1);
      while (Atomics.load(words, 1 - own) === 1) {
        Atomics.store(words, own, 0);
        Atomics.store(words, own, 1);
      }
      count(words);
      Atomics.store(words, own, 0);
    };
  /** Takes two locks, or gives the first back; and says how often it tried, so that no state comes again. */
  const take = (words: Int32Array, word: number): boolean => Atomics.compareExchange(words, word, 0, 1) === 0;
  const giving =
    (own: number): Body =>
    (words) => {
      for (let tries = 0; ; tries++) {
        if (!take(words, own)) continue;
        if (take(words, 1 - own)) {
          Atomics.store(words, 1 - own, 0);
          Atomics.store(words, own, 0);
          return tries;
        }
        Atomics.store(words, own, 0);
      }
    };
  /** Adds to the word, and sleeps on the sum: another who does so too is in time to keep it awake. */
  const adding: Body = (words) => {
    for (let old = Atomics.add(words, LOCK, 1); old !== 0; old = Atomics.add(words, LOCK, 1))
      Atomics.wait(words, LOCK, old + 1);
    count(words);
    Atomics.store(words, LOCK, 0);
    Atomics.notify(words, LOCK, 1);
  };
  const livelocks: readonly [string, Body[]][] = [
    ['two who give way (the fourth attempt at mutual exclusion)', [polite(0), polite(1)]],
    ['two who keep each other from sleeping, and a third with the lock', [adding, adding, adding]],
  ];
  it.each(livelocks.filter((_, at) => runsNow(at === 0)))(
    'is found, and shown by few steps that can be gone again: %s',
    (_name, bodies) => {
      const scenario = program(bodies);
      const { findings } = verify(scenario, { mostStates: 20_000 });
      expect(findings.map(({ kind }) => kind)).toEqual(['livelock']);
      expect(findings[0]!.message).toContain('keep each other from getting on');
      expect(findings[0]!.trace.length).toBeLessThan(80);
      expect(replay(scenario, findings[0]!.schedule).problem).toMatchObject({ kind: 'livelock' });
    },
  );

  it.runIf(isLong)('is not what is only long', () => {
    const long: Body = (words) => {
      for (let left = 800; left > 0; left--) Atomics.add(words, COUNT, 1);
    };
    expect(endsOf(program([long, long]), (execution, found) => new Hunt().run(execution, found)).ends).toEqual([]);
  });

  it.runIf(isLong)('is found by turns where no state comes again, though a lock is held in some', () => {
    const { ends } = endsOf(program([giving(0), giving(1)]), (execution, found) => new Hunt().run(execution, found));
    expect(ends).toEqual([expect.stringContaining('livelock')]);
    const inOrder = endsOf(program([giving(0), giving(0)]), (execution, found) => new Hunt().run(execution, found));
    expect(inOrder.ends).toEqual([]);
  });
});
