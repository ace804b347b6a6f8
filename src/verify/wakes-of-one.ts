// A wake of one: which of the threads asleep on the event it may be for.
import type { ExecutionView } from './execution-view.js';
import { SLEEP } from './operation.js';
import { MOST_THREADS } from './scenario.js';

/**
 * Appends a transition for each sleeper that the wake can send back, after `start` of them; choice 0 is for nobody, or
 * for one who would sleep on. Returns how many there are now.
 */
export function addWakesOfOne(
  execution: ExecutionView,
  waker: number,
  event: number,
  out: Int32Array,
  start: number,
): number {
  let count = start;
  let asleep = 0;
  for (let other = 0; other < execution.threads; other++) {
    if (!execution.hasNotEnded(other)) continue;
    const operation = execution.pending(other);
    if (operation.kind !== SLEEP || operation.event !== event) continue;
    asleep++;
    if (execution.machine.hasChanged(operation)) out[count++] = waker + (other + 1) * MOST_THREADS;
  }
  if (asleep === 0 || count - start < asleep) out[count++] = waker;
  return count;
}
