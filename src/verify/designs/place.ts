// What a thread of a design under test is opened with: the design's words, and primitives as single operations.
import { Event } from '../../memory/event.js';
import { openLock } from '../../memory/locks.js';
import { Semaphore } from '../../memory/semaphore.js';
import type { Place, Shape } from '../../sender/variant.js';
import { simulatedPlace } from '../primitives.js';
import type { DesignWords } from './words.js';

function outside(what: string): () => never {
  return () => {
    throw new Error(`${what} is not modelled: only sides that block are`);
  };
}

/** The part of a place that has nothing to do with memory. */
const OUTSIDE = { port: outside('port()'), perform: outside('perform()'), onExit: () => {} };

export function openPlace(design: DesignWords, shape: Shape, words: Int32Array, checking: boolean): Place {
  const exiting = design.framework.word('exiting');
  let local: unknown;
  return {
    ...OUTSIDE,
    ...simulatedPlace(design.variant),
    shape,
    words,
    checking,
    get exiting() {
      return Atomics.load(words, exiting) !== 0;
    },
    local: <S>(make: () => S) => {
      local ??= make();
      return local as S;
    },
  };
}

/** The place for `init`, on the real words that a scenario starts with. */
export function initialPlace({ variant }: DesignWords, shape: Shape, words: Int32Array): Place {
  return {
    ...OUTSIDE,
    shape,
    words,
    checking: true,
    exiting: false,
    row: (name, index) => variant.word(name, index),
    semaphore: (name, index) => new Semaphore(words, variant.word(name, index)),
    lock: (name, index) => openLock(words, variant.entry(name, index)),
    event: (name, index) => new Event(words, variant.word(name, index)),
    local: (make) => make(),
  };
}
