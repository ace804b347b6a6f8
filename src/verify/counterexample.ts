// A problem's schedule: replayed, cut down to what it needs, and written out as a table.
import type { Execution } from './execution.js';
import { ASLEEP } from './machine.js';
import { MOST_MESSAGES, messageText, NO_MESSAGE } from './messages.js';
import {
  CLOSE,
  describe,
  GHOST,
  HINT_STORE,
  isRead,
  LOCK,
  type Operation,
  PLAIN_STORE,
  POST,
  RECEIVE,
  SEND,
  SLEEP,
  STEP,
  STORE,
  STORE_REST,
  TAKE,
  TASK,
  UNLOCK,
  WAIT,
  WAIT_LATER,
  WAKE,
} from './operation.js';
import type { Problem } from './problem.js';
import { OUTGROWN } from './rules.js';
import { MOST_THREADS, MOST_TRANSITIONS, wordName } from './scenario.js';
import { describeSite } from './source.js';

/** Replays tried while minimising: each is some microseconds. */
const MOST_REPLAYS = 3000;
const LONGEST_TAIL = 2000;
/** Operations whose result says nothing. */
const VOID = new Set([STORE, STORE_REST, PLAIN_STORE, HINT_STORE, POST, UNLOCK, WAKE, CLOSE, STEP, SEND]);

export interface TraceRow {
  readonly step: number;
  readonly thread: string;
  readonly operation: string;
  /** What it returned; `sleeps` where the thread did not go on. */
  readonly value: string;
  /** Line in the source: `src/memory/semaphore.ts:52 (Semaphore.post)`. */
  readonly line: string;
}

interface Followed {
  readonly path: number[];
  readonly problem: Problem | null;
}

/**
 * Follows a schedule as far as it can be followed (a transition that is not possible is left out), then lets threads
 * run on, each as long as it can, to the first problem or the end.
 */
export function follow(execution: Execution, schedule: readonly number[], tail = LONGEST_TAIL): Followed {
  for (;;) {
    try {
      return followOnce(execution, schedule, tail);
    } catch (error) {
      if (error !== OUTGROWN) throw error;
    }
  }
}

function followOnce(execution: Execution, schedule: readonly number[], tail: number): Followed {
  const transitions = new Int32Array(MOST_TRANSITIONS);
  const path: number[] = [];
  execution.start();
  for (let at = 0; !execution.problem && path.length < schedule.length + tail; ) {
    const count = execution.enabled(transitions);
    if (count === 0) {
      execution.finish();
      break;
    }
    let next = -1;
    while (at < schedule.length && next < 0) next = transitions.subarray(0, count).indexOf(schedule[at++]!);
    if (next < 0) next = sameThread(transitions, count, path.at(-1));
    path.push(transitions[next]!);
    execution.step(transitions[next]!);
    execution.checkInvariant();
  }
  return { path, problem: execution.problem };
}

function sameThread(transitions: Int32Array, count: number, last = 0): number {
  for (let i = 0; i < count; i++) if (transitions[i]! % MOST_THREADS === last % MOST_THREADS) return i;
  return 0;
}

/** Cuts a schedule down while it shows the same problem: first fewer switches between threads, then fewer steps. */
export function minimise(execution: Execution, schedule: readonly number[], problem: Problem): Followed {
  let best = follow(execution, schedule);
  if (best.problem?.key !== problem.key) return { path: [...schedule], problem };
  let replays = 0;
  const attempt = (candidate: readonly number[]): boolean => {
    replays++;
    const result = follow(execution, candidate);
    if (result.problem?.key !== problem.key || !isSmaller(result.path, best.path)) return false;
    best = result;
    return true;
  };
  for (let improved = true; improved && replays < MOST_REPLAYS; ) {
    improved = false;
    for (let size = Math.max(1, best.path.length >> 1); size >= 1; size >>= 1) {
      for (let at = 0; at < best.path.length && replays < MOST_REPLAYS; ) {
        const cut = [...best.path.slice(0, at), ...best.path.slice(at + size)];
        if (attempt(cut) || attempt(best.path.slice(0, at))) improved = true;
        else at += size;
      }
    }
    improved = mergeRuns(best.path, attempt) || improved;
  }
  return best;
}

/** Moves a run of one thread's steps to before the run that precedes it. */
function mergeRuns(path: readonly number[], attempt: (candidate: readonly number[]) => boolean): boolean {
  const starts = path.flatMap((transition, i) => (i === 0 || isSwitch(path[i - 1]!, transition) ? [i] : []));
  for (let i = 1; i < starts.length; i++) {
    const before = path.slice(starts[i - 1]!, starts[i]!);
    const run = path.slice(starts[i]!, starts[i + 1] ?? path.length);
    const rest = path.slice(starts[i + 1] ?? path.length);
    if (attempt([...path.slice(0, starts[i - 1]!), ...run, ...before, ...rest])) return true;
  }
  return false;
}

