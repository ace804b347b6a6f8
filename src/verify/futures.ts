// What threads may still do from each place: the words that they may yet read, write or close, and whether it shows.
import { Gates } from './gates.js';
import type { Machine } from './machine.js';
import {
  CHECKPOINT,
  CLOSE,
  GHOST,
  HINT,
  isOnQueue,
  isScheduled,
  LOAD,
  LOAD_REST,
  LOCK,
  NOTIFY,
  type Operation,
  PLAIN_STORE,
  SLEEP,
  STEP,
  STORE,
  STORE_REST,
  WAIT,
  WAIT_LATER,
  WAKE,
} from './operation.js';
import { type Place, Places } from './places.js';
import type { Watched } from './watched.js';
import type { WordTable } from './word-table.js';

/** Which row of a place: its own step; all that may follow, itself included; from AHEAD + 1 on, without taking one of the locks. */
export const OWN = 0;
export const AHEAD = 1;
/** Numbers with 32 bits each: a row has parts with a bit for each slot, and last the groups of watched words. */
const BITS = 32;
const PARTS = 5;
/** Parts of a row: what a step reads, writes and closes, as far as order counts; which words it learns from; all that it touches. */
export const WRITTEN = 1;
export const CLOSED_TOO = 2;
const LEARNT_FROM = 3;
const TOUCHED = 4;

export class Futures {
  readonly threads: readonly Places[];
  /** Counts how often more became possible at a place than was known before: what was decided by the rows may be wrong. */
  version = 0;
  /** Numbers of one part of a row, and of a row. */
  width = 0;
  stride = 1;
  /** Slots of the locks that are single operations, in the order of the rows. */
  locks: number[] = [];
  readonly gates: Gates;
  private isStale = true;
  private readonly table: WordTable;
  private readonly watched: Watched;

  constructor(threads: number, table: WordTable, watched: Watched) {
    this.table = table;
    this.watched = watched;
    this.gates = new Gates(table);
    const onGrowth = (): void => {
      this.isStale = true;
    };
    this.threads = Array.from({ length: threads }, () => new Places(onGrowth));
  }

  /** Whether every operation is one whose dependencies are known: not accesses of several sizes, promised values or messages. */
  get areKnown(): boolean {
    return (
      !this.threads.some(({ all }) => all.some(({ operation: { kind } }) => isOnQueue(kind) || kind === WAIT_LATER)) &&
      this.table.overlaps.every((others) => others.length === 0) &&
      this.table.promised.every((values) => values.length === 0)
    );
  }

  /** Where a thread stands, whatever came before. */
  placeOf({ state, node }: Machine, thread: number): Place {
    return this.threads[thread]!.ofNode[state[node + thread]!]!;
  }

  /** Where the row of a place starts, in its rows. */
  rowOf(which: number): number {
    return which * this.stride;
  }

  /** Whether a thread may yet learn what the last write of a word knew. */
  mayLearnFrom(place: Place, slot: number): boolean {
    return this.has(place, LEARNT_FROM, slot);
  }

  /** Whether a thread may yet access a word, in any way. */
  mayTouch(place: Place, slot: number): boolean {
    return this.has(place, TOUCHED, slot);
  }

  private has({ rows }: Place, part: number, slot: number): boolean {
    return (rows[this.stride * AHEAD + part * this.width + (slot >>> 5)]! & (1 << (slot & 31))) !== 0;
  }

  /** Brings all rows up to date. */
  refresh(): void {
    if (!this.isStale) return;
    this.isStale = false;
    const all = this.threads.flatMap((places) => places.all);
    this.locks = [...new Set(all.flatMap(({ operation: { kind, slot } }) => (kind === LOCK ? [slot] : [])))];
    this.width = Math.ceil(Math.max(1, this.table.words.length) / BITS);
    this.stride = PARTS * this.width + 1;
    const before = all.map(({ rows }) => rows);
    const conditions = this.conditionsOf(all);
    for (const place of all) {
      place.rows = new Int32Array((AHEAD + 1 + this.locks.length) * this.stride);
      this.setOwn(place, conditions);
    }
    let woken = 0;
    for (const place of all) if (isAsleep(place.operation)) woken |= this.addShown(place);
    for (const place of all) {
      const { kind } = place.operation;
      if (isScheduled(kind))
        place.rows[this.stride - 1] = this.addShown(place) | (kind === WAKE || kind === NOTIFY ? woken : 0);
      for (let which = AHEAD; which <= AHEAD + this.locks.length; which++)
        place.rows.copyWithin(this.rowOf(which), 0, this.stride);
    }
    for (const { all: places } of this.threads) this.close(places);
    const hasChanged = this.gates.refresh(this.threads);
    if (hasChanged || all.some(({ rows }, i) => before[i]!.length > 0 && !isEqual(rows, before[i]!))) this.version++;
  }

