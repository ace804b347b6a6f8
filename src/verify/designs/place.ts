// What a thread of a design under test is opened with: the design's words, and primitives as single operations.
import type { MessagePort } from 'node:worker_threads';
import { Event } from '../../memory/event.js';
import { openLock } from '../../memory/locks.js';
import { SCANS_IN_JAVASCRIPT, type Scan } from '../../memory/scan.js';
import { Semaphore } from '../../memory/semaphore.js';
import type { Place, Shape } from '../../sender/variant.js';
import { openWords } from '../../sender/words.js';
import { simulatedPlace } from '../primitives.js';
import type { DesignWords } from './words.js';

/** WebAssembly is not modelled: a design that leaves its scan open is checked with plain reads. */
function scanOf({ variant }: DesignWords, name: string): Scan {
  return SCANS_IN_JAVASCRIPT[variant.entry(name).scan === 'atomic' ? 'atomic' : 'plain'];
}

function outside(what: string): () => never {
  return () => {
    throw new Error(`${what} is not modelled`);
  };
}

const perform = outside('perform()');

/** What reaches one thread by messages. */
export type Messages = Pick<Place, 'port' | 'onExit'>;

export function openPlace(
  design: DesignWords,
  shape: Shape,
  words: Int32Array,
  checking: boolean,
  messages: Messages,
): Place {
  const exiting = design.framework.word('exiting');
  let local: unknown;
  return {
    perform,
    ...messages,
    ...simulatedPlace(design.variant),
    get open() {
      return openWords(design.variant.table, this);
    },
    scan: (name) => scanOf(design, name),
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

/** A port at which nobody is. */
const UNATTENDED = { postMessage() {}, on: () => UNATTENDED } as unknown as MessagePort;

/** The place for `init`, on the real words that a scenario starts with. */
export function initialPlace(design: DesignWords, shape: Shape, words: Int32Array): Place {
  const { variant } = design;
  return {
    perform,
    port: () => UNATTENDED,
    onExit: () => {},
    shape,
    words,
    checking: true,
    exiting: false,
    get open() {
      return openWords(variant.table, this);
    },
    row: (name, index) => variant.word(name, index),
    semaphore: (name, index) => new Semaphore(words, variant.word(name, index)),
    lock: (name, index) => openLock(words, variant.entry(name, index)),
    event: (name, index) => new Event(words, variant.word(name, index)),
    scan: (name) => scanOf(design, name),
    local: (make) => make(),
  };
}
