// Stand-ins for Atomics and the typed arrays, put in place of the real ones while a thread's function is re-executed.
import { types } from 'node:util';
import { Worker } from 'node:worker_threads';
import { dataViewOf, isSimulatedDataView } from './data-view.js';
import { ELEMENTS, type Element, INT32, rangeAt, type Value } from './elements.js';
import { waitLater } from './event-loop.js';
import {
  ADD,
  ALL,
  AND,
  COMPARE_EXCHANGE,
  EXCHANGE,
  LOAD,
  LOAD_REST,
  MODIFY,
  NOTIFY,
  OR,
  STORE,
  STORE_REST,
  SUB,
  WAIT,
  XOR,
} from './operation.js';
import { besideReal, unbuffered, uncloned } from './own-memory.js';
import { HIGH, LOW } from './ranges.js';
import { fail, perform } from './recording.js';
import { isInside, realConstructor, SimulatedBuffer, spanOf, viewOf } from './views.js';

const ONLY_WORDS = 'threads share the words of the scenario, words.buffer and views of it';
const WAIT_RESULTS = ['not-equal', 'ok', 'timed-out'] as const;

/** Where an element of a simulated view lies. */
interface Place {
  readonly element: Element;
  readonly word: number;
  readonly range: number;
}

function placeOf(view: unknown, index: number, accepts: (element: Element) => boolean): Place {
  const span = spanOf(view);
  if (!span) throw fail('not-modelled', `Atomics on a SharedArrayBuffer of the thread's own: ${ONLY_WORDS}`);
  const { element, first, length } = span;
  if (!accepts(element)) throw new TypeError(`Atomics: not on a ${element.name}`);
  // As the language converts it.
  const whole = Math.trunc(Number(index)) || 0;
  if (!isInside(span, whole)) throw new RangeError(`Atomics: index ${index} outside ${length} elements`);
  const at = first + whole * element.bytes;
  return { element, word: at >> 2, range: element.bytes === 8 ? LOW : rangeAt(at, element.bytes) };
}

function atomic(view: unknown, index: number): Place {
  return placeOf(view, index, ({ isAtomic }) => isAtomic);
}

/** Reads 64 bits at once. */
function loadBoth({ element, word }: Place): Value {
  const low = perform(LOAD, word, 0, 0, 0, LOW);
  return element.decode(low, perform(LOAD_REST, word + 1, 0, 0, 0, HIGH));
}

/** Writes 64 bits; `first` is STORE for an operation of its own, STORE_REST to end one that has begun. */
function storeBoth({ element, word }: Place, value: unknown, first: number): void {
  const low = element.encode(value);
  const high = element.encodeHigh();
  perform(first, word, low, 0, 0, LOW);
  perform(STORE_REST, word + 1, high, 0, 0, HIGH);
}

function load(view: Int32Array, index: number): Value {
  const place = atomic(view, index);
  if (place.range === LOW) return loadBoth(place);
  return place.element.decode(perform(LOAD, place.word, 0, 0, 0, place.range), 0);
}

function store(view: Int32Array, index: number, value: number): Value {
  const place = atomic(view, index);
  if (place.range === LOW) storeBoth(place, value, STORE);
  else perform(STORE, place.word, place.element.encode(value), 0, 0, place.range);
  return typeof value === 'bigint' ? value : Math.trunc(value) + 0;
}

const ON_BIGINTS: readonly ((old: bigint, operand: bigint) => bigint)[] = [
  (old, operand) => old + operand,
  (old, operand) => old - operand,
  (old, operand) => old & operand,
  (old, operand) => old | operand,
  (old, operand) => old ^ operand,
  (_old, operand) => operand,
];

function modifying(modifier: number): (view: Int32Array, index: number, value: number) => Value {
  return (view, index, value) => {
    const place = atomic(view, index);
    const { element, word, range } = place;
    if (range !== LOW) return element.decode(perform(MODIFY, word, element.encode(value), 0, modifier, range), 0);
    const old = loadBoth(place);
    storeBoth(place, ON_BIGINTS[modifier]!(old as bigint, BigInt(value)), STORE_REST);
    return old;
  };
}

