// The condition of an event's until(): evaluated operation by operation, and slept on while it is false.
import { SLEEP } from './operation.js';
import { fail, perform, type Recording, running } from './recording.js';
import { ATOMIC } from './word-table.js';

/** Evaluates an event's condition; its reads are marked, and a false answer must come from reading alone. */
export function evaluate(word: number, ready: () => boolean): boolean {
  const run = running();
  if (run.event >= 0) throw fail('impure-condition', 'until() inside the condition of another until()');
  run.event = run.table.use(word, ATOMIC);
  run.head = run.position;
  const came = ready();
  if (!came && run.position === run.log.length) evaluateAgain(run, ready);
  run.event = -1;
  return came;
}

/** The reads of a false evaluation, answered alike, must be the same reads and give false again. */
function evaluateAgain(run: Recording, ready: () => boolean): void {
  run.pureUntil = run.position;
  run.position = run.head;
  if (ready() || run.position !== run.pureUntil)
    throw fail('impure-condition', 'the condition of until() is not pure: read alike, it answers otherwise');
  run.pureUntil = -1;
}

/** Falls asleep on an event after a false condition: 0 when closed, 1 when woken (only where a mutation took the loop away). */
export function sleepOn(word: number): { result: number; loops: boolean } {
  const run = running();
  const result = perform(SLEEP, word);
  return { result, loops: run.operations[run.position - 1]?.mutation !== 'no-loop' };
}
