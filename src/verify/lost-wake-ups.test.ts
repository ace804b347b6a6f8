// Ways to sleep that are wrong, each in one known way: the checker must say that a wake-up is lost.
import { describe, it } from 'vitest';
import { type Body, expectFinding } from './fixtures/expect-finding.js';
import { SimulatedEvent } from './primitives.js';

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
