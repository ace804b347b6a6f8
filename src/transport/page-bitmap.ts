// Which pages a mapped-ram file has: a bit for each, set and cleared by all channels at once.
import { bitmapBytes } from '../wire/mapped-ram.js';

const BITS = 32;

export class PageBitmap {
  private readonly words: Int32Array;
  /** By block: its first word. */
  private readonly firsts: readonly number[];

  /** `starts`: where each block's bits begin, in bytes. */
  constructor(buffer: SharedArrayBuffer, starts: readonly number[]) {
    this.words = new Int32Array(buffer);
    this.firsts = starts.map((start) => start / Int32Array.BYTES_PER_ELEMENT);
  }

  set(block: number, page: number, pages: number): void {
    this.each(block, page, pages, (word, mask) => {
      // Standalone: read once all channels have been waited for.
      Atomics.or(this.words, word, mask);
    });
  }

  clear(block: number, page: number): void {
    this.each(block, page, 1, (word, mask) => {
      // Standalone: read once all channels have been waited for.
      Atomics.and(this.words, word, ~mask);
    });
  }

  /** A block's bits as the file has them: words of this machine, which are little-endian wherever Node runs. */
  bytesOf(block: number, bytes: number, pageSize: number): Uint8Array {
    const { buffer } = this.words;
    return new Uint8Array(buffer, this.firsts[block]! * Int32Array.BYTES_PER_ELEMENT, bitmapBytes(bytes, pageSize));
  }

  private each(block: number, page: number, pages: number, change: (word: number, mask: number) => void): void {
    const first = this.firsts[block]!;
    for (let at = page; at < page + pages; ) {
      const bit = at % BITS;
      const count = Math.min(BITS - bit, page + pages - at);
      change(first + (at - bit) / BITS, count === BITS ? -1 : ((1 << count) - 1) << bit);
      at += count;
    }
  }
}
