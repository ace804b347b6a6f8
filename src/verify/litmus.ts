// The memory model by brute force, for tiny programs: what the machine is checked against.

/** One instruction of a litmus program. A guarded one runs only if an earlier read of its thread saw something else than 0. */
export interface Instruction {
  readonly kind: 'read' | 'write' | 'exchange';
  readonly atomic: boolean;
  readonly location: number;
  readonly value: number;
  /** Index of the guarding read in the same thread, or -1. */
  readonly guard: number;
}

export type LitmusProgram = readonly (readonly Instruction[])[];

export interface Outcomes {
  /** What the reads of each thread saw (null: no read, or not run), as JSON. */
  readonly outcomes: ReadonlySet<string>;
  readonly raced: boolean;
}

interface Event extends Instruction {
  readonly thread: number;
  readonly reads: boolean;
  readonly writes: boolean;
  /** The value that a reading event is assumed to see. */
  readonly seen: number;
}

interface Path {
  readonly registers: readonly (number | null)[];
  readonly events: readonly Event[];
}

type Relation = Uint8Array[];

/**
 * All outcomes that the axioms of ECMA-262 (Memory Model) allow, and whether any valid execution has a data race.
 * `noThinAir` adds the axiom that program order and reads-from together have no cycle, which the text lacks.
 */
export function axiomatic(program: LitmusProgram, noThinAir: boolean): Outcomes {
  const outcomes = new Set<string>();
  let raced = false;
  const paths = program.map((_, thread) => pathsOf(program, thread));
  const combine = (thread: number, chosen: readonly Path[]): void => {
    if (thread < program.length) {
      for (const path of paths[thread]!) combine(thread + 1, [...chosen, path]);
      return;
    }
    const events = chosen.flatMap((path) => path.events);
    forEachReadsFrom(events, (readsFrom) => {
      if (!isValid(events, readsFrom, noThinAir)) return;
      outcomes.add(JSON.stringify(chosen.map((path) => path.registers)));
      raced ||= hasRace(events, readsFrom);
    });
  };
  combine(0, []);
  return { outcomes, raced };
}

/** The ways a thread can run, for every guess of what its reads see. */
function pathsOf(program: LitmusProgram, thread: number): Path[] {
  const instructions = program[thread]!;
  const values = [0, 1].map((location) => [
    ...new Set([0, ...program.flat().flatMap((i) => (i.kind !== 'read' && i.location === location ? [i.value] : []))]),
  ]);
  const paths: Path[] = [];
  const extend = (registers: readonly (number | null)[], events: readonly Event[]): void => {
    const at = registers.length;
    const instruction = instructions[at];
    if (!instruction) {
      paths.push({ registers, events });
      return;
    }
    const { kind, guard } = instruction;
    if (guard >= 0 && !registers[guard]) {
      extend([...registers, null], events);
      return;
    }
    const writes = kind !== 'read';
    if (kind === 'write') {
      extend([...registers, null], [...events, { ...instruction, thread, reads: false, writes, seen: 0 }]);
      return;
    }
    for (const seen of values[instruction.location]!) {
      extend([...registers, seen], [...events, { ...instruction, thread, reads: true, writes, seen }]);
    }
  };
  extend([], []);
  return paths;
}

/** Calls `use` for every assignment of a write (-1: the initial value) to each read that sees its value. */
function forEachReadsFrom(events: readonly Event[], use: (readsFrom: readonly number[]) => void): void {
  const assign = (readsFrom: readonly number[]): void => {
    const event = events[readsFrom.length];
    if (!event) {
      use(readsFrom);
      return;
    }
    if (!event.reads) {
      assign([...readsFrom, -2]);
      return;
    }
    if (event.seen === 0) assign([...readsFrom, -1]);
    events.forEach((write, i) => {
      if (write.writes && write !== event && write.location === event.location && write.value === event.seen) {
        assign([...readsFrom, i]);
      }
    });
  };
  assign([]);
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

function synchronises(events: readonly Event[], readsFrom: readonly number[], write: number, read: number): boolean {
  return write >= 0 && readsFrom[read] === write && events[write]!.atomic && events[read]!.atomic;
}

function happensBefore(events: readonly Event[], readsFrom: readonly number[]): Relation {
  const inOrder = (a: number, b: number): boolean => events[a]!.thread === events[b]!.thread && a < b;
  return closed(relation(events.length, (a, b) => inOrder(a, b) || synchronises(events, readsFrom, a, b)));
}

function isValid(events: readonly Event[], readsFrom: readonly number[], noThinAir: boolean): boolean {
  const before = happensBefore(events, readsFrom);
  if (hasCycle(before)) return false;
  if (noThinAir) {
    const causes = relation(
      events.length,
      (a, b) => (events[a]!.thread === events[b]!.thread && a < b) || readsFrom[b] === a,
    );
    if (hasCycle(closed(causes))) return false;
  }
  return readsAreCoherent(events, readsFrom, before) && hasMemoryOrder(events, readsFrom, before);
}

/** No read sees a write that happens after it, or one that it knows to be overwritten. */
function readsAreCoherent(events: readonly Event[], readsFrom: readonly number[], before: Relation): boolean {
  const precedes = (a: number, b: number): boolean => a < 0 || (b >= 0 && before[a]![b] === 1);
  return events.every((read, r) => {
    if (!read.reads) return true;
    const w = readsFrom[r]!;
    if (w >= 0 && precedes(r, w)) return false;
    return !events.some((other, v) => {
      const sameLocation = other.writes && other.location === read.location && v !== r && v !== w;
      return sameLocation && precedes(w, v) && precedes(v, r);
    });
  });
}

/** Whether a total order exists that contains happens-before and explains the sequentially consistent reads. */
function hasMemoryOrder(events: readonly Event[], readsFrom: readonly number[], before: Relation): boolean {
  const precedes = (a: number, b: number): boolean => a < 0 || before[a]![b] === 1;
  /** Write w, write v, read r that may not stand in this order. */
  const forbidden: [w: number, v: number, r: number][] = [];
  events.forEach((read, r) => {
    if (!read.reads) return;
    const w = readsFrom[r]!;
    events.forEach((write, v) => {
      if (!write.writes || !write.atomic || v === w || v === r || write.location !== read.location) return;
      const ordered = precedes(w, r);
      if (
        synchronises(events, readsFrom, w, r) ||
        (ordered && precedes(v, r) && w >= 0 && events[w]!.atomic) ||
        (ordered && precedes(w, v) && read.atomic)
      ) {
        forbidden.push([w, v, r]);
      }
    });
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

function hasRace(events: readonly Event[], readsFrom: readonly number[]): boolean {
  const before = happensBefore(events, readsFrom);
  return events.some((one, a) =>
    events.some((other, b) => {
      if (b <= a || before[a]![b] || before[b]![a] || one.location !== other.location) return false;
      const conflict = (one.writes && other.writes) || readsFrom[a] === b || readsFrom[b] === a;
      return conflict && !(one.atomic && other.atomic);
    }),
  );
}
