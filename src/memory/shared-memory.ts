// Memory that threads share: a WebAssembly.Memory, as fast as a SharedArrayBuffer, open to WebAssembly, and aligned to pages.

/** What is used of WebAssembly.Memory, whose types come only with a browser's. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

interface MemoryConstructor {
  new (descriptor: { initial: number; maximum: number; shared: true }): SharedMemory;
}

/** How the message of every error begins that says that there is none: between processes only messages travel. */
export const NO_SHARED_MEMORY = 'shared memory: ';

const PAGE_BYTES = 65_536;
/** Most bytes of one memory: 1 GiB. Address space only, until it is used. */
export const MAXIMUM_PAGES = 16_384;

/** `mostBytes`: how far it may grow. */
export function createSharedMemory(bytes: number, mostBytes = MAXIMUM_PAGES * PAGE_BYTES): SharedMemory {
  const { WebAssembly } = globalThis as unknown as { WebAssembly?: { Memory: MemoryConstructor } };
  if (!WebAssembly) throw new Error(`${NO_SHARED_MEMORY}this Node has no WebAssembly; --jitless takes it away`);
  const [initial, maximum] = [pagesFor(bytes), pagesFor(mostBytes)];
  try {
    return new WebAssembly.Memory({ initial, maximum, shared: true });
  } catch (cause) {
    const reason = `${NO_SHARED_MEMORY}no address space for it (${(cause as Error).message}); "ulimit -v" limits it`;
    throw new Error(reason, { cause });
  }
}

/** Grows the memory to at least `bytes`. Views made before see only the old part. */
export function ensureBytes(memory: SharedMemory, bytes: number): void {
  const missing = pagesFor(bytes) - memory.buffer.byteLength / PAGE_BYTES;
  if (missing > 0) memory.grow(missing);
}

function pagesFor(bytes: number): number {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  if (pages > MAXIMUM_PAGES) {
    throw new RangeError(
      `${NO_SHARED_MEMORY}${bytes} bytes needed, at most ${MAXIMUM_PAGES * PAGE_BYTES} are possible`,
    );
  }
  return pages;
}