function compareExchange(view: Int32Array, index: number, expected: number, replacement: number): Value {
  const place = atomic(view, index);
  const { element, word, range } = place;
  const compared = element.encode(expected);
  const comparedHigh = element.encodeHigh();
  if (range !== LOW)
    return element.decode(perform(COMPARE_EXCHANGE, word, compared, element.encode(replacement), 0, range), 0);
  const old = loadBoth(place);
  if (old === element.decode(compared, comparedHigh)) storeBoth(place, replacement, STORE_REST);
  return old;
}

/** What a wait or notify is on. */
function waited(view: unknown, index: number): Place {
  return placeOf(view, index, ({ name }) => name === INT32.name || name === 'BigInt64Array');
}

/** Of 64 bits, the high ones of the expected value stand in the modifier. */
function wait(view: Int32Array, index: number, value: unknown, timeoutMs: unknown = Number.POSITIVE_INFINITY): string {
  const { element, word, range } = waited(view, index);
  const low = element.encode(value);
  const high = range === LOW ? element.encodeHigh() : 0;
  return WAIT_RESULTS[perform(WAIT, word, low, mayTimeOut(timeoutMs) ? 1 : 0, high, range)]!;
}

function waitAsync(view: Int32Array, index: number, value: unknown, timeoutMs: unknown = Number.POSITIVE_INFINITY) {
  const { element, word, range } = waited(view, index);
  if (range === LOW) throw fail('not-modelled', 'Atomics.waitAsync on 64 bits is not modelled');
  const expected = element.encode(value);
  if (Number(timeoutMs) > 0 || Number.isNaN(Number(timeoutMs)))
    return waitLater({ word, expected, range, timesOut: mayTimeOut(timeoutMs) });
  return { async: false, value: perform(LOAD, word, 0, 0, 0, range) === expected ? 'timed-out' : 'not-equal' };
}

function notify(view: Int32Array, index: number, count = Number.POSITIVE_INFINITY): number {
  const { word, range } = waited(view, index);
  return perform(NOTIFY, word, Math.min(ALL, Math.max(0, count)), 0, 0, range);
}

/** As the specification has it, a timeout that is not a number is none. */
function mayTimeOut(timeoutMs: unknown): boolean {
  const limit = Number(timeoutMs);
  return !Number.isNaN(limit) && limit !== Number.POSITIVE_INFINITY;
}

/** What would run later, or come from outside: nothing in the simulation does it. */
function outside(what: string): () => never {
  return () => {
    throw fail('not-modelled', `${what} is not modelled`);
  };
}

const simulatedAtomics = besideReal({
  load,
  store,
  add: modifying(ADD),
  sub: modifying(SUB),
  and: modifying(AND),
  or: modifying(OR),
  xor: modifying(XOR),
  exchange: modifying(EXCHANGE),
  compareExchange,
  wait,
  notify,
  waitAsync,
  isLockFree: (bytes: number) => bytes === 1 || bytes === 2 || bytes === 4 || bytes === 8,
  pause: () => undefined,
});

/** A constructor that gives `simulated` views of the simulated block, and real ones of anything else. */
function standIn(real: object, simulated: (buffer: SimulatedBuffer, ...more: number[]) => object): unknown {
  return new Proxy(real as new (...all: unknown[]) => object, {
    construct(target, all, newTarget) {
      const [source, ...more] = all;
      if (source instanceof SimulatedBuffer) return simulated(source, ...(more as number[]));
      return Reflect.construct(target, all, newTarget);
    },
  });
}

/** Takes the simulated block for what it stands for. */
const SIMULATED_BLOCKS = new Proxy(SharedArrayBuffer, {
  get: (target, property) =>
    property === Symbol.hasInstance
      ? (value: unknown) => value instanceof SimulatedBuffer || value instanceof target
      : (Reflect.get(target, property) as unknown),
});

/** What tells arrays on shared memory from other values, and takes simulated ones for what they stand for. */
function alsoIf(isSimulated: (value: unknown) => boolean, isReal: (value: unknown) => boolean) {
  return (value: unknown): boolean => isSimulated(value) || isReal(value);
}

const isSimulatedArray = (value: unknown): boolean => spanOf(value) !== undefined;
const isSimulatedBlock = (value: unknown): boolean => value instanceof SimulatedBuffer;

