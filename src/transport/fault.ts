// Fault injection: a writer whose write number k fails on purpose. Runs without a fault do not go through it.
import type { ChannelWriter } from './transport.js';

/** Wraps a writer so that its write `failing` (from 0, SYNC writes included) throws. */
export function failAt(writer: ChannelWriter, failing: number): ChannelWriter {
  let write = 0;
  const check = () => {
    if (write++ === failing) throw new Error('injected failure');
  };
  return {
    send(batch) {
      check();
      writer.send(batch);
    },
    sync() {
      check();
      writer.sync();
    },
    close: () => writer.close(),
  };
}
