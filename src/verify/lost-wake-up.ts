// Whether a sleeper has missed something, or rightly sleeps: it is woken once to see.
import { EARLY } from './choices.js';
import type { ExecutionView } from './execution-view.js';
import { COMPARE_EXCHANGE, HINT, LOAD, PLAIN_LOAD, RECEIVE, SLEEP, TASK, WAIT } from './operation.js';
import { MOST_THREADS, MOST_TRANSITIONS } from './scenario.js';

const LOOKS: ReadonlySet<number> = new Set([LOAD, HINT, PLAIN_LOAD, COMPARE_EXCHANGE, RECEIVE]);
/** Steps that the woken thread may take alone to show whether it goes on. */
const TRIED_ALONE = 200;

/**
 * Whether a thread that is asleep would go on if it were woken, instead of going back to sleep where it is: the thread
 * is woken and runs alone, to its end or its next sleep. The execution is left as it was.
 */
export function wouldGoOn(execution: ExecutionView, thread: number): boolean {
  const { machine, problem, observer, steps } = execution;
  const asleep = execution.pending(thread);
  const promise = asleep.kind === TASK ? asleep.reads!.findIndex((source) => source < 0) : -1;
  if (asleep.kind !== WAIT && asleep.kind !== SLEEP && promise < 0) return false;
  // Where nobody ever answers and the word is as it was, only who looks at memory again can find what it waited for.
  const { slot } = asleep;
  const isAsExpected = machine.state[slot] === asleep.a && !(asleep.reads && machine.hasChanged(asleep));
  let looked = asleep.kind !== WAIT || !isAsExpected || execution.isNotified(slot);
  const state = machine.state.slice();
  Object.assign(execution, { problem: null, observer: null });
  try {
    if (promise >= 0) machine.queues.notify(machine.state, thread, asleep.reads![promise]!);
    execution.step(thread + (promise >= 0 ? promise : EARLY) * MOST_THREADS);
    for (let left = TRIED_ALONE; left > 0 && !execution.problem; left--) {
      const next = nextOf(execution, thread);
      if (next < 0) break;
      looked ||= LOOKS.has(execution.pending(thread).kind);
      execution.step(next);
    }
    if (!looked) return false;
    const now = execution.pending(thread);
    const isBack = now.kind === asleep.kind && now.site === asleep.site && now.slot === asleep.slot;
    return !isBack || !execution.hasNotEnded(thread);
  } finally {
    machine.state.set(state);
    Object.assign(execution, { problem, observer, steps });
  }
}

const transitions = new Int32Array(MOST_TRANSITIONS);

/** A transition of the thread; -1 if it has none, or only that of waking up by itself. */
function nextOf(execution: ExecutionView, thread: number): number {
  const { machine } = execution;
  if (machine.state[machine.status + thread]! !== 0) return -1;
  const count = execution.enabled(transitions);
  for (let i = 0; i < count; i++) if (transitions[i]! % MOST_THREADS === thread) return transitions[i]!;
  return -1;
}
