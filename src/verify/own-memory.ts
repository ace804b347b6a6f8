// Memory of a thread's own beside the shared words: what the language does with it needs no simulation.
import { fail } from './recording.js';
import { SimulatedBuffer, spanOf } from './views.js';

type Call = (...all: never[]) => unknown;

// Taken when this module is loaded: later the globals are stand-ins.
const real = Object.fromEntries(
  Object.entries(Object.getOwnPropertyDescriptors(Atomics)).map(([n, d]) => [n, d.value]),
);
const RealBuffer = SharedArrayBuffer;

function isShared(view: unknown): boolean {
  return spanOf(view) !== undefined || (ArrayBuffer.isView(view) && view.buffer instanceof RealBuffer);
}

/** The simulated functions for what threads share, and the real ones for arrays of their own and for what is none. */
export function besideReal<T extends Readonly<Record<string, Call>>>(simulated: T): T {
  const both = Object.entries(simulated).map(([name, simulates]) => {
    const call = (...all: unknown[]): unknown => {
      // All functions on an array take an index as well.
      const isOwn = simulates.length > 1 && !isShared(all[0]);
      return Reflect.apply((isOwn ? real[name] : simulates) as Call, undefined, all);
    };
    return [name, call] as const;
  });
  return Object.fromEntries(both) as unknown as T;
}

function isSimulated(value: unknown): boolean {
  return value instanceof SimulatedBuffer || spanOf(value) !== undefined;
}

/** structuredClone: the clone of shared memory shares it, which a copy would hide. */
export function uncloned(clone: typeof structuredClone): typeof structuredClone {
  return (value, ...more) => {
    const parts: unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : [];
    if (isSimulated(value) || parts.some(isSimulated))
      throw fail(
        'not-modelled',
        'structuredClone of shared memory is not modelled: its clone is the same memory, so use words itself',
      );
    return clone(value, ...more);
  };
}

/** Buffer.from: of a view it takes a copy; on the memory itself it would be a view that is not simulated. */
export function unbuffered(from: typeof Buffer.from): typeof Buffer.from {
  return ((...all: unknown[]) => {
    if (all[0] instanceof SimulatedBuffer)
      throw fail('not-modelled', 'Buffer.from(words.buffer) is not modelled: new Uint8Array(words.buffer) is');
    return Reflect.apply(from, Buffer, all) as unknown;
  }) as typeof Buffer.from;
}
