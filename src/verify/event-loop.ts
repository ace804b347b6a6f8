// The event loop of a thread under test: promise jobs run at once, and what comes from other threads is a task.
import { promiseHooks } from 'node:v8';
import { MOST_MESSAGES, messageOf } from './messages.js';
import { SLEEP, TASK, WAIT_LATER } from './operation.js';
import { BEATS, pulse } from './pulse.js';
import { sourceOf } from './queues.js';
import { emitAt, fail, flushDeferred, perform, type Recording, running } from './recording.js';
import { MOST_THREADS } from './scenario.js';
import { NOWHERE, type Site } from './site.js';

/** Where a thread stands that waits for its next task. */
const LOOP: Site = { ...NOWHERE, functionName: 'event loop', key: 'event loop' };

/** A condition of an event that a promise stands for. */
interface Waiting {
  readonly event: number;
  readonly site: Site;
  /** How many operations were done when it was found false. */
  readonly position: number;
  readonly resolve: (goesOn: boolean) => void;
}

/** What one re-execution of a thread waits for. */
class EventLoop {
  private readonly listeners = new Map<number, ((message: unknown) => void)[]>();
  private waiting: Waiting[] = [];
  /** Promises of Atomics.waitAsync that are pending, by their number. */
  private readonly promises = new Map<number, { readonly source: number; readonly settle: (ok: boolean) => void }>();

  listenersOf(queue: number): ((message: unknown) => void)[] {
    const known = this.listeners.get(queue) ?? [];
    this.listeners.set(queue, known);
    return known;
  }

  await(waiting: Waiting): void {
    this.waiting.push(waiting);
  }

  /** Whether nothing is waited for. */
  get isIdle(): boolean {
    const hasListeners = [...this.listeners.values()].some(({ length }) => length > 0);
    return !hasListeners && this.waiting.length === 0 && this.promises.size === 0;
  }

  /** The lowest number that no pending promise has. */
  freeNumber(): number {
    let number = 0;
    while (this.promises.has(number)) number++;
    return number;
  }

  /** A promise of that number, which a task settles. */
  promise(number: number, timesOut: boolean): Promise<string> {
    return new Promise((resolve) => {
      const settle = (ok: boolean): void => {
        this.promises.delete(number);
        resolve(ok ? 'ok' : 'timed-out');
      };
      this.promises.set(number, { source: sourceOf(number, timesOut), settle });
    });
  }

  /** Waits for a task, and runs it as far as it goes without its promise jobs. */
  next(run: Recording): void {
    const queues = [...this.listeners].flatMap(([queue, { length }]) => (length > 0 ? [queue] : []));
    const promises = [...this.promises.values()];
    const [waiting] = this.waiting;
    if (!waiting) {
      flushDeferred();
      const sources = [...queues, ...promises.map(({ source }) => source)];
      if (sources.length > MOST_THREADS)
        throw fail('not-modelled', `a thread that waits for more than ${MOST_THREADS} things at once`);
      const task = emitAt({ kind: TASK, word: -1, a: 0, b: 0, modifier: 0 }, LOOP, sources.join());
      const from = Math.floor(task / MOST_MESSAGES);
      const what = task % MOST_MESSAGES;
      if (from >= queues.length) promises[from - queues.length]!.settle(what === 1);
      else for (const listener of this.listenersOf(queues[from]!).slice()) listener(messageOf(what));
      return;
    }
    if (this.waiting.length > 1 || queues.length + promises.length > 0)
      throw fail('not-modelled', 'a thread that waits for an event beside other tasks of its event loop');
    this.waiting = [];
    if (flushDeferred()) {
      waiting.resolve(true);
      return;
    }
    if (run.position !== waiting.position)
      throw fail('not-modelled', 'a thread that goes on while it waits for an event on its event loop');
    // 1: it looks again from where it stands, not from the loop's head, where it would not have waited.
    waiting.resolve(emitAt({ kind: SLEEP, word: waiting.event, a: 0, b: 1, modifier: 0 }, waiting.site) === 1);
  }
}

const loops = new WeakMap<Recording, EventLoop>();

/** The event loop of the thread that is being re-executed. */
export function eventLoop(): EventLoop {
  const run = running();
  const known = loops.get(run) ?? new EventLoop();
  loops.set(run, known);
  return known;
}

/** Resolves when the event is woken and what the condition just read has changed (true), or it is closed (false). */
export function asleepLater(event: number, site: Site): Promise<boolean> {
  const { position } = running();
  const loop = eventLoop();
  return new Promise((resolve) => loop.await({ event, site, position, resolve }));
}

/** What Atomics.waitAsync is on, and waits for. */
interface WaitsFor {
  readonly word: number;
  readonly expected: number;
  readonly range: number;
  readonly timesOut: boolean;
}

/** As Atomics.waitAsync returns it. */
export function waitLater({ word, expected, range, timesOut }: WaitsFor): { async: boolean; value: unknown } {
  const loop = eventLoop();
  const number = loop.freeNumber();
  running().table.usePromise(number);
  const isAsync = perform(WAIT_LATER, word, expected, timesOut ? 1 : 0, number, range) === 1;
  return { async: isAsync, value: isAsync ? loop.promise(number, timesOut) : 'not-equal' };
}

/** Runs a thread's function and its promise jobs; where it returns a promise, tasks too, until that is settled. */
export function runToEnd(run: Recording, body: () => unknown): unknown {
  pulse[BEATS]!++;
  const stopCounting = promiseHooks.onInit(() => {
    run.isAsync = true;
  });
  let value: unknown;
  try {
    value = body();
  } finally {
    stopCounting();
  }
  if (isPromise(value)) run.isAsync = true;
  else if (!run.isAsync && !loops.has(run)) return value;
  let settled: { readonly value?: unknown; readonly error?: unknown } | undefined;
  if (isPromise(value))
    value.then(
      (result) => {
        settled = { value: result };
      },
      (error: unknown) => {
        settled = { error };
      },
    );
  for (;;) {
    runJobs();
    if (!isPromise(value)) {
      if (!eventLoop().isIdle)
        throw fail('not-modelled', 'a thread that waits on its event loop, whose function does not return a promise');
      return value;
    }
    if (!settled) eventLoop().next(run);
    else if ('error' in settled) throw settled.error;
    else return settled.value;
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function';
}

/** What Node has, and its types do not know. */
interface Jobs {
  _tickCallback?(): void;
  emit(name: string, ...all: unknown[]): boolean;
}
const jobs = process as unknown as Jobs;

/** Runs all promise jobs, as an engine does after each task; throws what nobody catches, as Node does. */
function runJobs(): void {
  let ran = false;
  Promise.resolve().then(() => {
    ran = true;
  });
  const uncaught: unknown[] = [];
  const { emit } = jobs;
  jobs.emit = (name, ...all) => {
    if (name === 'unhandledRejection') uncaught.push(all[0]);
    return name === 'unhandledRejection' || name === 'rejectionHandled' || emit.call(process, name, ...all);
  };
  try {
    // Deprecated, and there: nothing else runs them before the caller returns.
    jobs._tickCallback?.();
  } finally {
    jobs.emit = emit;
  }
  // Ends here where a job has come to what is new: how the others took it says nothing.
  running();
  if (!ran)
    throw fail(
      'not-modelled',
      'an async function in a thread, checked from within another one: call verify() by inTask(() => verify(..))',
    );
  if (uncaught.length > 0) throw uncaught[0];
}

/** Calls from a task of its own: what is async in a thread can be checked only where no promise job is running. */
export function inTask<T>(call: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(call());
      } catch (error) {
        reject(error);
      }
    });
  });
}
