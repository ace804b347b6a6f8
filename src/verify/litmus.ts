// The memory model by brute force, for tiny programs: what the machine is checked against.

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
const PARTS: readonly (readonly number[])[] = [[0], [1], [0, 1]];
/** Bits a part takes in a value of BOTH. */
const PART_BITS = 8;

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

/** For each event and part of memory the write that is read: -1 the initial value, -2 none. */
type ReadsFrom = readonly (readonly number[])[];

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
  const [lower, upper] = [0, 1].map((part) => {
    const writes = program.flat().filter(({ kind, location }) => kind !== 'read' && PARTS[location]!.includes(part));
    return [...new Set([0, ...writes.map(({ value }) => value)])];
  }) as [number[], number[]];
  const values = [lower, upper, lower.flatMap((low) => upper.map((high) => low | (high << PART_BITS)))];
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

/** Calls `use` for every assignment of writes to the parts of each read that see their values. */
function forEachReadsFrom(events: readonly Event[], use: (readsFrom: ReadsFrom) => void): void {
  const assign = (readsFrom: ReadsFrom, own: readonly number[]): void => {
    const event = events[readsFrom.length];
    if (!event) {
      use(readsFrom);
      return;
    }
    const part = own.length;
    if (part === 2) {
      assign([...readsFrom, own], []);
      return;
    }
    if (!event.reads || !PARTS[event.location]!.includes(part)) {
      assign(readsFrom, [...own, -2]);
      return;
    }
    const seen = event.location === BOTH ? (event.seen >> (part * PART_BITS)) & ((1 << PART_BITS) - 1) : event.seen;
    if (seen === 0) assign(readsFrom, [...own, -1]);
    events.forEach((write, i) => {
      if (!write.writes || write === event || write.value !== seen) return;
      if (PARTS[write.location]!.includes(part)) assign(readsFrom, [...own, i]);
    });
  };
  assign([], []);
}

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

function isValid(events: readonly Event[], readsFrom: ReadsFrom, noThinAir: boolean): boolean {
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

function hasRace(events: readonly Event[], readsFrom: ReadsFrom): boolean {
  const before = happensBefore(events, readsFrom);
  return events.some((one, a) =>
    events.some((other, b) => {
      if (b <= a || before[a]![b] || before[b]![a] || !overlap(one, other)) return false;
      const conflict = (one.writes && other.writes) || readsFrom[a]!.includes(b) || readsFrom[b]!.includes(a);
      return conflict && !(one.atomic && other.atomic && one.location === other.location);
    }),
  );
}