  /** For each event the slots that conditions on it read. */
  private conditionsOf(all: readonly Place[]): Map<number, Set<number>> {
    const conditions = new Map<number, Set<number>>();
    for (const { operation } of all) {
      if (operation.event < 0 || operation.kind === SLEEP) continue;
      const read = conditions.get(operation.event) ?? new Set();
      conditions.set(operation.event, read.add(operation.slot));
    }
    return conditions;
  }

  /**
   * A read of a condition may fall asleep, or find that it was woken meanwhile: it looks at its event and at what the
   * condition read before. A wake looks at what all conditions of its event read. Whatever else is no load writes.
   */
  private setOwn({ rows, operation }: Place, conditions: ReadonlyMap<number, ReadonlySet<number>>): void {
    const { kind, slot, event } = operation;
    if (kind === STEP || slot < 0) return;
    this.set(rows, TOUCHED, slot);
    if (kind === LOAD_REST) this.set(rows, LEARNT_FROM, slot);
    if (!isScheduled(kind)) return;
    if (kind !== STORE && kind !== WAKE && kind !== HINT) this.set(rows, LEARNT_FROM, slot);
    const isLoad = kind === LOAD || kind === LOAD_REST || kind === HINT || kind === SLEEP;
    this.set(rows, isLoad ? 0 : WRITTEN, slot);
    if (kind === CLOSE) this.set(rows, CLOSED_TOO, slot);
    if (event >= 0) this.set(rows, 0, event);
    for (const read of conditions.get(event >= 0 ? event : kind === WAKE ? slot : -1) ?? []) this.set(rows, 0, read);
  }

  private set(rows: Int32Array, part: number, slot: number): void {
    rows[part * this.width + (slot >>> 5)]! |= 1 << (slot & 31);
  }

  /**
   * Returns the groups of what a step writes, with all that runs together with it. Ghosts of that are written too, and so
   * is the rest of a 64-bit access: where it reads and writes in one, it begins with a load.
   */
  private addShown(place: Place): number {
    let shown = 0;
    const seen = new Set<Place>([place]);
    for (const each of seen) {
      const { kind, word, slot } = each.operation;
      if (each !== place && isScheduled(kind)) continue;
      const writes = kind === GHOST || kind === PLAIN_STORE || kind === STORE_REST || isWrite(kind);
      if (writes && word >= 0) shown |= this.watched.groupsOf(word);
      if (kind === GHOST || kind === STORE_REST) this.set(place.rows, WRITTEN, slot);
      if (kind === LOAD_REST) this.set(place.rows, 0, slot);
      for (const next of each.next) seen.add(next);
      for (const next of each.locked) seen.add(next);
    }
    return shown;
  }

  /** Adds to each place what follows it, until nothing is added any more. */
  private close(places: readonly Place[]): void {
    const { stride, locks } = this;
    for (let grows = true; grows; ) {
      grows = false;
      for (let i = places.length - 1; i >= 0; i--) {
        const { rows, next, locked, operation } = places[i]!;
        for (let which = AHEAD; which <= AHEAD + locks.length; which++) {
          const at = which * stride;
          for (const { rows: more } of next) grows = join(rows, more, at, stride) || grows;
          if (locked.size === 0 || locks[which - AHEAD - 1] === operation.slot) continue;
          for (const { rows: more } of locked) grows = join(rows, more, at, stride) || grows;
        }
      }
    }
  }
}

function isAsleep({ kind }: Operation): boolean {
  return kind === SLEEP || kind === WAIT;
}

function isWrite(kind: number): boolean {
  return isScheduled(kind) && kind !== LOAD && kind !== HINT && kind !== SLEEP && kind !== STEP && kind !== CHECKPOINT;
}

function join(rows: Int32Array, more: Int32Array, at: number, stride: number): boolean {
  let grew = false;
  for (let i = at; i < at + stride; i++) {
    const both = rows[i]! | more[i]!;
    if (both === rows[i]) continue;
    rows[i] = both;
    grew = true;
  }
  return grew;
}

function isEqual(one: Int32Array, other: Int32Array): boolean {
  return one.length === other.length && one.every((each, i) => each === other[i]);
}
