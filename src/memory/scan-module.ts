// The scans in WebAssembly: a module of three functions, written by hand and assembled here, over the shared words.
import { MAXIMUM_PAGES, type SharedMemory } from './shared-memory.js';
import { leb, list, section, sized, text, webAssembly } from './wasm-bytes.js';

/** Each looks at `count` words, `stride` bytes apart, round from number `from`; returns the first that is 0, or -1. */
export type FindZero = (first: number, stride: number, count: number, from: number) => number;

export interface ScanExports {
  /** Plain loads, and no order at all: a guess. It shows what the orders of the other two cost. */
  readonly plain: FindZero;
  /** An atomic load of each word: it sees what was published before the 0. */
  readonly acquire: FindZero;
  /** Plain loads, then one fence, then an atomic load of the word that was found; where that fails, all that `acquire` does. */
  readonly fence: FindZero;
}

// Instructions under their names in the specification; those that begin with 0xfe are of the threads proposal.
const I32 = 0x7f;
const NO_RESULT = 0x40;
const loop = [0x03, NO_RESULT];
const when = [0x04, NO_RESULT];
const otherwise = [0x05];
const end = [0x0b];
const branchIf = (depth: number) => [0x0d, depth];
const leave = [0x0f];
const call = (index: number) => [0x10, index];
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const tee = (local: number) => [0x22, local];
/** Of one byte in LEB128: seven bits with a sign. */
const constant = (value: -1 | 0 | 1) => [0x41, value & 0x7f];
const isZero = [0x45];
const equal = [0x46];
const add = [0x6a];
const subtract = [0x6b];
const multiply = [0x6c];
/** A word lies on a multiple of 2 ** 2 bytes; nothing is added to its address. */
const ALIGNED = [2, 0];
const plainLoad = [0x28, ...ALIGNED];
const atomicLoad = [0xfe, 0x10, ...ALIGNED];
const atomicFence = [0xfe, 0x03, 0x00];

/** The functions, in the order of their exports. */
const NAMES = ['plain', 'acquire', 'fence'] as const satisfies readonly (keyof ScanExports)[];
// Locals: the parameters of FindZero, then three more.
const [first, stride, count, from, channel, address, left] = [0, 1, 2, 3, 4, 5, 6];
const MORE_LOCALS = [3, I32];

/** The body of a function: `load` each word in turn, `found` at the first that is 0, `none` after the last. */
function scan(load: readonly number[], found: readonly number[], none: readonly number[]): number[] {
  return [
    ...[get(from), set(channel)],
    ...[get(first), get(from), get(stride), multiply, add, set(address)],
    ...[get(count), set(left)],
    loop,
    ...[get(address), load, isZero, when, found, end],
    ...[get(channel), constant(1), add, tee(channel), get(count), equal],
    ...[when, constant(0), set(channel), get(first), set(address)],
    ...[otherwise, get(address), get(stride), add, set(address), end],
    ...[get(left), constant(1), subtract, tee(left), branchIf(0), end],
    none,
  ].flat();
}

const returnChannel = [get(channel), leave].flat();
const acquireAll = [get(first), get(stride), get(count), get(from), call(NAMES.indexOf('acquire'))].flat();
const confirm = [atomicFence, get(address), atomicLoad, isZero, when, returnChannel, end, acquireAll, leave].flat();

const BODIES: Readonly<Record<keyof ScanExports, number[]>> = {
  plain: scan(plainLoad, returnChannel, constant(-1)),
  acquire: scan(atomicLoad, returnChannel, constant(-1)),
  fence: scan(plainLoad, confirm, acquireAll),
};

let compiled: object | undefined;

/** The three functions over a memory. Compiled once a thread. */
export function scansOver(memory: SharedMemory): ScanExports {
  const { Module, Instance } = webAssembly;
  compiled ??= new Module(scanModule());
  return new Instance(compiled, { shared: { words: memory } }).exports as ScanExports;
}

/** The bytes of the module, which imports its memory as `shared.words`. */
export function scanModule(): Uint8Array {
  const functions = NAMES.map((name) => sized([...list([MORE_LOCALS]), ...BODIES[name], ...end]));
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, ...list([[I32], [I32], [I32], [I32]]), ...list([[I32]])]]),
    // A shared memory of at least one page.
    ...section(2, [[...text('shared'), ...text('words'), 0x02, 0x03, 1, ...leb(MAXIMUM_PAGES)]]),
    ...section(
      3,
      NAMES.map(() => [0]),
    ),
    ...section(
      7,
      NAMES.map((name, index) => [...text(name), 0x00, index]),
    ),
    ...section(10, functions),
  ]);
}
