// A thread as a deterministic function from the results of its operations to the next one, discovered as far as needed.
import { runGuarded } from './guarded.js';
import type { HintSites } from './hint-sites.js';
import { withSimulatedGlobals } from './instrument.js';
import { COUNTED_ROUNDS, type History, isPlain, Loops, longestHistory, repeated, roundsOf } from './loops.js';
import { Memories } from './memories.js';
import { ClosedTooEarly, Merges } from './merges.js';
import type { Mutation } from './mutation.js';
import { CHECKPOINT, CUT, ending, NOTIFY, type Operation, RETURN, SLEEP, SPIN, THROW } from './operation.js';
import type { Places } from './places.js';
import { ProgramTree } from './program-tree.js';
import { BEATS, pulse } from './pulse.js';
import { newRecording, type Recording, record } from './recording.js';
import { Retries } from './retries.js';
import { type LooksLeft, Returns } from './returns.js';
import { BodyError, ENDED_EARLY, OUTGROWN } from './rules.js';
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
  readonly looksLeft: LooksLeft;
}

/**
 * A tree: a node is a pending operation, an edge is its result. A missing node is found by running the real function
 * again, with the results on the path to it, up to the first operation that has none.
 */
export class Program {
  private readonly tree: ProgramTree;
  /** Operations re-executed so far: the cost of discovery, without that of trying claims. */
  private followed = 0;

  /** The pending operation of each node; node 0 is the start. */
  readonly operations: readonly Operation[];
  private readonly body: () => unknown;
  private readonly options: ProgramOptions;
  private readonly checkpoints = new Map<unknown, number>();
  /** Null while nodes are told apart by their histories, and once what is seen was not all that is remembered. */
  private memories: Memories | null = null;
  private canMerge = true;
  private isAsync = false;
  private readonly heads = new Set<number>();
  /** Operations that follow a node one after the other, as their results are thrown away; the next one last. */
  private ahead: Operation[] = [];
  private aheadOf = -1;
  private merges = new Merges();
  private readonly loops = new Loops();
  private retries: Retries | null = null;
  private readonly returns: Returns;

  constructor(body: () => unknown, options: ProgramOptions, places: Places) {
    this.body = body;
    this.options = options;
    this.tree = new ProgramTree(places);
    this.operations = this.tree.operations;
    this.returns = new Returns(this.tree, (far, onStop) => this.run(far, true, onStop), options.looksLeft);
    this.begin();
  }

  private begin(): void {
    this.tree.clear();
    this.returns.begin();
    this.checkpoints.clear();
    this.memories?.begin();
    this.heads.clear();
    this.merges = new Merges();
    this.retries?.begin();
    this.aheadOf = this.tree.add(this.run({ log: [], operations: [] }), -1, 0);
  }

