// Fault injection: a writer whose chosen writes stall or fail on purpose. Runs without faults do not go through it.
import type { ChannelWriter } from './transport.js';

/** What happens at write number `write`, from 0 and SYNC writes included, or at SYNC number `sync`. */
interface WriteFault {
  readonly write?: number;
  readonly sync?: number;
  readonly stallMs?: number;
  readonly fails?: boolean;
}

const asleep = new Int32Array(new SharedArrayBuffer(4));

/** Wraps a channel's writer with its faults. A stall blocks the thread, as a write to a full socket does. */
export function withFaults(writer: ChannelWriter, faults: readonly WriteFault[]): ChannelWriter {
  let [write, sync] = [0, 0];
  const meet = (isSync: boolean) => {
    const fault = faults.find((each) => each.write === write || (isSync && each.sync === sync));
    write++;
    if (isSync) sync++;
    if (fault?.stallMs !== undefined) Atomics.wait(asleep, 0, 0, fault.stallMs);
    if (fault?.fails) throw new Error('injected failure');
  };
  return {
    send(batch) {
      meet(false);
      writer.send(batch);
    },
    sync() {
      meet(true);
      writer.sync();
    },
    close: () => writer.close(),
  };
}
