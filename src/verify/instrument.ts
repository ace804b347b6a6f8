// Stand-ins for Atomics and typed arrays, put in place of the real ones while a thread's function is re-executed.
import {
  ADD,
  ALL,
  AND,
  COMPARE_EXCHANGE,
  EXCHANGE,
  LOAD,
  MODIFY,
  NOTIFY,
  OR,
  PLAIN_LOAD,
  PLAIN_STORE,
  STORE,
  SUB,
  WAIT,
  XOR,
} from './operation.js';
import { fail, perform } from './recording.js';

const WAIT_RESULTS = ['not-equal', 'ok', 'timed-out'] as const;
const INNER = Symbol('simulated words');

interface Span {
  readonly first: number;
  readonly length: number;
}

type Words = Int32Array & { [INNER]?: Span };

/** The simulated block of shared memory: what `words.buffer` is, and what threads build views of their own on. */
class SimulatedBuffer {
  readonly byteLength: number;
  constructor(words: number) {
    this.byteLength = words * 4;
  }
}

const properties: ProxyHandler<Span & { buffer: SimulatedBuffer }> = {
  get(span, property) {
    if (property === INNER) return span;
    if (typeof property === 'string') {
      const index = Number(property);
      if (!Number.isNaN(index)) return inRange(span, index) ? perform(PLAIN_LOAD, span.first + index) : undefined;
      switch (property) {
        case 'length':
          return span.length;
        case 'byteLength':
          return span.length * 4;
        case 'byteOffset':
          return span.first * 4;
        case 'buffer':
          return span.buffer;
        case 'fill':
          return (value: number, start = 0, end = span.length) => {
            for (let i = start; i < end; i++) perform(PLAIN_STORE, span.first + i, value | 0);
          };
        case 'subarray':
          return (start = 0, end = span.length) => view(span.buffer, span.first + start, end - start);
      }
    }
    throw fail('not-modelled', `simulated Int32Array: property ${String(property)} is not modelled`);
  },
  set(span, property, value) {
    const index = Number(property);
    if (typeof property !== 'string' || Number.isNaN(index))
      throw fail('not-modelled', `simulated Int32Array: cannot set ${String(property)}`);
    if (inRange(span, index)) perform(PLAIN_STORE, span.first + index, (value as number) | 0);
    return true;
  },
  getPrototypeOf: () => Int32Array.prototype,
};

function view(buffer: SimulatedBuffer, first: number, length: number): Words {
  return new Proxy({ first, length, buffer }, properties) as unknown as Words;
}

/** A simulated Int32Array of `length` words: every access to it is an operation of the thread that is being executed. */
export function simulatedWords(length: number): Int32Array {
  return view(new SimulatedBuffer(length), 0, length);
}

function inRange(span: Span, index: number): boolean {
  return index >= 0 && index < span.length && Number.isInteger(index);
}

/** Index in the shared block of element `index` of `words`. */
function wordAt(words: Int32Array, index: number): number {
  const span = (words as Words)[INNER];
  if (!span) throw fail('not-modelled', 'Atomics on memory that is not simulated');
  if (!inRange(span, Number(index))) throw new RangeError(`Atomics: index ${index} outside ${span.length} words`);
  return span.first + Number(index);
}

function modifying(modifier: number): (words: Int32Array, index: number, value: number) => number {
  return (words, index, value) => perform(MODIFY, wordAt(words, index), value | 0, 0, modifier);
}

export const simulatedAtomics = {
  load: (words: Int32Array, index: number) => perform(LOAD, wordAt(words, index)),
  store: (words: Int32Array, index: number, value: number) => {
    perform(STORE, wordAt(words, index), value | 0);
    return Math.trunc(value);
  },
  add: modifying(ADD),
  sub: modifying(SUB),
  and: modifying(AND),
  or: modifying(OR),
  xor: modifying(XOR),
  exchange: modifying(EXCHANGE),
  compareExchange: (words: Int32Array, index: number, expected: number, replacement: number) =>
    perform(COMPARE_EXCHANGE, wordAt(words, index), expected | 0, replacement | 0),
  wait: (words: Int32Array, index: number, value: number, timeoutMs = Number.POSITIVE_INFINITY) =>
    WAIT_RESULTS[perform(WAIT, wordAt(words, index), value | 0, timeoutMs === Number.POSITIVE_INFINITY ? 0 : 1)],
  notify: (words: Int32Array, index: number, count = Number.POSITIVE_INFINITY) =>
    perform(NOTIFY, wordAt(words, index), Math.min(ALL, Math.max(0, count))),
  waitAsync: () => {
    throw fail('not-modelled', 'Atomics.waitAsync is not modelled: event loops are outside');
  },
  isLockFree: (bytes: number) => bytes === 4,
  pause: () => undefined,
};

const realInt32Array = globalThis.Int32Array;

/** `new Int32Array(buffer, offset, length)` on the simulated block gives a simulated view; on anything else a real one. */
function SimulatedInt32Array(source?: unknown, byteOffset = 0, length?: number): Int32Array {
  if (!(source instanceof SimulatedBuffer)) {
    return source === undefined
      ? new realInt32Array()
      : new realInt32Array(source as ArrayBufferLike, byteOffset, length);
  }
  return view(source, byteOffset / 4, length ?? (source.byteLength - byteOffset) / 4);
}
Object.setPrototypeOf(SimulatedInt32Array, realInt32Array);
SimulatedInt32Array.prototype = realInt32Array.prototype;

/** Element types whose accesses are not modelled: a view of the simulated block through them is refused. */
const OTHERS = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
] as const;

function refuse(name: string): unknown {
  const real = (globalThis as Record<string, unknown>)[name] as new (...all: unknown[]) => object;
  return new Proxy(real, {
    construct(target, all, newTarget) {
      if (all[0] instanceof SimulatedBuffer)
        throw fail(
          'mixed-size',
          `${name} on shared words: mixed sizes do not synchronise; only Int32Array is modelled`,
        );
      return Reflect.construct(target, all, newTarget === target ? target : newTarget);
    },
  });
}

/** Values that a body may not depend on, because another run would get others. */
function forbid(what: string): () => never {
  return () => {
    throw fail('nondeterminism', `thread body is not deterministic: it reads ${what}`);
  };
}

const scope = globalThis as unknown as Record<string, unknown>;
const STAND_INS: readonly (readonly [target: Record<string, unknown>, name: string, value: unknown])[] = [
  [scope, 'Atomics', simulatedAtomics],
  [scope, 'Int32Array', SimulatedInt32Array],
  ...OTHERS.map((name) => [scope, name, refuse(name)] as const),
  [Math as unknown as Record<string, unknown>, 'random', forbid('Math.random')],
  [Date as unknown as Record<string, unknown>, 'now', forbid('Date.now')],
  [performance as unknown as Record<string, unknown>, 'now', forbid('performance.now')],
];
const REAL = STAND_INS.map(([target, name]) => target[name]);

/** Runs `body` with the stand-ins in place of the globals. */
export function withSimulatedGlobals<T>(body: () => T): T {
  for (const [target, name, value] of STAND_INS) target[name] = value;
  try {
    return body();
  } finally {
    for (let i = 0; i < STAND_INS.length; i++) STAND_INS[i]![0][STAND_INS[i]![1]] = REAL[i];
  }
}
