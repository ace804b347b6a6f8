// Programs that are wrong, each in one known way: the checker must say which.
import { describe, expect, it } from 'vitest';
import { barrier } from './fixtures/classics.js';
import { SimulatedEvent, SimulatedLock } from './primitives.js';
import type { ProblemKind } from './problem.js';
import { checkpoint } from './recording.js';
import type { Scenario } from './scenario.js';
import { verify } from './verify.js';

type Body = (words: Int32Array) => unknown;

function program(bodies: Body[], more: Partial<Scenario> = {}): Scenario {
  return { name: 'program', words: 8, threads: bodies.map((run, i) => ({ name: `T${i}`, run })), ...more };
}

function expectFinding(kind: ProblemKind, bodies: Body[], more: Partial<Scenario> = {}): void {
  const { findings } = verify(program(bodies, more));
  expect(findings.map((finding) => finding.kind)).toEqual([kind]);
}

describe('ways to sleep that lose a wake-up', () => {
  const COUNT = 0;
  const WAITERS = 1;
  const wait: Body = (words) => {
    for (;;) {
      const value = Atomics.load(words, COUNT);
      if (value > 0) {
        if (Atomics.compareExchange(words, COUNT, value, value - 1) === value) return;
        continue;
      }
      Atomics.add(words, WAITERS, 1);
      Atomics.wait(words, COUNT, 0);
      Atomics.sub(words, WAITERS, 1);
    }
  };

  it('notifies only when the count was 0, with two waiters', () => {
    const post: Body = (words) => {
      if (Atomics.add(words, COUNT, 1) === 0) Atomics.notify(words, COUNT, 1);
    };
    const postTwice: Body = (words) => {
      post(words);
      post(words);
    };
    expectFinding('lost-wake-up', [postTwice, wait, wait]);
  });

  it('reads the waiter count before it adds', () => {
    const post: Body = (words) => {
      const waiters = Atomics.load(words, WAITERS);
      Atomics.add(words, COUNT, 1);
      if (waiters !== 0) Atomics.notify(words, COUNT, 1);
    };
    expectFinding('lost-wake-up', [post, wait]);
  });

  const HEAD = 0;
  const TAIL = 1;
  const takeTwo: Body = (words) => {
    for (let head = 0; head < 2; head++) {
      while (Atomics.load(words, TAIL) === head) Atomics.wait(words, TAIL, head);
      Atomics.store(words, HEAD, head + 1);
    }
  };

  it('takes "was empty" from a cached index', () => {
    expectFinding('lost-wake-up', [
      (words) => {
        const head = Atomics.load(words, HEAD);
        for (let tail = 0; tail < 2; tail++) {
          Atomics.store(words, TAIL, tail + 1);
          if (head === tail) Atomics.notify(words, TAIL);
        }
      },
      takeTwo,
    ]);
  });

  it('takes "was empty" from a read before the publication', () => {
    expectFinding('lost-wake-up', [
      (words) => {
        for (let tail = 0; tail < 2; tail++) {
          const wasEmpty = Atomics.load(words, HEAD) === tail;
          Atomics.store(words, TAIL, tail + 1);
          if (wasEmpty) Atomics.notify(words, TAIL);
        }
      },
      takeTwo,
    ]);
  });

  const EPOCH = 0;
  const SLEEPERS = 1;
  const READY = 2;
  const wake = (words: Int32Array): void => {
    if (Atomics.load(words, SLEEPERS) === 0) return;
    Atomics.add(words, EPOCH, 1);
    Atomics.notify(words, EPOCH);
  };

  it('looks again before it announces itself', () => {
    // The waker saw nobody and did not wake: the word that the sleeper sleeps on has not even changed.
    expectFinding('lost-wake-up', [
      (words) => {
        Atomics.store(words, READY, 1);
        wake(words);
      },
      (words) => {
        for (;;) {
          const seen = Atomics.load(words, EPOCH);
          if (Atomics.load(words, READY) === 1) return;
          Atomics.add(words, SLEEPERS, 1);
          Atomics.wait(words, EPOCH, seen);
          Atomics.sub(words, SLEEPERS, 1);
        }
      },
    ]);
  });

  it('waits on the data word while the waker clears another flag', () => {
    const DATA = 2;
    const ASLEEP = 1;
    const SYNC = 3;
    expectFinding('lost-wake-up', [
      (words) => {
        Atomics.store(words, SYNC, 1);
        if (Atomics.load(words, ASLEEP) === 1) {
          Atomics.store(words, ASLEEP, 0);
          Atomics.notify(words, DATA);
        }
      },
      (words) => {
        for (;;) {
          if (Atomics.load(words, SYNC) === 1) return;
          Atomics.store(words, ASLEEP, 1);
          if (Atomics.load(words, SYNC) === 0) Atomics.wait(words, DATA, 0);
        }
      },
    ]);
  });

  const EXIT = 3;
  it('stores the exit after the wake', () => {
    expectFinding('lost-wake-up', [
      (words) => {
        const event = new SimulatedEvent(EPOCH);
        event.wake();
        Atomics.store(words, EXIT, 1);
      },
      (words) => new SimulatedEvent(EPOCH).until(() => Atomics.load(words, EXIT) === 1),
    ]);
  });

  it('does not check the exit again before it sleeps', () => {
    expectFinding('lost-wake-up', [
      (words) => {
        Atomics.store(words, EXIT, 1);
        Atomics.notify(words, READY);
      },
      (words) => {
        if (Atomics.load(words, EXIT) === 1) return;
        while (Atomics.load(words, READY) === 0) {
          Atomics.wait(words, READY, 0);
          if (Atomics.load(words, EXIT) === 1) return;
        }
      },
    ]);
  });

  it('notifies before it stores', () => {
    expectFinding('lost-wake-up', [
      (words) => {
        Atomics.notify(words, READY);
        Atomics.store(words, READY, 1);
      },
      (words) => {
        while (Atomics.load(words, READY) === 0) Atomics.wait(words, READY, 0);
      },
    ]);
  });
});

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

describe('bodies that cannot be checked', () => {
  it('depends on something outside shared memory', () => {
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
  });

  it('uses what is not simulated', () => {
    expectFinding('not-modelled', [(words) => Atomics.waitAsync(words, 0, 0).async]);
    expectFinding('not-modelled', [(words) => words.map((word) => word + 1)]);
    expectFinding('not-modelled', [() => Atomics.load(new Int32Array(1), 0)]);
  });

  it('goes on for ever, and does something new each time', () => {
    const { findings, complete } = verify(
      program([
        (words) => {
          for (;;) Atomics.add(words, 0, 1);
        },
      ]),
    );
    expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining('more than 5000 operations')]);
    expect(complete).toBe(false);
  });

  it('has a condition that writes, or counts its calls', () => {
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

  it('counts the rounds of a loop of reads, or of a condition, and acts by the count', () => {
    const open: Body = (words) => {
      Atomics.store(words, 1, 1);
      new SimulatedEvent(0).wake();
    };
    expectFinding('hidden-state', [
      open,
      (words) => {
        let rounds = 0;
        while (Atomics.load(words, 1) === 0) rounds++;
        Atomics.store(words, 2, rounds);
      },
    ]);
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

  it('leaves something out of a checkpoint', () => {
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
