// The axioms of ECMA-262's memory model, on one candidate execution of a litmus program.

/** One instruction of a litmus program. A guarded one runs only if an earlier read of its thread saw something else than 0. */
export interface Instruction {
  readonly kind: 'read' | 'write' | 'exchange';
  readonly atomic: boolean;
  /** 0 and 1 lie side by side; BOTH is the two in one access. */
  readonly location: number;
  /** Written to each part of the location. */
  readonly value: number;
  /** Index of the guarding read in the same thread, or -1. */
  readonly guard: number;
}

/** An access of the double size, over locations 0 and 1. Its value holds that of location 1 in the upper bits. */
export const BOTH = 2;
export const PARTS: readonly (readonly number[])[] = [[0], [1], [0, 1]];

export interface Event extends Instruction {
  readonly thread: number;
  readonly reads: boolean;
  readonly writes: boolean;
  /** The value that a reading event is assumed to see. */
  readonly seen: number;
}

/** For each event and part of memory the write that is read: -1 the initial value, -2 none. */
export type ReadsFrom = readonly (readonly number[])[];

type Relation = Uint8Array[];

function overlap(one: Event, other: Event): boolean {
  return PARTS[one.location]!.some((part) => PARTS[other.location]!.includes(part));
}

function relation(size: number, holds: (a: number, b: number) => boolean): Relation {
  return Array.from({ length: size }, (_, a) => Uint8Array.from({ length: size }, (_, b) => (holds(a, b) ? 1 : 0)));
}

function closed(of: Relation): Relation {
  for (let via = 0; via < of.length; via++) {
    for (const row of of) if (row[via]) for (let to = 0; to < of.length; to++) if (of[via]![to]) row[to] = 1;
  }
  return of;
}

function hasCycle(of: Relation): boolean {
  return of.some((row, i) => row[i] === 1);
}

/** An atomic read of an atomic write, of equal ranges. */
function synchronises(events: readonly Event[], readsFrom: ReadsFrom, write: number, read: number): boolean {
  if (write < 0 || !readsFrom[read]!.includes(write)) return false;
  const [one, other] = [events[write]!, events[read]!];
  return one.atomic && other.atomic && one.location === other.location;
}

function happensBefore(events: readonly Event[], readsFrom: ReadsFrom): Relation {
  const inOrder = (a: number, b: number): boolean => events[a]!.thread === events[b]!.thread && a < b;
  return closed(relation(events.length, (a, b) => inOrder(a, b) || synchronises(events, readsFrom, a, b)));
}

/** Whether the axioms allow the execution. `noThinAir` adds that program order and reads-from have no cycle together. */
export function isValid(events: readonly Event[], readsFrom: ReadsFrom, noThinAir: boolean): boolean {
  const before = happensBefore(events, readsFrom);
  if (hasCycle(before)) return false;
  if (noThinAir) {
    const causes = relation(
      events.length,
      (a, b) => (events[a]!.thread === events[b]!.thread && a < b) || readsFrom[b]!.includes(a),
    );
    if (hasCycle(closed(causes))) return false;
  }
  return (
    readsAreCoherent(events, readsFrom, before) &&
    readsAreWhole(events, readsFrom) &&
    hasMemoryOrder(events, readsFrom, before)
  );
}

/** No read sees a write that happens after it, or one that it knows to be overwritten. */
function readsAreCoherent(events: readonly Event[], readsFrom: ReadsFrom, before: Relation): boolean {
  const precedes = (a: number, b: number): boolean => a < 0 || (b >= 0 && before[a]![b] === 1);
  return readsFrom.every((parts, r) =>
    parts.every((w, part) => {
      if (w === -2) return true;
      if (w >= 0 && precedes(r, w)) return false;
      return !events.some((other, v) => {
        const overwrites = other.writes && PARTS[other.location]!.includes(part) && v !== r && v !== w;
        return overwrites && precedes(w, v) && precedes(v, r);
      });
    }),
  );
}

/** No read takes its parts from two writes of its own range: integers do not tear. */
function readsAreWhole(events: readonly Event[], readsFrom: ReadsFrom): boolean {
  return readsFrom.every(([lower, upper], r) => {
    if (events[r]!.location !== BOTH || lower === upper || lower! < 0 || upper! < 0) return true;
    return events[lower!]!.location !== BOTH || events[upper!]!.location !== BOTH;
  });
}

/** Whether a total order exists that contains happens-before and explains the sequentially consistent reads. */
function hasMemoryOrder(events: readonly Event[], readsFrom: ReadsFrom, before: Relation): boolean {
  const precedes = (a: number, b: number): boolean => a < 0 || before[a]![b] === 1;
  /** Write w, write v, read r that may not stand in this order. */
  const forbidden: [w: number, v: number, r: number][] = [];
  events.forEach((read, r) => {
    for (const w of new Set(readsFrom[r])) {
      if (w === -2) continue;
      events.forEach((write, v) => {
        if (!write.writes || !write.atomic || v === w || v === r) return;
        const ordered = precedes(w, r);
        const asRead = write.location === read.location;
        const asWrite = w >= 0 && write.location === events[w]!.location;
        if (
          (asRead && synchronises(events, readsFrom, w, r)) ||
          (asWrite && ordered && precedes(v, r) && events[w]!.atomic) ||
          (asRead && ordered && precedes(w, v) && read.atomic)
        ) {
          forbidden.push([w, v, r]);
        }
      });
    }
  });
  const place = new Array<number>(events.length).fill(-1);
  const extend = (depth: number): boolean => {
    if (depth === events.length) return true;
    return events.some((_, next) => {
      if (place[next]! >= 0 || events.some((_, other) => place[other]! < 0 && before[other]![next])) return false;
      const breaks = forbidden.some(
        ([w, v, r]) => r === next && place[v]! >= 0 && (w < 0 || (place[w]! >= 0 && place[w]! < place[v]!)),
      );
      if (breaks) return false;
      place[next] = depth;
      const done = extend(depth + 1);
      place[next] = -1;
      return done;
    });
  };
  return extend(0);
}

/** Two accesses of which nothing orders one before the other, unless both are atomic and of equal ranges. */
export function hasRace(events: readonly Event[], readsFrom: ReadsFrom): boolean {
  const before = happensBefore(events, readsFrom);
  return events.some((one, a) =>
    events.some((other, b) => {
      if (b <= a || before[a]![b] || before[b]![a] || !overlap(one, other)) return false;
      const conflict = (one.writes && other.writes) || readsFrom[a]!.includes(b) || readsFrom[b]!.includes(a);
      return conflict && !(one.atomic && other.atomic && one.location === other.location);
    }),
  );
}
