// Calibrated work: a loop of arithmetic that fills a given time, to fix which side of a hand-off is the bottleneck.

import type { BatchIndex } from '../ram/batches.js';
import type { ChannelWriter } from '../sender/channel-writer.js';
import type { Provider } from '../sender/variant.js';
import { turnNsOf } from './loop-time.js';

/**
 * So many first calls are timed: a thread may calibrate before its compiler got a CPU, and the loop is faster from then on.
 * Their two looks at the clock count as work.
 */
const TIMED_CALLS = 256;
/** Written only: it keeps the loop from being dropped. */
const worked = new Int32Array(1);
let calibratedNs: number | undefined;

function turn(turns: number): void {
  let value = worked[0]!;
  // Each turn needs the one before it, so nothing runs side by side, whatever the CPU.
  for (let left = turns; left > 0; left--) value = (Math.imul(value, 1_664_525) + 1_013_904_223) | 0;
  worked[0] = value;
}

/** Work for that long, as far as this thread has a CPU; calibrated once a thread, and corrected by its first calls. */
export function workFor(nanoseconds: number): () => void {
  calibratedNs ??= turnNsOf(turn);
  return correctedWork(nanoseconds, calibratedNs, turn);
}

/** Work by turns of `loop`, which seemed to take `turnNs` each and may turn out to be faster. */
export function correctedWork(
  nanoseconds: number,
  turnNs: number,
  loop: (turns: number) => void,
  clock: () => number = () => Number(process.hrtime.bigint()),
): () => void {
  const turnsAt = (ns: number) => Math.max(1, Math.round(nanoseconds / ns));
  let fastestNs = turnNs;
  let turns = turnsAt(fastestNs);
  let timed = 0;
  return () => {
    if (timed === TIMED_CALLS) return loop(turns);
    timed++;
    const start = clock();
    loop(turns);
    fastestNs = Math.min(fastestNs, (clock() - start) / turns);
    turns = turnsAt(fastestNs);
  };
}

/** A provider that works before each hand-over. */
export function workingProvider<P extends Pick<Provider<'event-loop'>, 'sendPages'>>(provider: P, work: () => void): P {
  const sendPages = (full: BatchIndex) => {
    work();
    return provider.sendPages(full);
  };
  return Object.assign(Object.create(provider) as P, { sendPages });
}

/** A writer whose batches, but not its SYNCs, take so much work first. */
export function workingWriter(writer: ChannelWriter, work: () => void): ChannelWriter {
  return {
    send(batch) {
      work();
      writer.send(batch);
    },
    sync: () => writer.sync(),
    close: () => writer.close(),
  };
}
