// Fault injection: a writer whose chosen writes stall or fail on purpose. Runs without faults do not go through it.
import type { ChannelWriter } from './transport.js';

/** What happens at write number `write`, from 0, SYNC writes included. */
interface WriteFault {
  readonly write: number;
  readonly stallMs?: number;
  readonly fails?: boolean;
}

const asleep = new Int32Array(new SharedArrayBuffer(4));

/** Wraps a channel's writer with its faults. A stall blocks the thread, as a write to a full socket does. */
export function withFaults(writer: ChannelWriter, faults: readonly WriteFault[]): ChannelWriter {
  let write = 0;
  const meet = () => {
    const fault = faults.find((each) => each.write === write);
    write++;
    if (fault?.stallMs !== undefined) Atomics.wait(asleep, 0, 0, fault.stallMs);
    if (fault?.fails) throw new Error('injected failure');
  };
  return {
    send(batch) {
      meet();
      writer.send(batch);
    },
    sync() {
      meet();
      writer.sync();
    },
    close: () => writer.close(),
  };
}
