// What judges an execution from outside sees of it.
import type { Machine } from './machine.js';
import type { Operation } from './operation.js';
import type { Scenario } from './scenario.js';

/** An execution, to look at and to take further steps in. */
export interface ExecutionView {
  readonly scenario: Scenario;
  readonly threads: number;
  readonly machine: Machine;
  /** The first thing wrong since its start, and who watches it: put back by whoever tries steps. */
  readonly problem: object | null;
  readonly observer: unknown;
  readonly steps: number;
  hasNotEnded(thread: number): boolean;
  /** Whether a thread is known to notify who waits on a word, by its slot. */
  isNotified(slot: number): boolean;
  pending(thread: number): Operation;
  /** Writes the transitions that are possible now, and returns how many they are. */
  enabled(into: Int32Array): number;
  step(transition: number): void;
}
