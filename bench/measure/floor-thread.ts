// One of the two threads whose round trips are the floors of this machine: it asks and takes the time, or it answers.
import { parentPort, workerData } from 'node:worker_threads';
import { Semaphore } from '../../src/memory/semaphore.js';
import { relax } from '../../src/memory/wait-policy.js';
import { threadId } from '../../src/os/thread-times.js';
import { type FloorStart, type FloorTask, floorWords } from './floor-words.js';

const { role, memory } = workerData as FloorStart;
const words = new Int32Array(memory);
/** A sample is long enough to lose the clock's own cost in it. */
const SAMPLE_NS = 200_000;
const WARM_UP_SHARE = 0.2;
const LEAST_SAMPLES = 5;

interface Side {
  /** One round trip, numbered from 1. */
  ask(number: number): void;
  /** Waits for a question and answers it; false when there are no more. */
  answer(): boolean;
  end(): void;
}

/** The least that two threads can do: a word each, looked at until it changes. */
function spinning(): Side {
  const asked = floorWords.word('asked');
  const answered = floorWords.word('answered');
  let seen = 0;
  return {
    ask(number) {
      // Publishes the question. Pairs with Atomics.load(asked) in answer().
      Atomics.store(words, asked, number);
      // Sees the answer. Pairs with Atomics.store(answered) in answer().
      while (Atomics.load(words, answered) !== number) relax();
    },
    answer() {
      for (;;) {
        // Sees the question. Pairs with Atomics.store(asked) in ask().
        const number = Atomics.load(words, asked);
        if (number < 0) return false;
        if (number !== seen) {
          seen = number;
          // Publishes the answer. Pairs with Atomics.load(answered) in ask().
          Atomics.store(words, answered, number);
          return true;
        }
        relax();
      }
    },
    end() {
      // Publishes the end. Pairs with Atomics.load(asked) in answer().
      Atomics.store(words, asked, -1);
    },
  };
}

/** The same with the semaphores of the designs, parking at once. */
function parking(): Side {
  const question = new Semaphore(words, floorWords.word('question'));
  const reply = new Semaphore(words, floorWords.word('reply'));
  return {
    ask() {
      question.post();
      reply.wait();
    },
    answer() {
      if (!question.wait()) return false;
      reply.post();
      return true;
    },
    end() {
      question.close();
    },
  };
}

/** Nanoseconds of a round trip, a value a sample, for about so long. */
function takeTimes({ ask, end }: Side, forMs: number): number[] {
  const now = () => Number(process.hrtime.bigint());
  const start = now();
  const warm = start + forMs * 1e6 * WARM_UP_SHARE;
  const deadline = start + forMs * 1e6;
  const samples: number[] = [];
  let number = 0;
  let trips = 1;
  for (let from = now(); from < deadline || samples.length < LEAST_SAMPLES; ) {
    for (let trip = 0; trip < trips; trip++) ask(++number);
    const to = now();
    if (from >= warm) samples.push((to - from) / trips);
    else if (to - from < SAMPLE_NS) trips *= 2;
    from = to;
  }
  end();
  return samples;
}

parentPort!.on('message', ({ waits, forMs }: FloorTask) => {
  const side = waits === 'spin' ? spinning() : parking();
  if (role === 'asker') parentPort!.postMessage(takeTimes(side, forMs));
  else {
    while (side.answer());
    parentPort!.postMessage([]);
  }
});
parentPort!.postMessage(threadId());
