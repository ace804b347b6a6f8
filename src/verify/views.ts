// Typed arrays on simulated memory: every element read or written is an operation of the running thread.
import { ELEMENTS, type Element, INT32, rangeAt, type Value } from './elements.js';
import { PLAIN_LOAD, PLAIN_STORE } from './operation.js';
import { fail, perform } from './recording.js';

const INNER = Symbol('simulated view');

/** The simulated block of shared memory: what `words.buffer` is, and what threads build views of their own on. */
export class SimulatedBuffer {
  readonly byteLength: number;
  readonly maxByteLength: number;
  readonly growable = false;
  /** Is not cloned: so a message cannot carry the memory by mistake. */
  readonly memory = () => this;

  constructor(byteLength: number) {
    this.byteLength = byteLength;
    this.maxByteLength = byteLength;
  }

  slice(): never {
    throw fail('not-modelled', 'simulated SharedArrayBuffer: slice is not modelled; copy through a typed array');
  }

  grow(): never {
    throw fail('not-modelled', 'simulated SharedArrayBuffer: it does not grow');
  }

  get [Symbol.toStringTag](): string {
    return 'SharedArrayBuffer';
  }
}

/** What a simulated typed array shows: `length` elements from byte `first`. */
export interface Span {
  readonly buffer: SimulatedBuffer;
  readonly element: Element;
  readonly first: number;
  readonly length: number;
}

type View = Int32Array & { readonly [INNER]?: Span };

/** What is behind a simulated typed array; undefined for anything else. */
export function spanOf(view: unknown): Span | undefined {
  return typeof view === 'object' && view !== null ? (view as View)[INNER] : undefined;
}

export function isInside(span: Span, index: number): boolean {
  return index >= 0 && index < span.length && Number.isInteger(index);
}

/** The bits of an element: low ones, and high ones where it has 64. */
type Bits = readonly [low: number, high: number];

function loadBits({ element, first }: Span, index: number): Bits {
  const at = first + index * element.bytes;
  const tears = element.tears ? 1 : 0;
  const low = perform(PLAIN_LOAD, at >> 2, 0, tears, 0, rangeAt(at, element.bytes));
  return [low, element.bytes === 8 ? perform(PLAIN_LOAD, (at >> 2) + 1, 0, tears) : 0];
}

function storeBits({ element, first }: Span, index: number, [low, high]: Bits): void {
  const at = first + index * element.bytes;
  const tears = element.tears ? 1 : 0;
  perform(PLAIN_STORE, at >> 2, low, tears, 0, rangeAt(at, element.bytes));
  if (element.bytes === 8) perform(PLAIN_STORE, (at >> 2) + 1, high, tears);
}

function load(span: Span, index: number): Value {
  return span.element.decode(...loadBits(span, index));
}

function store(span: Span, index: number, value: unknown): void {
  storeBits(span, index, [span.element.encode(value), span.element.encodeHigh()]);
}

/** A relative index as the methods of typed arrays take it: from the end where negative, and within the array. */
function clamp(index: number, length: number): number {
  const whole = Math.trunc(Number(index)) || 0;
  return whole < 0 ? Math.max(0, length + whole) : Math.min(whole, length);
}

/** Copies bits, element by element, in the order that keeps what is still to be read. */
function copyWithin(span: Span, to: number, start: number, end: number): void {
  const [target, from] = [clamp(to, span.length), clamp(start, span.length)];
  const count = Math.min(clamp(end, span.length) - from, span.length - target);
  for (let i = 0; i < count; i++) {
    const k = from < target ? count - 1 - i : i;
    storeBits(span, target + k, loadBits(span, from + k));
  }
}

type Method = (span: Span, self: object) => (...all: never[]) => unknown;
type ListCallback = (value: unknown, index: number, list: unknown[]) => unknown;

/** They read elements as the methods of a list do, in the same order. */
const OF_LISTS = (
  'entries every find findIndex findLast findLastIndex forEach includes indexOf join keys lastIndexOf reduce reduceRight ' +
  'some toString values'
).split(' ');

function ofLists(name: string): Method {
  const method = Array.prototype[name as 'forEach'];
  return (_, self) =>
    (...all: unknown[]) =>
      Reflect.apply(method, self, all);
}

