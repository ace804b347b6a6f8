// Runs a thread's function so that it ends whatever it does: an error that stops it can be caught, a time limit cannot.
import { Script } from 'node:vm';
import { runToEnd } from './event-loop.js';
import { neverEnds } from './never-ends.js';
import { fail, type Recording } from './recording.js';
import type { Thread } from './scenario.js';

type Body = () => unknown;

/** So long may a re-execution take: it is over in some milliseconds. Of a body that is known to go on when it is stopped, less. */
const MOST_MS = 2000;
const GOES_ON_MS = 200;
const HANDED = Symbol.for('multifd-bench verify guarded');
const scope = globalThis as unknown as Record<symbol, unknown>;
// By this file's name it counts as the checker's own where frames are looked at.
const script = new Script(`globalThis[Symbol.for(${JSON.stringify(HANDED.description)})]()`, {
  filename: import.meta.url,
});

/** Bodies whose text says that they catch errors: a time limit costs 0.2 ms each time, so others go without. */
const catching = new WeakMap<Body, number>();

export function bodyOf(thread: Thread, words: Int32Array): Body {
  const body = (): unknown => thread.run(words);
  if (/\bcatch\b/.test(String(thread.run))) catching.set(body, MOST_MS);
  return body;
}

/** Runs a body and its event loop to the end, or to where the recording stops it, though the body may catch that and go on. */
export function runGuarded(recording: Recording, body: Body): unknown {
  const timeout = catching.get(body);
  if (timeout === undefined) return runToEnd(recording, body);
  // The time limit ends it, so nobody need count.
  recording.goesOn = Number.NEGATIVE_INFINITY;
  const outer = scope[HANDED];
  // Who looks at the frames looks down to one of this name, and sees nothing of the engine's own.
  scope[HANDED] = function record() {
    return runToEnd(recording, body);
  };
  try {
    return script.runInThisContext({ timeout, displayErrors: false });
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    if (!recording.isStopped) throw fail('not-modelled', neverEnds(recording));
    // What it does next is known all the same.
    catching.set(body, GOES_ON_MS);
    throw error;
  } finally {
    scope[HANDED] = outer;
  }
}