function isSwitch(one: number, other: number): boolean {
  return one % MOST_THREADS !== other % MOST_THREADS;
}

function switches(path: readonly number[]): number {
  return path.filter((transition, i) => i > 0 && isSwitch(path[i - 1]!, transition)).length;
}

function isSmaller(one: readonly number[], other: readonly number[]): boolean {
  const difference = switches(one) - switches(other);
  return difference < 0 || (difference === 0 && one.length < other.length);
}

/** Replays a schedule, and at most `tail` steps more, and writes down every operation, plain ones included; names the other side of a data race. */
export function trace(
  execution: Execution,
  schedule: readonly number[],
  tail = LONGEST_TAIL,
): { rows: TraceRow[]; problem: Problem | null } {
  // Once without looking: a first run may begin anew when it learns how words are used.
  follow(execution, schedule, tail);
  const done: { thread: number; operation: Operation }[] = [];
  const rows: TraceRow[] = [];
  execution.observer = (thread, operation, result) => {
    if (operation.kind === GHOST) return;
    done.push({ thread, operation });
    rows.push({
      step: rows.length + 1,
      thread: execution.scenario.threads[thread]!.name,
      operation: describe(operation, (word) => wordName(execution.scenario, word)),
      value: shownValue(operation, result),
      line: describeSite(operation.site),
    });
  };
  const { problem } = follow(execution, schedule, tail);
  execution.observer = null;
  if (!problem?.race) return { rows, problem };
  const { other, slot, earlier } = problem.race;
  const writes = earlier.endsWith('write');
  const side = done.findLast(
    (each) => each.thread === other && each.operation.slot === slot && isRead(each.operation.kind) !== writes,
  );
  const message = side ? `${problem.message} at ${describeSite(side.operation.site)}` : problem.message;
  return { rows, problem: { ...problem, message } };
}

function shownValue(operation: Operation, result: number): string {
  if (result === ASLEEP) return 'sleeps';
  if (operation.kind === WAIT) return ['not-equal', 'ok', 'timed-out'][result]!;
  if (operation.kind === SLEEP) return 'closed';
  if (operation.kind === RECEIVE) return result === NO_MESSAGE ? 'nothing' : messageText(result);
  if (operation.kind === TASK) return shownTask(operation.reads![Math.floor(result / MOST_MESSAGES)]!, result);
  if (operation.kind === WAIT_LATER) return result === 1 ? 'async' : 'not-equal';
  if (operation.kind === TAKE || operation.kind === LOCK) return String(result === 1);
  return VOID.has(operation.kind) ? '' : String(result);
}

function shownTask(source: number, result: number): string {
  if (source < 0) return result % MOST_MESSAGES === 1 ? 'ok' : 'timed-out';
  return messageText(result % MOST_MESSAGES);
}

const GAP = '  ';

/** A table for a terminal: step, thread, operation, value, line. What does not fit `columns` stands below its row. */
export function renderTrace(rows: readonly TraceRow[], columns = 80): string {
  const head = ['step', 'thread', 'operation', 'value'];
  const cells = rows.map((row) => [String(row.step), row.thread, row.operation, row.value]);
  const widths = head.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]!.length)));
  const others = widths[0]! + widths[1]! + widths[3]! + 3 * GAP.length;
  widths[2] = Math.max('operation'.length, Math.min(widths[2]!, columns - others));
  const below = ' '.repeat(widths[0]! + GAP.length);
  const lines = (row: readonly string[], place: string): string[] => {
    const [operation = '', ...rest] = broken(row[2]!, widths[2]!);
    const first = [row[0]!.padStart(widths[0]!), row[1], operation, row[3]].map((cell, i) => cell!.padEnd(widths[i]!));
    const beside = [...first, place].join(GAP).trimEnd();
    const under = rest.map((part) => `${' '.repeat(below.length + widths[1]! + GAP.length)}${part}`);
    if (beside.length <= columns) return [beside, ...under];
    // Whole, so that an editor finds it.
    return [first.join(GAP).trimEnd(), ...under, `${below}${place}`];
  };
  return [lines(head, 'line'), ...cells.map((row, i) => lines(row, rows[i]!.line))].flat().join('\n');
}

/** Parts of at most `width` characters, cut after a space or a bracket where there is one. */
function broken(text: string, width: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const at = Math.max(...[' ', '('].map((sign) => rest.lastIndexOf(sign, width - 1))) + 1 || width;
    parts.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at);
  }
  return [...parts, rest];
}