  /** The node after `node`'s operation gave `result`. */
  next(node: number, result: number): number {
    pulse[BEATS]!++;
    const kept = this.tree.operations[node]!.discards ? 0 : result;
    const known = this.tree.children[node]!.get(kept);
    if (known !== undefined) return known;
    try {
      return this.discover(node, kept);
    } catch (error) {
      if (!(error instanceof ClosedTooEarly)) throw error;
      if (this.memories?.isTarget(error.head)) this.memories = null;
      else if (this.returns.isTarget(error.head)) this.returns.distrust(error.head);
      else {
        this.loops.distrust(error.head);
        this.retries?.distrust(error.head);
      }
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
    if (this.retries || this.isAsync) return false;
    this.retries = new Retries();
    this.followed = 0;
    this.begin();
    return true;
  }

  /** From now on nodes are the same where the thread remembers the same; false if they were before, or cannot be. */
  mergeMemories(): boolean {
    // What a mutation holds back is remembered by nobody.
    const isHeldBack = this.options.mutation?.how === 'delay';
    if (!this.canMerge || this.checkpoints.size > 0 || isHeldBack) return false;
    this.canMerge = false;
    this.retries ??= new Retries();
    this.memories = new Memories();
    this.followed = 0;
    this.begin();
    return true;
  }

  /** What an async function remembers while it waits, not even a debugger shows. */
  private forgetMemories(): void {
    this.isAsync = true;
    this.canMerge = false;
    this.retries = null;
    this.memories = null;
  }

  /** Whether it is known to notify who waits on a word, by its slot. */
  notifies(slot: number): boolean {
    return this.tree.operations.some((each) => each.kind === NOTIFY && each.slot === slot);
  }

  private discover(node: number, result: number): number {
    const before = this.tree.operations[node]!;
    if (this.tree.depths[node]! >= SEEMS_ENDLESS && this.compareMemories()) throw OUTGROWN;
    const longest = longestHistory(this.followed);
    if (this.tree.depths[node]! >= longest)
      return this.cut(node, result, `a thread is followed for ${longest} operations`);
    const history = this.tree.pathTo(node);
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
    // What a mutation holds back is remembered by nobody, and what an async function does is not seen.
    const isSeen = this.options.mutation?.how !== 'delay' && !this.isAsync;
    const back = isSeen ? this.returns.target(node, history, operation) : -1;
    if (back >= 0) return this.merge(node, result, back, history);
    const memory = this.memories?.keyOf(history, operation, (path) => this.memoryOf(path));
    const same = memory === undefined ? -1 : this.memories!.find(memory);
    if (same >= 0) return this.mergeSame(node, result, same, history);
    this.merges.check(history, operation, (other) => this.run(other, true));
    const child = this.tree.add(operation, node, result);
    this.aheadOf = child;
    if (operation.kind === CHECKPOINT) this.checkpoints.set(operation.value, child);
    if (memory !== undefined) this.memories!.set(memory, child);
    return this.tree.link(node, result, child);
  }

  /** The operation that follows `history`, which ends at `node`: found ahead of time, or by running the body. */
  private after(node: number, history: History): Operation {
    const known = this.aheadOf === node ? this.ahead.pop() : undefined;
    this.aheadOf = -1;
    return known ?? this.run(history);
  }

  private memoryOf(history: History): string | undefined {
    return this.retries?.memoryOf(history, (far, stop) => this.run(far, true, stop));
  }

  /** Goes on where the thread remembers the same, before on its way or on another one. */
  private mergeSame(node: number, result: number, same: number, history: History): number {
    const isRound = this.tree.nodesTo(node).includes(same);
    if (isRound) this.heads.add(same);
    this.memories!.merged(this.operations[same]!);
    return this.merge(node, result, same, history, isRound ? this.tree.depths[node]! + 1 - this.tree.depths[same]! : 0);
  }

  /** Goes on at a known node instead of a new one; `round` is the length of the loop that was closed, or 0. */
  private merge(node: number, result: number, target: number, history: History, round = 0): number {
    const canonical = this.tree.pathTo(target);
    const more = ROUNDS_TRIED.map((times) => repeated(history, round, times));
    this.merges.add(
      this.tree.operations[target]!,
      {
        canonical,
        history,
        ...(round === 0 ? {} : { more }),
        isSeen: this.memories?.isTarget(this.operations[target]!) || this.returns.isTarget(this.operations[target]!),
      },
      (longer) => this.onwards(target, longer),
      (far) => this.run(far, true),
    );
    return this.tree.link(node, result, target);
  }

  /** The thread stops here, for a bound of the search that `why` names. */
  private cut(node: number, result: number, why: string): number {
    const before = this.tree.operations[node]!;
    return this.tree.link(node, result, this.tree.add({ ...before, kind: CUT, value: why }, node, result));
  }

  /** What is known to follow `node`, nearest first: with `history` in place of how it was reached. */
  private *onwards(node: number, history: History): Generator<readonly [History, Operation]> {
    const reached: { node: number; history: History }[] = [{ node, history }];
    for (let from = reached.shift(); from; from = reached.shift()) {
      for (const [result, child] of this.tree.children[from.node]!) {
        const log = [...from.history.log, result];
        const longer = { log, operations: [...from.history.operations, this.tree.operations[from.node]!] };
        // A SPIN stands for an operation that was seen before it.
        if (this.tree.operations[child]!.kind === SPIN) continue;
        yield [longer, this.tree.operations[child]!];
        reached.push({ node: child, history: longer });
      }
    }
  }

  /** The node where a loop that ends after `node` begins; a loop of plain reads alone goes to a SPIN instead. */
  private closeLoop(node: number, result: number, length: number, history: History): number {
    let head = node;
    let plain = isPlain(this.tree.operations[node]!);
    for (let i = 1; i < length; i++) {
      head = this.tree.parentOf(head);
      plain &&= isPlain(this.tree.operations[head]!);
    }
    if (plain)
      return this.tree.link(node, result, this.tree.add({ ...this.tree.operations[node]!, kind: SPIN }, node, 0));
    this.heads.add(head);
    return this.merge(node, result, head, history, length);
  }

  /** The node on the way where the thread was at the same operation, and remembered the same; -1 without. */
  private earlier(node: number, history: History, operation: Operation): number {
    // What a mutation holds back is remembered by nobody.
    if (!this.retries || this.options.mutation?.how === 'delay') return -1;
    return this.retries.head(this.tree.nodesTo(node), history, operation, (far, stop) => this.run(far, true, stop));
  }

  /** Goes on where the thread remembered the same; the first time, all begins anew, to find it from the start. */
  private closeRetry(node: number, result: number, head: number, history: History): number {
    if (this.retries?.learn(this.tree.operations[head]!)) {
      this.begin();
      throw OUTGROWN;
    }
    this.heads.add(head);
    return this.merge(node, result, head, history, this.tree.depths[node]! + 1 - this.tree.depths[head]!);
  }

  /** Re-executes the body over a history; returns the operation that follows. `speculative`: it may not fit. */
  private run({ log, operations }: History, speculative = false, onStop?: () => void): Operation {
    const recording = newRecording(this.options, { log, operations }, speculative ? 1 : MOST_AHEAD, onStop);
    if (!speculative) this.followed += log.length;
    const { value, error } = withSimulatedGlobals(() => record(recording, () => runGuarded(recording, this.body)));
    if (recording.isAsync) this.forgetMemories();
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
      throw new BodyError('nondeterminism', ENDED_EARLY);
    }
    return error === null ? ending(RETURN, value) : ending(THROW, error);
  }
}
