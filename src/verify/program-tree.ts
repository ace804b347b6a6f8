// What is known of a thread so far: a node is a pending operation, an edge its result. Some edges lead back or across.
import type { History } from './loops.js';
import { CHECKPOINT, keepsValue, type Operation, SLEEP } from './operation.js';
import type { Places } from './places.js';

export class ProgramTree {
  /** The pending operation of each node; node 0 is the start. */
  readonly operations: Operation[] = [];
  readonly depths: number[] = [];
  readonly children: Map<number, number>[] = [];
  /** The last checkpoint on the way to each node, which may be itself; -1 without. */
  readonly checkpoints: number[] = [];
  private readonly parents: number[] = [];
  private readonly results: number[] = [];
  private readonly places: Places;

  constructor(places: Places) {
    this.places = places;
  }

  clear(): void {
    const { operations, parents, results, depths, children, checkpoints } = this;
    for (const each of [operations, parents, results, depths, children, checkpoints]) each.length = 0;
    this.places.clear();
  }

  /** A new node, which follows `parent` by `result`; it still has to be linked. */
  add(operation: Operation, parent: number, result: number): number {
    const node = this.operations.length;
    this.operations.push(operation);
    this.parents.push(parent);
    this.results.push(result);
    this.depths.push(parent < 0 ? 0 : this.depths[parent]! + 1);
    this.children.push(new Map());
    this.checkpoints.push(operation.kind === CHECKPOINT ? node : parent < 0 ? -1 : this.checkpoints[parent]!);
    this.places.add(operation, parent);
    if (operation.kind === SLEEP) this.findHead(operation, node);
    return node;
  }

  link(node: number, result: number, child: number): number {
    this.children[node]!.set(result, child);
    this.places.link(node, result, child);
    return child;
  }

  parentOf(node: number): number {
    return this.parents[node]!;
  }

  /** The nodes on the way to `node`, and itself. */
  nodesTo(node: number): number[] {
    const nodes = [node];
    for (let at = this.parents[node]!; at >= 0; at = this.parents[at]!) nodes.push(at);
    return nodes.reverse();
  }

  pathTo(node: number): History & { log: number[]; operations: Operation[] } {
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
}
