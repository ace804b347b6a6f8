// What each thread knows of the others' accesses, as far as it makes a difference; and which old values may still be read.
import type { Futures } from './futures.js';
import { FIELDS, HIDES, KEPT, TIME, WRITER } from './history.js';
import type { Machine } from './machine.js';
import type { Place } from './places.js';

/** Of an older value of a hinted word: nobody reads it any more; all who come there know of it; it matters who does. */
export const UNUSED = 0;
const UNTIMED = 1;
export const TIMED = 2;

/**
 * With `futures`, what nobody can make use of any more is left out, and what a thread will learn before it makes use of
 * anything it knows already (see gates.ts). Without, it is what the clocks say.
 */
export class Knowledge {
  /** Threads that have ended, or to whom it makes no difference any more what they know, as bits. */
  done = 0;
  private readonly machine: Machine;
  private readonly futures: Futures | null;
  private readonly places: Place[] = [];
  private readonly known: Int32Array;

  constructor(machine: Machine, futures: Futures | null) {
    this.machine = machine;
    this.futures = futures;
    this.known = new Int32Array(machine.threads ** 2);
  }

  /** Looks at the machine's state anew. */
  refresh(): void {
    const { known, futures, places, machine } = this;
    const { state, clocks, threads, status } = machine;
    futures?.refresh();
    this.done = 0;
    for (let i = 0; i < known.length; i++) known[i] = state[clocks.own + i]!;
    for (let thread = 0; thread < threads; thread++) {
      if (state[status + thread] === -1) this.done |= 1 << thread;
      if (!futures) continue;
      places[thread] = futures.placeOf(machine, thread);
      const uses = futures.gates.usesOf(places[thread]!);
      if (uses >= 0) this.done |= 1 << thread;
      else if (uses !== -1) this.learnAhead(thread, uses, futures.gates.slots);
    }
  }

  /** The latest time of a thread that another one knows of. */
  of(thread: number, about: number): number {
    return this.known[thread * this.machine.threads + about]!;
  }

  /** The latest time of `thread` that every other thread in question knows of. */
  leastOf(thread: number): number {
    return this.leastAmong(~this.done & ~(1 << thread), thread);
  }

  /** The same among some threads. */
  leastAmong(some: number, thread: number): number {
    const { threads } = this.machine;
    let least = 0x7fffffff;
    for (let other = 0; other < threads; other++) {
      if ((some & (1 << other)) === 0) continue;
      const known = this.known[other * threads + thread]!;
      if (known < least) least = known;
    }
    return least;
  }

  /** Who may yet learn from a word, as bits. */
  readersOf(slot: number): number {
    let readers = 0;
    for (let reader = 0; reader < this.machine.threads; reader++)
      if ((this.done & (1 << reader)) === 0 && this.futures!.mayLearnFrom(this.places[reader]!, slot))
        readers |= 1 << reader;
    return readers;
  }

  /** Whether somebody may come to a slot who is unaware of what `thread` did there. */
  mayMatter(slot: number, thread: number, time: number): boolean {
    if (!this.futures) return true;
    for (let other = 0; other < this.machine.threads; other++)
      if (this.isUnaware(other, slot, thread, time)) return true;
    return false;
  }

  /** What an entry of a hinted word's history (history.ts), `index` behind the `first`, is still good for. */
  useOf(slot: number, first: number, index: number): number {
    const { state, threads } = this.machine;
    const entry = first + index * FIELDS;
    const writer = state[entry + WRITER]!;
    if (writer === 0) return UNUSED;
    const isInitial = writer > threads;
    if (!this.futures) return isInitial ? UNTIMED : TIMED;
    let isRead = false;
    for (let other = 0; other < threads && !isRead; other++)
      isRead = this.mayTouch(other, slot) && !this.isHidden(other, slot, first, index);
    if (!isRead) return UNUSED;
    return isInitial || !this.mayMatter(slot, writer - 1, state[entry + TIME]!) ? UNTIMED : TIMED;
  }

  /** Whether a thread knows, once it comes there, that an entry was overwritten. */
  private isHidden(other: number, slot: number, first: number, index: number): boolean {
    const { state } = this.machine;
    for (let newer = 0; newer < index; newer++) {
      const entry = first + newer * FIELDS;
      const hides = ((state[entry + HIDES]! >> (index - newer)) & 1) !== 0;
      if (hides && !this.isUnaware(other, slot, state[entry + WRITER]! - 1, state[entry + TIME]!)) return true;
    }
    return false;
  }

  /** Whether a thread may come to a slot without knowing what another one did there. */
  private isUnaware(other: number, slot: number, thread: number, time: number): boolean {
    const { state, clocks } = this.machine;
    if (other === thread || this.of(other, thread) >= time || !this.mayTouch(other, slot)) return false;
    const { gates } = this.futures!;
    const place = this.places[other]!;
    for (let gate = 0; gate < gates.slots.length; gate++) {
      const from = clocks.published[gates.slots[gate]!]!;
      if (state[from + thread]! >= time && !gates.mayComeBefore(place, gate, slot)) return false;
    }
    return true;
  }

  private mayTouch(thread: number, slot: number): boolean {
    return (this.done & (1 << thread)) === 0 && this.futures!.mayTouch(this.places[thread]!, slot);
  }

  /** A thread knows already what it learns at gates that come before all uses of it. */
  private learnAhead(thread: number, uses: number, gates: readonly number[]): void {
    const { state, clocks, threads } = this.machine;
    for (let gate = 0; gate < gates.length; gate++) {
      if ((uses & (1 << gate)) !== 0) continue;
      const from = clocks.published[gates[gate]!]!;
      for (let i = 0; i < threads; i++) {
        const at = thread * threads + i;
        if (state[from + i]! > this.known[at]!) this.known[at] = state[from + i]!;
      }
    }
  }
}

/** Of the older entries that an entry hides, those that are still read. `uses` are those of the slot's entries, from `at` on. */
export function hiddenOf(hides: number, uses: Int32Array, at: number): number {
  let bits = 0;
  for (let older = at + 1; older % KEPT !== 0; older++) if (uses[older] !== UNUSED) bits |= 1 << (older - at);
  return hides & bits;
}
