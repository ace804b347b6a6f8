// Tiny programs and all that the memory model allows them, by brute force: what the machine is checked against.
import { BOTH, type Event, hasRace, type Instruction, isValid, PARTS, type ReadsFrom } from './axioms.js';

/** Bits a part takes in a value of BOTH. */
const PART_BITS = 8;

export type LitmusProgram = readonly (readonly Instruction[])[];

export interface Outcomes {
  /** What the reads of each thread saw (null: no read, or not run), as JSON. */
  readonly outcomes: ReadonlySet<string>;
  readonly raced: boolean;
}

interface Path {
  readonly registers: readonly (number | null)[];
  readonly events: readonly Event[];
}

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
