// How many turns of a waiting loop fill a time on this thread: a spin budget is a time, and loops differ by CPU.
import { lookAgain, type WaitPolicy } from '../memory/wait-policy.js';

const TURNS = 20_000;
/** The fastest of several trials counts: the first ones run before the compiler has seen the loop. */
const TRIALS = 12;
const policies = new Map<number, WaitPolicy>();

/** The policy that spins for `nanoseconds` before it parks; calibrated once a thread and time. */
export function spinFor(nanoseconds: number): WaitPolicy {
  let policy = policies.get(nanoseconds);
  if (!policy) {
    policy = { spins: Math.max(1, Math.round(nanoseconds / turnNs())) };
    policies.set(nanoseconds, policy);
  }
  return policy;
}

function turnNs(): number {
  const words = new Int32Array(new SharedArrayBuffer(4));
  let fastest = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < TRIALS; trial++) {
    const start = process.hrtime.bigint();
    lookAgain(words, 0, TURNS);
    fastest = Math.min(fastest, Number(process.hrtime.bigint() - start) / TURNS);
  }
  return fastest;
}
