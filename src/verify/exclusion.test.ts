// Locks, barriers and plain accesses that are wrong, each in one known way: the checker must say which.
import { describe, expect, it } from 'vitest';
import { barrier } from './fixtures/classics.js';
import { type Body, expectFinding, program } from './fixtures/expect-finding.js';
import { SimulatedLock } from './primitives.js';
import { verify } from './verify.js';

describe('exclusion and barriers', () => {
  it('a lock that does not exclude', () => {
    const body: Body = (words) => {
      while (Atomics.load(words, 0) !== 0);
      Atomics.store(words, 0, 1);
      words[2] = words[2]! + 1;
      Atomics.store(words, 0, 0);
    };
    expectFinding('data-race', [body, body]);
  });

  it('a lock that is never given back', () => {
    const body: Body = (words) => {
      while (Atomics.exchange(words, 0, 1) !== 0);
    };
    expectFinding('livelock', [body, body]);
  });

  it('two locks taken in both orders', () => {
    const body =
      (first: number, second: number): Body =>
      () => {
        const [one, other] = [new SimulatedLock(first), new SimulatedLock(second)];
        one.lock();
        other.lock();
        other.unlock();
        one.unlock();
      };
    expectFinding('deadlock', [body(0, 1), body(1, 0)]);
  });

  it('a lock given back by another thread', () => {
    expectFinding('misuse', [() => new SimulatedLock(0).lock(), () => new SimulatedLock(0).unlock()]);
  });

  it('a barrier without its loop: a late notify wakes the next round', () => {
    const { findings } = verify(barrier(2, 2, false));
    expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining('crossed too early')]);
    expect(verify(barrier(2, 2, true))).toMatchObject({ complete: true, findings: [] });
  });

  it('a semaphore without its loop: who is woken finds the post taken', () => {
    const wait: Body = (words) => {
      if (Atomics.load(words, 0) === 0) Atomics.wait(words, 0, 0);
      Atomics.sub(words, 0, 1);
    };
    const post: Body = (words) => {
      for (let posts = 0; posts < 2; posts++) {
        Atomics.add(words, 0, 1);
        Atomics.notify(words, 0, 1);
      }
    };
    expectFinding('invariant', [post, wait, wait], {
      invariant: (words) => (words[0]! < 0 ? 'a post was taken twice' : undefined),
    });
  });

  it('a lock without its loop: who is woken finds it taken', () => {
    const body: Body = (words) => {
      if (Atomics.compareExchange(words, 0, 0, 1) !== 0) {
        if (Atomics.exchange(words, 0, 2) !== 0) Atomics.wait(words, 0, 2);
        Atomics.store(words, 0, 2);
      }
      words[2] = words[2]! + 1;
      if (Atomics.exchange(words, 0, 0) === 2) Atomics.notify(words, 0, 1);
    };
    expectFinding('data-race', [body, body, body]);
  });

  it('a counter that is read and written in two steps', () => {
    const body: Body = (words) => Atomics.store(words, 0, Atomics.load(words, 0) + 1);
    expectFinding('final-state', [body, body], {
      final: (words) => (words[0] === 2 ? undefined : `counted ${words[0]}`),
    });
  });

  it('an invariant that is broken only in between', () => {
    const body: Body = (words) => {
      Atomics.add(words, 0, 1);
      Atomics.sub(words, 0, 1);
    };
    expectFinding('invariant', [body, body], { invariant: (words) => (words[0]! > 1 ? 'two inside' : undefined) });
  });
});

describe('plain accesses', () => {
  it('a loop on a plain read', () => {
    expectFinding('plain-spin', [
      (words) => {
        while (words[0] === 0);
      },
    ]);
  });

  it('a scan that is not annotated as a hint', () => {
    expectFinding('data-race', [(words) => Atomics.store(words, 0, 1), (words) => words[0]]);
  });

  it('a word that is atomic in two sizes', () => {
    expectFinding('mixed-size', [
      (words) => void Atomics.or(new Uint8Array(words.buffer), 0, 1),
      (words) => void Atomics.or(words, 0, 2),
    ]);
  });

  it('data published by a plain flag', () => {
    expectFinding('data-race', [
      (words) => {
        words[1] = 7;
        words[0] = 1;
      },
      (words) => (Atomics.load(words, 0) === 1 ? words[1] : 0),
    ]);
  });

  it('a bounded spin is no livelock', () => {
    const body: Body = (words) => {
      for (let left = 20; left > 0; left--) if (Atomics.load(words, 0) !== 0) return 'came';
      return 'gave up';
    };
    expect(verify(program([body]))).toMatchObject({ complete: true, findings: [] });
  });
});
