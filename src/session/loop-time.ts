// How long one turn of a short loop takes on this thread: what fills a time by counting turns asks here first.

const TURNS = 20_000;
/** The fastest of several trials counts: the first ones run before the compiler has seen the loop. */
const TRIALS = 12;
/** Between trials the thread sleeps now and then, so that the compiler's own thread gets a CPU where others keep all busy. */
const TRIALS_BETWEEN_NAPS = 3;
const NAP_MS = 0.2;
const asleep = new Int32Array(new SharedArrayBuffer(4));

/** Nanoseconds that a turn of `loop` takes at the fastest of some trials. */
export function turnNsOf(loop: (turns: number) => void): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let trial = 1; trial <= TRIALS; trial++) {
    const start = process.hrtime.bigint();
    loop(TURNS);
    fastest = Math.min(fastest, Number(process.hrtime.bigint() - start) / TURNS);
    if (trial % TRIALS_BETWEEN_NAPS === 0) Atomics.wait(asleep, 0, 0, NAP_MS);
  }
  return fastest;
}
