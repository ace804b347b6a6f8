// Places of a thread that are the same: it does the same next, and remembers the same, whatever came before.
import type { History } from './loops.js';
import { isScheduled, type Operation } from './operation.js';

/** Looks at what a thread remembers, each some milliseconds: at first, more for each that has found a place again, at most. */
const FIRST_LOOKS = 200;
const LOOKS_GAINED = 3;
const MOST_LOOKS = 3000;

/** The nodes of one program, by what is remembered there. */
export class Memories {
  private readonly nodes = new Map<string, number>();
  private readonly targets = new Set<Operation>();
  private left = FIRST_LOOKS;
  private looks = 0;

  /** The program's nodes are numbered anew. */
  begin(): void {
    this.nodes.clear();
    this.targets.clear();
    this.left = FIRST_LOOKS;
  }

  /** What is remembered after `history`, and what comes next; undefined where that is not seen, or not asked any more. */
  keyOf(
    history: History,
    { kind, word, range, a, b, modifier, event, site }: Operation,
    look: (history: History) => string | undefined,
  ): string | undefined {
    if (!isScheduled(kind) || event >= 0 || this.left <= 0 || this.looks >= MOST_LOOKS) return undefined;
    this.left--;
    this.looks++;
    const memory = look(history);
    return memory === undefined ? undefined : `${kind} ${word} ${range} ${a} ${b} ${modifier} ${site.key} ${memory}`;
  }

  /** The node with this key; -1 without. */
  find(key: string): number {
    const node = this.nodes.get(key);
    if (node === undefined) return -1;
    this.left += LOOKS_GAINED;
    return node;
  }

  set(key: string, node: number): void {
    this.nodes.set(key, node);
  }

  /** Notes where histories were merged for what is remembered there. */
  merged(target: Operation): void {
    this.targets.add(target);
  }

  isTarget(operation: Operation): boolean {
    return this.targets.has(operation);
  }
}
