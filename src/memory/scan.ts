// How a provider looks for a word that is 0 among its channels' words: with which loads, and with what order.
import { scansOver } from './scan-module.js';
import type { SharedMemory } from './shared-memory.js';

/**
 *   plain         guesses by plain reads, then one atomic load of the word that it chose
 *   atomic        an atomic load of each word that it looks at
 *   wasm-fence    in WebAssembly: plain loads, one fence, one atomic load of the word that it chose
 *   wasm-acquire  in WebAssembly: an atomic load of each word
 *
 * V8 compiles an atomic load to a call in JavaScript, and in WebAssembly to the CPU's own instruction: only there is the
 * price of an acquire to be seen, and with `wasm-fence` that of what QEMU's patch put in the place of many.
 */
export const SCAN_KINDS = ['plain', 'atomic', 'wasm-fence', 'wasm-acquire'] as const;
export type ScanKind = (typeof SCAN_KINDS)[number];

/** What a design needs to know of its scan. */
export interface Scan {
  /** Whether it guesses by plain reads before it loads. */
  readonly guesses: boolean;
  /** In WebAssembly: all of it, the first word that is 0, round from number `from`, or -1. Absent, the design does the reads. */
  readonly find?: (from: number) => number;
}

/** The scans that are JavaScript, which the checker knows too. */
export const SCANS_IN_JAVASCRIPT = { plain: { guesses: true }, atomic: { guesses: false } } as const satisfies Partial<
  Record<ScanKind, Scan>
>;

/** Opens a scan of words of `memory` that lie equally far apart. */
export function openScan(kind: ScanKind, memory: SharedMemory, rows: readonly number[]): Scan {
  if (kind === 'plain' || kind === 'atomic') return SCANS_IN_JAVASCRIPT[kind];
  const find = scansOver(memory)[kind === 'wasm-fence' ? 'fence' : 'acquire'];
  const [first, second] = rows.map((row) => row * Int32Array.BYTES_PER_ELEMENT) as [number, number | undefined];
  const stride = second === undefined ? 0 : second - first;
  const count = rows.length;
  return { guesses: kind === 'wasm-fence', find: (from) => find(first, stride, count, from) };
}
