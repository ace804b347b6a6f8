// A thread as a deterministic function from the results of its operations to the next one, discovered as far as needed.
import type { HintSites } from './hint-sites.js';
import { withSimulatedGlobals } from './instrument.js';
import { type History, isPlain, loopLength } from './loops.js';
import { Merges } from './merges.js';
import type { Mutation } from './mutation.js';
import { CHECKPOINT, isRead, LOAD, type Operation, RETURN, SLEEP, SPIN, THROW } from './operation.js';
import { type Recording, record } from './recording.js';
import { BodyError } from './rules.js';
import { NOWHERE } from './site.js';
import type { WordTable } from './word-table.js';

/** Operations of one history: each more is found by doing all of them again. */
const LONGEST_HISTORY = 5000;

export interface ProgramOptions {
  readonly table: WordTable;
  readonly mutation: Mutation | null;
  readonly hints: HintSites;
  readonly onSite: Recording['onSite'];
}

/**
 * A tree: a node is a pending operation, an edge is its result. A missing node is found by running the real function
 * again, with the results on the path to it, up to the first operation that has none.
 */
export class Program {
  /** The pending operation of each node; node 0 is the start. */
  readonly operations: Operation[] = [];
  /** Operations re-executed so far: the cost of discovery. */
  replayed = 0;

  private readonly body: () => unknown;
  private readonly options: ProgramOptions;
  private readonly parents: number[] = [];
  private readonly results: number[] = [];
  private readonly depths: number[] = [];
  private readonly children: Map<number, number>[] = [];
  private readonly checkpoints = new Map<unknown, number>();
  private readonly merges = new Merges();

  constructor(body: () => unknown, options: ProgramOptions) {
    this.body = body;
    this.options = options;
    this.add(this.run({ log: [], operations: [] }), -1, 0);
  }

  /** The node after `node`'s operation gave `result`. */
  next(node: number, result: number): number {
    const kept = this.operations[node]!.discards ? 0 : result;
    return this.children[node]!.get(kept) ?? this.discover(node, kept);
  }

  private discover(node: number, result: number): number {
    if (this.depths[node]! >= LONGEST_HISTORY)
      throw new BodyError(
        'not-modelled',
        `a thread that does more than ${LONGEST_HISTORY} operations, none of them repeated in vain`,
      );
    const before = this.operations[node]!;
    const history = this.pathTo(node);
    history.log.push(result);
    history.operations.push(before);
    // Woken: the condition is evaluated anew, with the history that its first evaluation had.
    if (before.kind === SLEEP && result === 1 && before.headNode >= 0) {
      return this.merge(node, result, before.headNode, history);
    }
    const operation = this.run(history);
    const length = loopLength(history, operation, (far) => this.run(far, true));
    if (length > 0) return this.merge(node, result, this.closeLoop(node, length), history);
    const known = operation.kind === CHECKPOINT ? this.checkpoints.get(operation.value) : undefined;
    if (known !== undefined) return this.merge(node, result, known, history);
    this.merges.check(history, operation, (other) => this.run(other, true));
    const child = this.add(operation, node, result);
    if (operation.kind === CHECKPOINT) this.checkpoints.set(operation.value, child);
    return this.link(node, result, child);
  }

  /** Goes on at a known node instead of a new one. */
  private merge(node: number, result: number, target: number, history: History): number {
    this.merges.add(this.operations[target]!, history, this.onwards(target, history), (far) => this.run(far, true));
    return this.link(node, result, target);
  }

  /** What is known to follow `node`, nearest first: with `history` in place of how it was reached. */
  private *onwards(node: number, history: History): Generator<readonly [History, Operation]> {
    const reached: { node: number; history: History }[] = [{ node, history }];
    for (let from = reached.shift(); from; from = reached.shift()) {
      for (const [result, child] of this.children[from.node]!) {
        const log = [...from.history.log, result];
        const longer = { log, operations: [...from.history.operations, this.operations[from.node]!] };
        // A SPIN stands for an operation that was seen before it.
        if (this.operations[child]!.kind === SPIN) continue;
        yield [longer, this.operations[child]!];
        reached.push({ node: child, history: longer });
      }
    }
  }

  private add(operation: Operation, parent: number, result: number): number {
    const node = this.operations.length;
    this.operations.push(operation);
    this.parents.push(parent);
    this.results.push(result);
    this.depths.push(parent < 0 ? 0 : this.depths[parent]! + 1);
    this.children.push(new Map());
    if (operation.kind === SLEEP) this.findHead(operation, node);
    return node;
  }

  private link(node: number, result: number, child: number): number {
    this.children[node]!.set(result, child);
    return child;
  }

  /** Turns the position where a condition starts into its node, and collects what the condition read. */
  private findHead(sleep: Operation, node: number): void {
    const reads: number[] = [];
    let head = node;
    let at = node;
    while (this.parents[at]! >= 0) {
      const parent = this.parents[at]!;
      const operation = this.operations[parent]!;
      if (operation.event !== sleep.event || operation.kind === SLEEP) break;
      if (keepsValue(operation)) reads.push(operation.slot, this.results[at]!);
      head = parent;
      at = parent;
      if (operation.announces) break;
    }
    sleep.reads = Int32Array.from(reads);
    if (sleep.headNode >= 0) sleep.headNode = head;
  }

  private pathTo(node: number): { log: number[]; operations: Operation[] } {
    const depth = this.depths[node]!;
    const log = new Array<number>(depth);
    const operations = new Array<Operation>(depth);
    for (let at = node, i = depth - 1; i >= 0; i--) {
      log[i] = this.results[at]!;
      at = this.parents[at]!;
      operations[i] = this.operations[at]!;
    }
    return { log, operations };
  }

  /** The node where a loop that ends after `node` begins; a loop of plain reads alone goes to a SPIN instead. */
  private closeLoop(node: number, length: number): number {
    let head = node;
    let plain = isPlain(this.operations[node]!);
    for (let i = 1; i < length; i++) {
      head = this.parents[head]!;
      plain &&= isPlain(this.operations[head]!);
    }
    return plain ? this.add({ ...this.operations[node]!, kind: SPIN }, node, 0) : head;
  }

  /** Re-executes the body over a history; returns the operation that follows. `speculative`: it may not fit. */
  private run({ log, operations }: History, speculative = false): Operation {
    const { table, mutation, hints, onSite } = this.options;
    const recording: Recording = {
      log,
      operations,
      table,
      mutation,
      hints,
      onSite,
      position: 0,
      pending: null,
      failure: null,
      deferred: null,
      event: -1,
      head: 0,
      pureUntil: -1,
    };
    this.replayed += log.length;
    const { value, error } = withSimulatedGlobals(() => record(recording, this.body));
    if (recording.failure) {
      if (speculative) return ending(THROW, recording.failure);
      throw recording.failure;
    }
    if (recording.pending) return recording.pending;
    if (recording.position !== log.length && !speculative) {
      throw new BodyError('nondeterminism', 'thread body is not deterministic: it ended early when run again');
    }
    return error === null ? ending(RETURN, value) : ending(THROW, error);
  }
}

function ending(kind: number, value: unknown): Operation {
  return {
    kind,
    word: -1,
    range: 0,
    slot: -1,
    a: 0,
    b: 0,
    modifier: 0,
    site: NOWHERE,
    discards: false,
    event: -1,
    announces: false,
    reads: null,
    headNode: -1,
    value,
    mutation: '',
  };
}

/** Whether a recorded read's value is what the thread saw: a discarded one's is not kept. */
function keepsValue(operation: Operation): boolean {
  return isRead(operation.kind) && !(operation.kind === LOAD && operation.discards);
}
