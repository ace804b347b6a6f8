// The look for pages of zeros in WebAssembly, 64 bytes a step: a module of one function, over one segment of the RAM.
import { MAXIMUM_PAGES, type SharedMemory } from '../memory/shared-memory.js';
import { leb, list, section, sized, text, webAssembly } from '../memory/wasm-bytes.js';

/** Which of `count` pages (at most 32) of so many bytes, one after the other from `at`, are all zero: bit i is page i. */
export type FindZeroPages = (at: number, pageBytes: number, count: number) => number;

export const MOST_PAGES_A_SCAN = 32;

// Instructions under their names in the specification; those that begin with 0xfd are of 128 bits.
const I32 = 0x7f;
const NO_RESULT = 0x40;
const block = [0x02, NO_RESULT];
const loop = [0x03, NO_RESULT];
const when = [0x04, NO_RESULT];
const end = [0x0b];
const branchIf = (depth: number) => [0x0d, depth];
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const tee = (local: number) => [0x22, local];
const ONE = [0x41, 1];
/** In LEB128 with a sign. */
const SIXTY_FOUR = [0x41, 0xc0, 0x00];
const isZero = [0x45];
const isBelow = [0x49];
const add = [0x6a];
const or = [0x72];
const shiftLeft = [0x74];
/** 16 bytes that lie on a multiple of 2 ** 4. */
const load = (offset: number) => [0xfd, 0x00, 4, offset];
const orAll = [0xfd, 0x50];
const anySet = [0xfd, 0x53];

// Locals: the parameters, then four more.
const [at, pageBytes, count, page, mask, from, to] = [0, 1, 2, 3, 4, 5, 6];
const MORE_LOCALS = [4, I32];

const BODY = [
  loop,
  // Most pages with content show it in their first bytes.
  ...[get(at), load(0), anySet, isZero, when],
  ...[get(at), tee(from), get(pageBytes), add, set(to)],
  block,
  loop,
  ...[get(from), load(0), get(from), load(16), orAll, get(from), load(32), orAll, get(from), load(48), orAll],
  ...[anySet, branchIf(1)],
  ...[get(from), SIXTY_FOUR, add, tee(from), get(to), isBelow, branchIf(0)],
  end,
  ...[get(mask), ONE, get(page), shiftLeft, or, set(mask)],
  end,
  end,
  ...[get(at), get(pageBytes), add, set(at)],
  ...[get(page), ONE, add, tee(page), get(count), isBelow, branchIf(0)],
  end,
  get(mask),
].flat();

function zeroModule(): Uint8Array {
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, ...list([[I32], [I32], [I32]]), ...list([[I32]])]]),
    ...section(2, [[...text('shared'), ...text('ram'), 0x02, 0x03, 1, ...leb(MAXIMUM_PAGES)]]),
    ...section(3, [[0]]),
    ...section(7, [[...text('find'), 0x00, 0]]),
    ...section(10, [sized([...list([MORE_LOCALS]), ...BODY, ...end])]),
  ]);
}

let compiled: object | undefined;

/** The function over one memory. Compiled once a thread. */
export function zeroPagesOver(memory: SharedMemory): FindZeroPages {
  const { Module, Instance } = webAssembly;
  compiled ??= new Module(zeroModule());
  const { find } = new Instance(compiled, { shared: { ram: memory } }).exports as { readonly find: FindZeroPages };
  return find;
}
