// Where a thread can be, whatever came before, and what can follow what: found out with its tree, and never forgotten.
import { isScheduled, LOCK, type Operation } from './operation.js';

const NONE = new Int32Array(0);

/** The operations of one call site on one word, behind those of another. */
export interface Place {
  readonly operation: Operation;
  /** The last scheduled operation before it: rounds of a loop over words are told apart. */
  readonly after: string;
  readonly next: Set<Place>;
  /** Those that only follow a lock that was taken. */
  readonly locked: Set<Place>;
  /** What it does, and what may follow: see futures.ts. */
  rows: Int32Array;
  /** What may follow before the thread comes to each gate, and which one this is: see gates.ts. */
  until: Int32Array;
  gate: number;
}

export class Places {
  readonly all: Place[] = [];
  /** The place of each node of the thread's tree. */
  readonly ofNode: Place[] = [];
  private readonly known = new Map<string, Place>();
  private readonly onGrowth: () => void;

  constructor(onGrowth: () => void) {
    this.onGrowth = onGrowth;
  }

  /** The tree begins anew; what is known of the thread stays true. */
  clear(): void {
    this.ofNode.length = 0;
  }

  /** Of the next node, which follows `parent`. */
  add(operation: Operation, parent: number): void {
    const { kind, slot, event, site } = operation;
    const after = parent < 0 ? '' : scheduledAt(this.ofNode[parent]!);
    // Checkpoints, ghosts and ends stand nowhere: there is one after each place.
    const where = site.key === '' && parent >= 0 ? `after ${this.all.indexOf(this.ofNode[parent]!)}` : site.key;
    const key = `${kind} ${slot} ${event} ${where} ${after}`;
    let place = this.known.get(key);
    if (!place) {
      place = { operation, after, next: new Set(), locked: new Set(), rows: NONE, until: NONE, gate: -1 };
      this.known.set(key, place);
      this.all.push(place);
      this.onGrowth();
    }
    this.ofNode.push(place);
  }

  link(node: number, result: number, child: number): void {
    const { operation, locked, next } = this.ofNode[node]!;
    const those = operation.kind === LOCK && result === 1 ? locked : next;
    const to = this.ofNode[child]!;
    if (those.has(to)) return;
    those.add(to);
    this.onGrowth();
  }
}

function scheduledAt({ operation: { kind, slot, site }, after }: Place): string {
  return isScheduled(kind) ? `${kind} ${slot} ${site.key}` : after;
}
