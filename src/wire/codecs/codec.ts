// Codecs: how the bytes of a packet's pages are packed. One packer or unpacker a channel, for the channel's whole life.
import type { CodecName } from '../packet.js';
import { mostPacked } from '../packet-parser.js';
import { FlushedStream } from './flushed-stream.js';

export interface Packer {
  /** Packs the pages of one packet. The result is valid until any packer of this thread is called again. */
  pack(pages: readonly Uint8Array[]): Uint8Array;
  close(): void;
}

export interface Unpacker {
  /** Unpacks one packet to exactly `output.length` bytes. Throws when it makes fewer, or more. */
  unpack(packed: Uint8Array, output: Uint8Array): void;
  close(): void;
}

/** `mostBytes`: bytes of the pages of a full packet. Throws where the running Node lacks the codec. */
export function openPacker(codec: Exclude<CodecName, 'none'>, pageSize: number, mostBytes: number): Packer {
  const stream = new FlushedStream(codec === 'zlib' ? 'deflate' : 'zstd-compress');
  const room = roomFor(pageSize + mostPacked(mostBytes));
  // The guest may write to a page while it is packed, which zlib does not bear: each page is copied first.
  const page = room.subarray(0, pageSize);
  const output = room.subarray(pageSize);
  return {
    pack(pages) {
      let made = 0;
      for (const [index, source] of pages.entries()) {
        page.set(source);
        const last = index === pages.length - 1;
        const progress = stream.run(page, output.subarray(made), last);
        made += progress.made;
        if (progress.read < page.length || made === output.length) {
          throw new Error(`codec ${codec}: expected at most ${output.length} packed bytes, got more`);
        }
      }
      return output.subarray(0, made);
    },
    close: () => stream.close(),
  };
}

/**
 * One for all packers of a thread, from cell to cell. With one each, a thread that opens cell after cell has some 50 MiB
 * of dead ones before its collector comes by.
 */
let ownRoom = new Uint8Array(0);

function roomFor(bytes: number): Uint8Array {
  if (ownRoom.length < bytes) ownRoom = new Uint8Array(bytes);
  return ownRoom.subarray(0, bytes);
}

/** `mostBytes`: bytes of the pages of a full packet. Throws where the running Node lacks the codec. */
export function openUnpacker(codec: Exclude<CodecName, 'none'>, mostBytes: number): Unpacker {
  const stream = new FlushedStream(codec === 'zlib' ? 'inflate' : 'zstd-decompress');
  // One byte more than there may be: what would not stop shows there, and is never made.
  const room = new Uint8Array(mostBytes + 1);
  return {
    unpack(packed, output) {
      const { read, made } = stream.run(packed, room.subarray(0, output.length + 1), true);
      if (made !== output.length) {
        const got = made > output.length ? 'more' : `${made}`;
        throw new Error(`codec ${codec}: expected pages of ${output.length} bytes, got ${got}`);
      }
      if (read < packed.length) throw new Error(`codec ${codec}: ${packed.length - read} packed bytes are left over`);
      output.set(room.subarray(0, made));
    },
    close: () => stream.close(),
  };
}
