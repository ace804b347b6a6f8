// Calibrated work: a loop of arithmetic that fills a given time, to fix which side of a hand-off is the bottleneck.

import type { BatchIndex } from '../ram/batches.js';
import type { ChannelWriter } from '../sender/channel-writer.js';
import type { Provider } from '../sender/variant.js';

const TURNS = 20_000;
/** The fastest of several trials counts: the first ones run before the compiler has seen the loop. */
const TRIALS = 12;
/** Written only: it keeps the loop from being dropped. */
const worked = new Int32Array(1);
let turnNs: number | undefined;

function turn(turns: number): void {
  let value = worked[0]!;
  // Each turn needs the one before it, so nothing runs side by side, whatever the CPU.
  for (let left = turns; left > 0; left--) value = (Math.imul(value, 1_664_525) + 1_013_904_223) | 0;
  worked[0] = value;
}

/** Work for that long, as far as this thread has a CPU; calibrated once a thread. */
export function workFor(nanoseconds: number): () => void {
  turnNs ??= calibrate();
  const turns = Math.max(1, Math.round(nanoseconds / turnNs));
  return () => turn(turns);
}

function calibrate(): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < TRIALS; trial++) {
    const start = process.hrtime.bigint();
    turn(TURNS);
    fastest = Math.min(fastest, Number(process.hrtime.bigint() - start) / TURNS);
  }
  return fastest;
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
