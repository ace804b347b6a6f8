// Watches a checking thread's sign of life: a body that comes to no operation for so long never will.
import { BEATS, WATCHED } from '../../src/verify/pulse.js';

/** So long may a body take from one operation to the next. */
export const PATIENCE_MS = 20_000;
const LOOKS = 10;

/** Calls `onStuck` once, with what there is to say, if `pulse` stands still for so long; returns what ends the watch. */
export function watchPulse(pulse: Int32Array, patienceMs: number, onStuck: (why: string) => void): () => void {
  pulse[WATCHED] = 1;
  let [seen, still] = [-1, 0];
  const timer = setInterval(() => {
    const now = pulse[BEATS]!;
    still = now === seen ? still + 1 : 0;
    seen = now;
    if (still < LOOKS) return;
    clearInterval(timer);
    onStuck(
      `a thread ran for ${patienceMs / 1000} s and came to no access to shared memory: a loop that waits for what no other thread can change, such as a variable of the module, never ends; nor does one that catches every error, as the checker stops a thread by an error`,
    );
  }, patienceMs / LOOKS);
  return () => clearInterval(timer);
}
