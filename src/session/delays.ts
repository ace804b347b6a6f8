// Random delays at every shared access of this thread, for stress: they widen the windows that a race needs.
import { Random } from '../random.js';

const plain = globalThis.Atomics;

/** One access in so many is delayed, by up to `LONGEST_SPINS` turns of an empty loop. */
const ONE_IN = 16;
const LONGEST_SPINS = 2000;

/** Written only: it keeps the empty loop from being dropped. */
const spun = new Int32Array(1);

/** Puts delaying atomics in the place of the global ones, seeded; `restoreAtomics` undoes it. */
export function delayAtomics(seed: number): void {
  const random = new Random(seed);
  const delayed = Object.create(plain) as Record<string, unknown>;
  for (const name of ['load', 'store', 'add', 'sub', 'and', 'or', 'exchange', 'compareExchange', 'notify'] as const) {
    const access = plain[name] as (...operands: unknown[]) => unknown;
    delayed[name] = (...operands: unknown[]) => {
      if (random.below(ONE_IN) === 0) for (let left = random.below(LONGEST_SPINS); left > 0; left--) spun[0]!++;
      return access(...operands);
    };
  }
  delayed.wait = plain.wait;
  globalThis.Atomics = delayed as unknown as Atomics;
}

export function restoreAtomics(): void {
  globalThis.Atomics = plain;
}