/** Values that a body may not depend on, because another run would get others. */
function forbid(what: string): () => never {
  return () => {
    throw fail(
      'nondeterminism',
      `thread body is not deterministic: it reads ${what}; a deadline can be a timeout of Atomics.wait, which may always pass, or a word that another thread sets, and chance one that starts with each value`,
    );
  };
}

/** A Date that says what time it was, and not what time it is. */
function clockless(real: DateConstructor): unknown {
  return new Proxy(real, {
    apply: forbid('Date()'),
    construct: (target, all, newTarget) =>
      all.length === 0 ? forbid('new Date()')() : (Reflect.construct(target, all, newTarget) as object),
  });
}

const scope = globalThis as unknown as Record<string, unknown>;
const LATER = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'] as const;
const SENDERS = [MessagePort, BroadcastChannel, Worker].map(({ name, prototype }) => ({ name, prototype }));
const STAND_INS: readonly (readonly [target: Record<string, unknown>, name: string, value: unknown])[] = [
  [scope, 'Atomics', simulatedAtomics],
  ...ELEMENTS.map((element) => {
    const simulated = (buffer: SimulatedBuffer, ...more: number[]): object => viewOf(buffer, element, ...more);
    return [scope, element.name, standIn(realConstructor(element.name), simulated)] as const;
  }),
  [scope, 'SharedArrayBuffer', SIMULATED_BLOCKS],
  [
    ArrayBuffer as unknown as Record<string, unknown>,
    'isView',
    alsoIf((value) => isSimulatedArray(value) || isSimulatedDataView(value), ArrayBuffer.isView),
  ],
  [types as unknown as Record<string, unknown>, 'isTypedArray', alsoIf(isSimulatedArray, types.isTypedArray)],
  [
    types as unknown as Record<string, unknown>,
    'isSharedArrayBuffer',
    alsoIf(isSimulatedBlock, types.isSharedArrayBuffer),
  ],
  [scope, 'structuredClone', uncloned(structuredClone)],
  [Buffer as unknown as Record<string, unknown>, Buffer.from.name, unbuffered(Buffer.from)],
  [scope, 'DataView', standIn(globalThis.DataView, dataViewOf)],
  [Math as unknown as Record<string, unknown>, 'random', forbid('Math.random')],
  [Date as unknown as Record<string, unknown>, 'now', forbid('Date.now')],
  [scope, 'Date', clockless(Date)],
  [
    process as unknown as Record<string, unknown>,
    'hrtime',
    Object.assign(forbid('process.hrtime'), { bigint: forbid('process.hrtime') }),
  ],
  [Object.getPrototypeOf(crypto) as Record<string, unknown>, 'getRandomValues', forbid('crypto.getRandomValues')],
  [Object.getPrototypeOf(crypto) as Record<string, unknown>, 'randomUUID', forbid('crypto.randomUUID')],
  [performance as unknown as Record<string, unknown>, 'now', forbid('performance.now')],
  ...LATER.map((name) => [scope, name, outside(name)] as const),
  [
    process as unknown as Record<string, unknown>,
    'nextTick',
    outside('process.nextTick, which a new Worker and timers/promises call too,'),
  ],
  [process as unknown as Record<string, unknown>, 'exit', outside('process.exit')],
  // Bodies are run thousands of times.
  [scope, 'console', new Proxy(console, { get: (target, name) => (name in target ? () => undefined : undefined) })],
  ...SENDERS.map(({ name, prototype }) => {
    const target = prototype as unknown as Record<string, unknown>;
    return [target, 'postMessage', outside(`${name}.postMessage (only a simulatedPort is)`)] as const;
  }),
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

/** What `make` takes from Atomics, as by `const { load } = Atomics`, is simulated too wherever a thread is. */
export async function withShareableAtomics<T>(make: () => Promise<T>): Promise<T> {
  const atomics = Atomics as unknown as Record<string, (...all: unknown[]) => unknown>;
  const names = Object.getOwnPropertyNames(atomics).filter((name) => typeof atomics[name] === 'function');
  const real = names.map((name) => atomics[name]!);
  for (const [i, name] of names.entries()) {
    atomics[name] = (...all) =>
      (Atomics === (atomics as unknown) ? real[i]! : Atomics[name as 'load']!)(...(all as [Int32Array, number]));
  }
  try {
    return await make();
  } finally {
    for (const [i, name] of names.entries()) atomics[name] = real[i]!;
  }
}
