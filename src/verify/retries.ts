// Loops that write while they try again: closed where a thread remembers what it remembered before.
import { type History, repeated, sameCall } from './loops.js';
import { isScheduled, type Operation } from './operation.js';
import { remembered } from './remembered.js';
import { Outside } from './remembered-values.js';

/** How often a thread comes by an operation before it is asked what it remembers; at once where that has helped. */
const PATIENCE = 4;
/** Times that it is asked in vain at one place, one after the other. */
const MOST_FAILURES = 16;
/** Earlier rounds that it is compared with, and all that is asked of one program: each takes some 10 ms. */
const MOST_COMPARED = 8;
const MOST_LOOKS = 300;
/** Operations that a loop must go on for. */
const ENDLESS = 300;

type Run = (history: History, onStop?: () => void) => Operation;

/** Of one program: what is remembered at its nodes, and the places where its loops begin. */
export class Retries {
  private readonly outside = new Outside();
  private memories = new Map<number, string | undefined>();
  private readonly known = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly marked = new Set<string>();
  private looks = 0;

  /** The program's nodes are numbered anew. */
  begin(): void {
    this.memories = new Map();
  }

  /**
   * The node on the way to `next`, which follows `history`, that is the same call with the same memory; -1 without.
   * `path` are the nodes of the history's operations.
   */
  head(path: readonly number[], history: History, next: Operation, run: Run): number {
    const site = next.site.key;
    if (!isScheduled(next.kind) || next.event >= 0 || (this.failures.get(site) ?? 0) >= MOST_FAILURES) return -1;
    const earlier: number[] = [];
    for (let at = path.length - 1; at >= 0 && earlier.length < MOST_COMPARED; at--)
      if (sameCall(history.operations[at]!, next)) earlier.push(at);
    if (earlier.length < (this.known.has(site) ? 1 : PATIENCE)) return -1;
    const now = this.look(history, run);
    if (now === undefined) return this.fail(site);
    const at = earlier.find((each) => this.memory(path[each]!, cut(history, each), run) === now);
    if (at === undefined) return this.fail(site);
    const length = path.length - at;
    if (!this.isEndless(history, length, next, run)) return this.fail(site);
    this.failures.set(site, 0);
    return path[at]!;
  }

  /** Whether the last `length` operations can be done again and again. */
  isEndless(history: History, length: number, next: Operation, run: Run): boolean {
    return sameCall(run(repeated(history, length, Math.ceil(ENDLESS / length))), next);
  }

  /** What the thread remembers after `history`; undefined where that is not seen. */
  memoryOf(history: History, run: Run): string | undefined {
    return this.lookAt(history, run);
  }

  /** Notes that asking helped at this place; false if that was known. */
  learn({ site: { key } }: Operation): boolean {
    if (this.known.has(key)) return false;
    this.known.add(key);
    return true;
  }

  /** Notes that a loop was closed though what follows is not the same. */
  distrust({ site: { key } }: Operation): void {
    if (this.known.has(key)) this.failures.set(key, Number.POSITIVE_INFINITY);
  }

  private fail(site: string): -1 {
    this.failures.set(site, (this.failures.get(site) ?? 0) + 1);
    return -1;
  }

  private memory(node: number, history: History, run: Run): string | undefined {
    if (!this.memories.has(node)) this.memories.set(node, this.look(history, run));
    return this.memories.get(node);
  }

  /** Looks twice at a new place: what another execution had as well was there before. */
  private look(history: History, run: Run): string | undefined {
    return this.looks++ >= MOST_LOOKS ? undefined : this.lookAt(history, run);
  }

  private lookAt(history: History, run: Run): string | undefined {
    let memory: string | undefined;
    const site = history.operations.at(-1)?.site.key ?? '';
    for (let again = this.marked.has(site) ? 1 : 2; again > 0; again--) {
      memory = undefined;
      run(history, () => {
        memory = remembered(this.outside);
      });
    }
    this.marked.add(site);
    return memory;
  }
}

function cut({ log, operations }: History, length: number): History {
  return { log: log.slice(0, length), operations: operations.slice(0, length) };
}
