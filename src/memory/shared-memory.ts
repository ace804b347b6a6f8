// The memory of the control words: a shared WebAssembly.Memory, as fast as a SharedArrayBuffer and open to WebAssembly.

/** What is used of WebAssembly.Memory, whose types come only with a browser's. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

interface MemoryConstructor {
  new (descriptor: { initial: number; maximum: number; shared: true }): SharedMemory;
}

const PAGE_BYTES = 65_536;
/** Most control words that a run may have: 1 GiB. Address space only, until it is used. */
export const MAXIMUM_PAGES = 16_384;

export function createSharedMemory(bytes: number): SharedMemory {
  const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: MemoryConstructor } }).WebAssembly;
  return new Memory({ initial: pagesFor(bytes), maximum: MAXIMUM_PAGES, shared: true });
}

/** Grows the memory to at least `bytes`. Views made before see only the old part. */
export function ensureBytes(memory: SharedMemory, bytes: number): void {
  const missing = pagesFor(bytes) - memory.buffer.byteLength / PAGE_BYTES;
  if (missing > 0) memory.grow(missing);
}

function pagesFor(bytes: number): number {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  if (pages > MAXIMUM_PAGES) {
    throw new RangeError(`control words: ${bytes} bytes needed, at most ${MAXIMUM_PAGES * PAGE_BYTES} are possible`);
  }
  return pages;
}
