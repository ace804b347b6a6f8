// A thread as a deterministic function from the results of its operations to the next one, discovered as far as needed.
import type { HintSites } from './hint-sites.js';
import { withSimulatedGlobals } from './instrument.js';
import { COUNTED_ROUNDS, type History, isPlain, Loops, longestHistory, repeated, roundsOf } from './loops.js';
import { ClosedTooEarly, Merges } from './merges.js';
import type { Mutation } from './mutation.js';
import {
  CHECKPOINT,
  CUT,
  ending,
  keepsValue,
  NOTIFY,
  type Operation,
  RETURN,
  SLEEP,
  SPIN,
  THROW,
} from './operation.js';
import { newRecording, type Recording, record } from './recording.js';
import { Retries } from './retries.js';
import { BodyError, OUTGROWN } from './rules.js';
import { describeSite } from './source.js';
import { refuseSuspended } from './suspended.js';
import type { WordTable } from './word-table.js';

/** Operations that one execution of a body finds. */
const MOST_AHEAD = 256;
/** Operations of a history that seems to have no end. */
const SEEMS_ENDLESS = 300;
/** Rounds that are put in front of what a thread does after a loop, to see whether their number matters. */
const ROUNDS_TRIED = [4, 39];

export interface ProgramOptions {
  readonly table: WordTable;
  readonly mutation: Mutation | null;
  readonly hints: HintSites;
  readonly counters: Recording['counters'];
  readonly onSite: Recording['onSite'];
}

/**
 * A tree: a node is a pending operation, an edge is its result. A missing node is found by running the real function
 * again, with the results on the path to it, up to the first operation that has none.
 */
export class Program {
  /** The pending operation of each node; node 0 is the start. */
  readonly operations: Operation[] = [];
  /** Operations re-executed so far: the cost of discovery, without that of trying claims. */
  private followed = 0;

  private readonly body: () => unknown;
  private readonly options: ProgramOptions;
  private readonly parents: number[] = [];
  private readonly results: number[] = [];
  private readonly depths: number[] = [];
  private readonly children: Map<number, number>[] = [];
  private readonly checkpoints = new Map<unknown, number>();
  private readonly heads = new Set<number>();
  /** Operations that follow a node one after the other, as their results are thrown away; the next one last. */
  private ahead: Operation[] = [];
  private aheadOf = -1;
  private merges = new Merges();
  private readonly loops = new Loops();
  private retries: Retries | null = null;

  constructor(body: () => unknown, options: ProgramOptions) {
    this.body = body;
    this.options = options;
    this.begin();
  }

  private begin(): void {
    for (const each of [this.operations, this.parents, this.results, this.depths, this.children]) each.length = 0;
    this.checkpoints.clear();
    this.heads.clear();
    this.merges = new Merges();
    this.retries?.begin();
    this.aheadOf = this.add(this.run({ log: [], operations: [] }), -1, 0);
  }

  /** The node after `node`'s operation gave `result`. */
  next(node: number, result: number): number {
    const kept = this.operations[node]!.discards ? 0 : result;
    const known = this.children[node]!.get(kept);
    if (known !== undefined) return known;
    try {
      return this.discover(node, kept);
    } catch (error) {
      if (!(error instanceof ClosedTooEarly)) throw error;
      this.loops.distrust(error.head);
      this.retries?.distrust(error.head);
      this.begin();
      throw OUTGROWN;
    }
  }

  /** Whether the step from `node` to `next` closed a round of a loop. */
  closes(node: number, next: number): boolean {
    return next <= node && this.heads.has(next);
  }

  /** From now on loops end where the thread remembers the same; false if they did before. */
  compareMemories(): boolean {
    if (this.retries) return false;
    this.retries = new Retries();
    this.followed = 0;
    this.begin();
    return true;
  }

  /** Whether it is known to notify who waits on a word, by its slot. */
  notifies(slot: number): boolean {
    return this.operations.some((each) => each.kind === NOTIFY && each.slot === slot);
  }

