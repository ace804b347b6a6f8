// The faults of one channel on the thread that writes it. Runs without faults do not come through here.

import { writeAll } from '../os/gathered-write.js';
import type { ChannelWriter } from '../sender/channel-writer.js';
import { FaultCounter, type WriteFault } from './fault.js';
import { tellFault } from './told.js';

const asleep = new Int32Array(new SharedArrayBuffer(4));
/** A thread that told others to end it waits so long for the end before it fails by itself. */
const PATIENCE_MS = 2000;
const LOOK_MS = 1;

export class ChannelFaults {
  private readonly counter: FaultCounter<WriteFault>;
  private readonly exiting: () => boolean;
  /** What the bytes of the write under way are to meet. */
  private onBytes: WriteFault | undefined;

  /** `exiting`: true once the run is over. */
  constructor(faults: readonly WriteFault[], exiting: () => boolean) {
    this.counter = new FaultCounter(faults);
    this.exiting = exiting;
  }

  /** A writer whose chosen writes go wrong. A delay blocks the thread, as a write to a full socket does. */
  wrap(writer: ChannelWriter): ChannelWriter {
    return {
      send: (batch) => {
        this.meet(this.counter.next(false));
        writer.send(batch);
      },
      sync: () => {
        this.meet(this.counter.next(true));
        writer.sync();
      },
      close: () => writer.close(),
    };
  }

  /** In the place of `writeAll`: leaves out or changes bytes of the write under way. */
  readonly write: typeof writeAll = (descriptor, buffers, position) => {
    const fault = this.onBytes;
    this.onBytes = undefined;
    writeAll(descriptor, fault ? spoilt(buffers, fault) : buffers, position);
  };

  private meet(fault: WriteFault | undefined): void {
    if (!fault) return;
    const { kind, delayMs, pid } = fault;
    if (delayMs !== undefined) Atomics.wait(asleep, 0, 0, delayMs);
    if (kind === 'fail') throw new Error('injected failure');
    else if (kind === 'short' || kind === 'corrupt') this.onBytes = fault;
    // Ends a worker thread, and nothing of it runs on.
    else if (kind === 'kill-sender') process.exit(1);
    else if (kind === 'kill-child') process.kill(process.pid, 'SIGKILL');
    else if (kind === 'kill-receiver' && pid !== undefined) process.kill(pid, 'SIGKILL');
    else if (kind === 'kill-receiver') tellFault(fault);
    else if (kind === 'kill-provider') this.awaitEnd(fault);
  }

  private awaitEnd(fault: WriteFault): void {
    tellFault(fault);
    for (let leftMs = PATIENCE_MS; leftMs > 0 && !this.exiting(); leftMs -= LOOK_MS) {
      Atomics.wait(asleep, 0, 0, LOOK_MS);
    }
  }
}

/** The bytes of a write without their second half, or with one of them changed: a copy, RAM stays as it is. */
function spoilt(buffers: readonly Uint8Array[], { kind, byte = 0 }: WriteFault): Uint8Array[] {
  // A view on shared RAM cannot be concatenated as it is.
  const whole = Buffer.concat(buffers.map((each) => Buffer.from(each)));
  if (kind === 'short') return [whole.subarray(0, whole.length >> 1)];
  const at = Math.min(byte, whole.length - 1);
  whole[at] = whole[at]! ^ 0xff;
  return [whole];
}
