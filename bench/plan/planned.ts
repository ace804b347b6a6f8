// What a plan consists of: cells, their ids, and who sends in them.

import type { RamSource } from '../../src/ram/image.js';
import type { Variant } from '../../src/sender/variant.js';
import type { Cell, FleetPlan } from '../../src/session/cell.js';
import { withoutAblations } from './ablations.js';
import { AXES } from './axes.js';
import type { Listed } from './catalogue.js';
import type { TableSpec } from './tables.js';

/** A cell of a table: measured, skipped with a reason, or the same as another one, whose visits are its own too. */
export interface PlannedCell {
  readonly id: string;
  readonly table: string;
  readonly cell: Cell;
  readonly skipped?: string;
  /** The id of the cell that differs only in what the design has no choice of. */
  readonly repeats?: string;
}

export function isMeasured({ skipped, repeats }: PlannedCell): boolean {
  return skipped === undefined && repeats === undefined;
}

/** What a plan is made from. */
export interface PlanOptions {
  readonly tables: readonly TableSpec[];
  readonly listed: readonly Listed[];
  /** Axes that apply to every table: waits, placement, and what is ablated in every design. */
  readonly everywhere: TableSpec['axes'];
  /** True where both sides wait alike: the wait axes are one. */
  readonly sameWaits?: boolean;
  readonly forceSpin: boolean;
  /** Fresh processes: the unit of replication. */
  readonly rounds: number;
  /** Timed slices of a long turn, and the length that each is to have. */
  readonly slices: number;
  readonly sliceMs: number;
  /** How long each of two cells side by side takes turns in a round, over all of their openings; the fills and syncs of turns included. */
  readonly visitMs: number;
  /** Length of those turns, where it is not chosen by the transport. */
  readonly turnMs?: number;
  /** Multiplies the long turns of the tables. */
  readonly turnFactor: number;
  /** Designs that only stand beside those under study take part in every so many rounds (`ALWAYS_JUDGED` in more). */
  readonly besideEvery: number;
  /** Names of the designs under study. */
  readonly studied: readonly string[];
  /** What takes turns: the designs of a cell, or all cells of a table, in long turns. Default designs. */
  readonly alternate?: 'designs' | 'cells';
  readonly seed: number;
  readonly ram: RamSource;
  readonly cpus: number;
  /** Changes cells after the axes have made them: calibrations build a known difference in. */
  readonly adjust?: (cell: Cell) => Cell;
}

export interface Plan extends PlanOptions {
  readonly cells: readonly PlannedCell[];
  readonly fleet: FleetPlan;
  /** Where only this part of it is measured. */
  readonly shard?: Shard;
}

/** Sender threads that a cell needs: none for designs whose provider does the work. */
export function senderThreads(cell: Cell, listed: readonly Listed[]): number {
  const { sender } = variantOf(cell, listed);
  return sender.waits === 'never' || 'on' in sender ? 0 : cell.channels;
}

/** False too for a design that brings its threads along. */
export function takesOurThreads(cell: Cell, listed: readonly Listed[]): boolean {
  return senderThreads(cell, listed) > 0 && variantOf(cell, listed).sender.waits !== 'own-threads';
}

/** What cells share whose turns alternate: all but the design, its dose and its ablations; or the table alone. */
export function groupOfCells(
  { cell, table }: PlannedCell,
  { listed, alternate }: Pick<Plan, 'listed' | 'alternate'>,
): string {
  if (alternate === 'cells') return table;
  // Builds of one design are compared with each other, and not with other designs.
  const variant = listedOf(cell, listed).build?.variant ?? '';
  return `${table} ${cellKey({ ...withoutAblations(cell), variant, dose: undefined })}`;
}

/** A cell as one string: equal for equal cells. Axes that only some cells have stand in those alone. */
export function cellKey(cell: Cell): string {
  const shown = AXES.filter(
    ({ key, fallback, unsaid }) => cell[key] !== undefined && !(unsaid && cell[key] === fallback[0]),
  ).map(({ key, show }) => `${key}=${(show as (value: unknown) => string)(cell[key])}`);
  return [cell.variant, ...shown].join(' ');
}

/** The design of a cell, with where it comes from. */
export function listedOf({ variant }: Cell, listed: readonly Listed[]): Listed {
  return listed.find((each) => each.variant.name === variant)!;
}

export function variantOf(cell: Cell, listed: readonly Listed[]): Variant {
  return listedOf(cell, listed).variant;
}

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly of: number;
  /** Of the plan that was split: shards of two plans are not joined. */
  readonly plan: string;
}

/** Slices of an open loop are so many times longer: it hands over less often, and its tail needs as many samples. */
export const LOADED_SLICE_FACTOR = 5;
