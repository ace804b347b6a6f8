// One blocking write of many buffers to a descriptor, whole or not at all: what is left over is written again.
import { writevSync } from 'node:fs';

const asleep = new Int32Array(new SharedArrayBuffer(4));
/** Between two tries on a descriptor that is not blocking and full. */
const RETRY_MS = 0.2;

/**
 * Writes all bytes of all buffers in order, from `position` of a file or, without one, where the descriptor stands. Throws
 * what the kernel says. More buffers than one call takes (1024) are split by libuv, which says how many bytes it got
 * rid of before an error; the next call then gives the error itself.
 */
export function writeAll(descriptor: number, buffers: readonly Uint8Array[], position?: number): void {
  let left = buffers.reduce((bytes, buffer) => bytes + buffer.length, 0);
  let rest = buffers;
  let at = position;
  while (left > 0) {
    const written = writeSome(descriptor, rest, at);
    left -= written;
    if (left === 0) return;
    if (at !== undefined) at += written;
    rest = after(rest, written);
  }
}

function writeSome(descriptor: number, buffers: readonly Uint8Array[], position: number | undefined): number {
  for (;;) {
    try {
      return writevSync(descriptor, buffers, position);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      // Standalone: nobody ever wakes this word; it is a pause. Who ends the connection makes the next try fail.
      Atomics.wait(asleep, 0, 0, RETRY_MS);
    }
  }
}

/** The buffers without their first `bytes` bytes. */
function after(buffers: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let skipped = bytes;
  for (const [index, buffer] of buffers.entries()) {
    if (skipped < buffer.length) return [buffer.subarray(skipped), ...buffers.slice(index + 1)];
    skipped -= buffer.length;
  }
  return [];
}
