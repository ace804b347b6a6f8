// Element types of shared memory: how a value is laid out in bits, and what the language promises of its accesses.
import { BYTE, HALF, WHOLE } from './ranges.js';

export type Value = number | bigint;

export interface Element {
  /** Of the typed array, or of the DataView's getter without `get`. */
  readonly name: string;
  readonly bytes: number;
  /** Whether Atomics takes views of it. */
  readonly isAtomic: boolean;
  /** Whether a plain access may be made in pieces, so that a race gives a value that nobody wrote. */
  readonly tears: boolean;
  /** The low 32 bits of a value as the language converts it, and the high ones of a 64-bit element. */
  encode(value: unknown): number;
  encodeHigh(): number;
  decode(low: number, high: number): Value;
}

interface OneElement {
  [index: number]: Value;
}

// Made when this module is loaded: later the globals may be stand-ins.
const scratch = new ArrayBuffer(8);
const bits = new Int32Array(scratch);

/** Lets a real typed array convert: the low bits come from `encode`, the high ones are fetched right after it. */
function element(array: OneElement & { readonly BYTES_PER_ELEMENT: number }, more: Partial<Element> = {}): Element {
  const bytes = array.BYTES_PER_ELEMENT;
  const name = Object.getPrototypeOf(array).constructor.name as string;
  const mask = bytes >= 4 ? -1 : (1 << (bytes * 8)) - 1;
  return {
    name,
    bytes,
    isAtomic: true,
    tears: bytes === 8,
    encode(value) {
      array[0] = value as Value;
      return bits[0]! & mask;
    },
    encodeHigh: () => bits[1]!,
    decode(low, high) {
      bits[0] = low;
      bits[1] = high;
      return array[0]!;
    },
    ...more,
  };
}

const notAtomic = { isAtomic: false, tears: true };

export const INT32: Element = {
  ...element(new Int32Array(scratch)),
  encode: (value) => (value as number) | 0,
  decode: (low) => low,
};

/** Newer Nodes have it. */
const { Float16Array } = globalThis as { Float16Array?: new (buffer: ArrayBuffer) => Parameters<typeof element>[0] };

export const ELEMENTS: readonly Element[] = [
  element(new Int8Array(scratch)),
  element(new Uint8Array(scratch)),
  element(new Uint8ClampedArray(scratch), notAtomic),
  element(new Int16Array(scratch)),
  element(new Uint16Array(scratch)),
  INT32,
  element(new Uint32Array(scratch)),
  element(new Float32Array(scratch), notAtomic),
  element(new Float64Array(scratch), notAtomic),
  element(new BigInt64Array(scratch)),
  element(new BigUint64Array(scratch)),
  ...(Float16Array ? [element(new Float16Array(scratch), notAtomic)] : []),
];

/** The range of its word that an aligned element at byte `at` takes. */
export function rangeAt(at: number, bytes: number): number {
  if (bytes >= 4) return WHOLE;
  return bytes === 2 ? HALF + ((at >> 1) & 1) : BYTE + (at & 3);
}
