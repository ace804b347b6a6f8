// A real worker thread that runs one thread of a scenario on real shared memory, one permitted operation at a time.
import { parentPort, workerData } from 'node:worker_threads';
import { COMPARE_EXCHANGE, HINT, LOAD, MODIFY, NOTIFY, STORE, WAIT } from '../operation.js';
import type { Scenario } from '../scenario.js';
import { callSite } from '../site.js';
import {
  ABORT,
  ASLEEP,
  ENDED,
  GIVEN,
  GRANTS,
  PATIENCE_MS,
  RESULT,
  ROW,
  STANDS,
  STOPS,
  WORD,
  type WorkerData,
} from './protocol.js';

const data = workerData as WorkerData;
const real = globalThis.Atomics;
const control = new Int32Array(data.control, data.thread * ROW * 4, ROW);
const memory = new Int32Array(data.memory);
const REAL = Symbol('real words');
const LEAVE = Symbol('leave');
/** Told to leave: what the thread's function does on its way out is not performed. */
let leaving = false;

/** Says where the thread stands and waits for permission to go on; returns what the controller gives. */
function stop(stands: number, word: number): number {
  if (leaving) throw LEAVE;
  control[STANDS] = stands;
  control[WORD] = word;
  const granted = real.load(control, GRANTS);
  real.add(control, STOPS, 1);
  real.notify(control, STOPS);
  while (real.load(control, GRANTS) === granted) {
    if (real.wait(control, GRANTS, granted, PATIENCE_MS) === 'timed-out') process.exit(1);
  }
  leaving = control[GIVEN] === ABORT;
  if (leaving) throw LEAVE;
  return control[GIVEN]!;
}

function done<T>(result: T): T {
  control[RESULT] = Number(result);
  return result;
}

type Words = Int32Array & { readonly [REAL]?: Int32Array };

/** Real words whose annotated hint reads are stops too: they are scheduling points of the checker. */
const shown = new Proxy(memory, {
  get(words, property) {
    if (property === REAL) return words;
    const value = Reflect.get(words, property) as unknown;
    if (typeof property === 'string' && /^\d+$/.test(property) && callSite().isHint) {
      stop(HINT, Number(property));
      return done(words[Number(property)]!);
    }
    return value;
  },
  set: (words, property, value) => Reflect.set(words, property, value),
});

function unwrap(words: Int32Array): Int32Array {
  return (words as Words)[REAL] ?? words;
}

function wrapped(kind: number, call: (words: Int32Array, index: number, ...rest: number[]) => number) {
  return (words: Int32Array, index: number, ...rest: number[]): number => {
    const inner = unwrap(words);
    stop(kind, inner.byteOffset / 4 + index);
    return done(call(inner, index, ...rest));
  };
}

const WAIT_RESULTS = ['not-equal', 'ok', 'timed-out'] as const;

function wait(words: Int32Array, index: number, expected: number): string {
  const inner = unwrap(words);
  const word = inner.byteOffset / 4 + index;
  stop(WAIT, word);
  const result = real.load(inner, index) === expected ? stop(ASLEEP, word) : 0;
  return WAIT_RESULTS[done(result)]!;
}

function notify(words: Int32Array, index: number): number {
  return done(stop(NOTIFY, unwrap(words).byteOffset / 4 + index));
}

const controlled = {
  load: wrapped(LOAD, (words, index) => real.load(words, index)),
  store: wrapped(STORE, (words, index, value) => real.store(words, index, value!)),
  add: wrapped(MODIFY, (words, index, value) => real.add(words, index, value!)),
  sub: wrapped(MODIFY, (words, index, value) => real.sub(words, index, value!)),
  and: wrapped(MODIFY, (words, index, value) => real.and(words, index, value!)),
  or: wrapped(MODIFY, (words, index, value) => real.or(words, index, value!)),
  xor: wrapped(MODIFY, (words, index, value) => real.xor(words, index, value!)),
  exchange: wrapped(MODIFY, (words, index, value) => real.exchange(words, index, value!)),
  compareExchange: wrapped(COMPARE_EXCHANGE, (words, index, expected, replacement) =>
    real.compareExchange(words, index, expected!, replacement!),
  ),
  wait,
  notify,
};

/** Runs the thread's function again and again, each time until it ends or is told to leave. */
function serve(scenario: Scenario): never {
  const { run } = scenario.threads[data.thread]!;
  for (;;) {
    let returned: unknown;
    try {
      stop(ENDED, -1);
      Object.assign(globalThis, { Atomics: controlled });
      returned = run(shown);
    } catch (error) {
      if (error !== LEAVE) returned = error instanceof Error ? error.message : error;
    } finally {
      Object.assign(globalThis, { Atomics: real });
      leaving = false;
    }
    control[RESULT] = typeof returned === 'number' ? returned : 0;
  }
}

const made = (await import(data.module)) as Record<string, (...all: readonly unknown[]) => Scenario>;
parentPort?.postMessage('ready');
serve(made[data.factory]!(...data.arguments));