  private discover(node: number, result: number): number {
    const before = this.operations[node]!;
    if (this.depths[node]! >= SEEMS_ENDLESS && this.compareMemories()) throw OUTGROWN;
    const longest = longestHistory(this.followed);
    if (this.depths[node]! >= longest) return this.cut(node, result, `a thread is followed for ${longest} operations`);
    const history = this.pathTo(node);
    history.log.push(result);
    history.operations.push(before);
    // Woken: the condition is evaluated anew, with the history that its first evaluation had.
    if (before.kind === SLEEP && result === 1 && before.headNode >= 0) {
      return this.merge(node, result, before.headNode, history);
    }
    const operation = this.after(node, history);
    const length = this.loops.length(history, operation, (far) => this.run(far, true));
    if (length > 0) return this.closeLoop(node, result, length, history);
    const head = this.earlier(node, history, operation);
    if (head >= 0) return this.closeRetry(node, result, head, history);
    if (this.loops.counts(operation) && roundsOf(history, operation) >= COUNTED_ROUNDS)
      return this.cut(
        node,
        result,
        `the loop at ${describeSite(operation.site)} counts its rounds and is followed for ${COUNTED_ROUNDS}`,
      );
    const known = operation.kind === CHECKPOINT ? this.checkpoints.get(operation.value) : undefined;
    if (known !== undefined) return this.merge(node, result, known, history);
    this.merges.check(history, operation, (other) => this.run(other, true));
    const child = this.add(operation, node, result);
    this.aheadOf = child;
    if (operation.kind === CHECKPOINT) this.checkpoints.set(operation.value, child);
    return this.link(node, result, child);
  }

  /** The operation that follows `history`, which ends at `node`: found ahead of time, or by running the body. */
  private after(node: number, history: History): Operation {
    const known = this.aheadOf === node ? this.ahead.pop() : undefined;
    this.aheadOf = -1;
    return known ?? this.run(history);
  }

  /** Goes on at a known node instead of a new one; `round` is the length of the loop that was closed, or 0. */
  private merge(node: number, result: number, target: number, history: History, round = 0): number {
    const canonical = this.pathTo(target);
    const more = ROUNDS_TRIED.map((times) => repeated(history, round, times));
    this.merges.add(
      this.operations[target]!,
      round === 0 ? { canonical, history } : { canonical, history, more },
      (longer) => this.onwards(target, longer),
      (far) => this.run(far, true),
    );
    return this.link(node, result, target);
  }

  /** The thread stops here, for a bound of the search that `why` names. */
  private cut(node: number, result: number, why: string): number {
    const before = this.operations[node]!;
    return this.link(node, result, this.add({ ...before, kind: CUT, value: why }, node, result));
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

  /** The nodes on the way to `node`, and itself. */
  private nodesTo(node: number): number[] {
    const nodes = [node];
    for (let at = this.parents[node]!; at >= 0; at = this.parents[at]!) nodes.push(at);
    return nodes.reverse();
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
  private closeLoop(node: number, result: number, length: number, history: History): number {
    let head = node;
    let plain = isPlain(this.operations[node]!);
    for (let i = 1; i < length; i++) {
      head = this.parents[head]!;
      plain &&= isPlain(this.operations[head]!);
    }
    if (plain) return this.link(node, result, this.add({ ...this.operations[node]!, kind: SPIN }, node, 0));
    this.heads.add(head);
    return this.merge(node, result, head, history, length);
  }

  /** The node on the way where the thread was at the same operation, and remembered the same; -1 without. */
  private earlier(node: number, history: History, operation: Operation): number {
    // What a mutation holds back is remembered by nobody.
    if (!this.retries || this.options.mutation?.how === 'delay') return -1;
    return this.retries.head(this.nodesTo(node), history, operation, (far, stop) => this.run(far, true, stop));
  }

  /** Goes on where the thread remembered the same; the first time, all begins anew, to find it from the start. */
  private closeRetry(node: number, result: number, head: number, history: History): number {
    if (this.retries?.learn(this.operations[head]!)) {
      this.begin();
      throw OUTGROWN;
    }
    this.heads.add(head);
    return this.merge(node, result, head, history, this.depths[node]! + 1 - this.depths[head]!);
  }

  /** Re-executes the body over a history; returns the operation that follows. `speculative`: it may not fit. */
  private run({ log, operations }: History, speculative = false, onStop?: () => void): Operation {
    const recording = newRecording(this.options, { log, operations }, speculative ? 1 : MOST_AHEAD, onStop);
    if (!speculative) this.followed += log.length;
    const { value, error } = withSimulatedGlobals(() => record(recording, this.body));
    refuseSuspended(value);
    if (recording.failure) {
      if (speculative) return ending(THROW, recording.failure);
      throw recording.failure;
    }
    const { pending } = recording;
    if (pending.length > 0) {
      if (speculative) return pending[0]!;
      if (!recording.isStopped) pending.push(error === null ? ending(RETURN, value) : ending(THROW, error));
      this.ahead = pending.reverse();
      return this.ahead.pop()!;
    }
    this.ahead = [];
    if (recording.position !== log.length && !speculative) {
      throw new BodyError('nondeterminism', 'thread body is not deterministic: it ended early when run again');
    }
    return error === null ? ending(RETURN, value) : ending(THROW, error);
  }
}