/** The methods of typed arrays that are modelled, as the accesses that they make. */
const METHODS: Readonly<Record<string, Method>> = {
  at: (span) => (index: number) => {
    const at = index < 0 ? span.length + index : index;
    return isInside(span, at) ? load(span, at) : undefined;
  },
  fill:
    (span, self) =>
    (value: unknown, start = 0, end = span.length) => {
      for (let i = clamp(start, span.length); i < clamp(end, span.length); i++) store(span, i, value);
      return self;
    },
  set:
    (span) =>
    (source: ArrayLike<unknown>, offset = 0) => {
      if (offset < 0 || offset + source.length > span.length) throw new RangeError('offset is out of bounds');
      const values = Array.from({ length: source.length }, (_, i) => source[i]);
      values.forEach((value, i) => {
        store(span, offset + i, value);
      });
    },
  slice:
    (span) =>
    (start = 0, end = span.length) => {
      const from = clamp(start, span.length);
      const copy = realArray(span.element, Math.max(0, clamp(end, span.length) - from));
      for (let i = 0; i < copy.length; i++) copy[i] = load(span, from + i) as number;
      return copy;
    },
  subarray:
    (span) =>
    (start = 0, end = span.length) => {
      const from = clamp(start, span.length);
      const length = Math.max(0, clamp(end, span.length) - from);
      return simulatedView({ ...span, first: span.first + from * span.element.bytes, length });
    },
  copyWithin:
    (span, self) =>
    (to: number, start = 0, end = span.length) => {
      copyWithin(span, to, start, end);
      return self;
    },
  map: (span, self) => (each: ListCallback, thisValue?: unknown) =>
    realConstructor(span.element.name).from(Array.prototype.map.call(self, each, thisValue) as number[]),
  filter: (span, self) => (keeps: ListCallback, thisValue?: unknown) =>
    realConstructor(span.element.name).from(Array.prototype.filter.call(self, keeps, thisValue) as number[]),
  valueOf: (_: Span, self: object) => () => self,
  ...Object.fromEntries(OF_LISTS.map((name) => [name, ofLists(name)])),
};

const REAL = new Map(ELEMENTS.map(({ name }) => [name, (globalThis as Record<string, unknown>)[name]]));

interface RealConstructor {
  new (length: number): Int32Array;
  from(values: readonly number[]): Int32Array;
}

export function realConstructor(name: string): RealConstructor {
  return REAL.get(name) as unknown as RealConstructor;
}

function realArray(element: Element, length: number): Int32Array {
  return new (realConstructor(element.name))(length);
}

function* valuesOf(span: Span): Generator<Value> {
  for (let i = 0; i < span.length; i++) yield load(span, i);
}

const properties: ProxyHandler<Span> = {
  get(span, property, self) {
    if (property === INNER) return span;
    if (property === Symbol.iterator) return () => valuesOf(span);
    if (property === Symbol.toStringTag) return span.element.name;
    if (typeof property === 'string') {
      const index = Number(property);
      if (!Number.isNaN(index)) return isInside(span, index) ? load(span, index) : undefined;
      switch (property) {
        case 'length':
          return span.length;
        case 'byteLength':
          return span.length * span.element.bytes;
        case 'byteOffset':
          return span.first;
        case 'BYTES_PER_ELEMENT':
          return span.element.bytes;
        case 'buffer':
          return span.buffer;
        case 'constructor':
          return (globalThis as Record<string, unknown>)[span.element.name];
      }
      if (Object.hasOwn(METHODS, property)) return METHODS[property]!(span, self as object);
    }
    if (!(property in realConstructor(span.element.name).prototype)) return undefined;
    throw fail('not-modelled', `simulated ${span.element.name}: property ${String(property)} is not modelled`);
  },
  set(span, property, value) {
    const index = Number(property);
    if (typeof property !== 'string' || Number.isNaN(index))
      throw fail('not-modelled', `simulated ${span.element.name}: cannot set ${String(property)}`);
    if (isInside(span, index)) store(span, index, value);
    return true;
  },
  has(span, property) {
    const index = typeof property === 'string' ? Number(property) : Number.NaN;
    return Number.isNaN(index) ? property in realConstructor(span.element.name).prototype : isInside(span, index);
  },
  getPrototypeOf: (span) => realConstructor(span.element.name).prototype as object,
};

function simulatedView(span: Span): Int32Array {
  return new Proxy(span, properties) as unknown as Int32Array;
}

/** A simulated Int32Array of `length` words on a block of its own. */
export function simulatedWords(length: number): Int32Array {
  return simulatedView({ buffer: new SimulatedBuffer(length * 4), element: INT32, first: 0, length });
}

/** What `new Float64Array(buffer, byteOffset, length)` gives on the simulated block; throws what the real one throws. */
export function viewOf(buffer: SimulatedBuffer, element: Element, byteOffset = 0, length?: number): Int32Array {
  const { name, bytes } = element;
  if (byteOffset % bytes !== 0) throw new RangeError(`start offset of ${name} should be a multiple of ${bytes}`);
  if (length === undefined && buffer.byteLength % bytes !== 0)
    throw new RangeError(`byte length of ${name} should be a multiple of ${bytes}`);
  const count = length ?? (buffer.byteLength - byteOffset) / bytes;
  if (count < 0 || byteOffset + count * bytes > buffer.byteLength)
    throw new RangeError(`Invalid typed array length: ${count} from byte ${byteOffset} of ${buffer.byteLength}`);
  return simulatedView({ buffer, element, first: byteOffset, length: count });
}
