// What a gate says of one number of a cell, and by which limits.
import type { Rung, Thresholds } from '../stats/gate-ladder.js';
import type { Began } from './gate-references.js';

/**
 * passed: a rung did not hold, or a rerun said otherwise; suspect: all but the rerun hold, or the machine changed;
 * failed: the rerun holds too; broken: the cell failed; missing: it was not measured; no-data: too little to judge by.
 */
export type GateStatus = 'passed' | 'suspect' | 'failed' | 'broken' | 'missing' | 'accepted' | 'no-data';

export interface GateRow {
  readonly cell: string;
  readonly metric: string;
  /** Candidate to baseline. */
  readonly ratio: number | undefined;
  readonly status: GateStatus;
  readonly rungs: readonly Rung[];
  /** The newest commit of the baseline. */
  readonly baseline: string | undefined;
  /** Why it is accepted, or was not measured, or has no data. */
  readonly reason?: string;
  /** Where the loss began, when that was before the candidate. */
  readonly since?: { readonly commit: string; readonly subject: string; readonly kind: Began['kind'] };
}

export interface GateLimits extends Thresholds {
  /** The cell may be missing from a commit. */
  readonly mayGo?: boolean;
}

export interface Acceptance {
  /** The first point that has it. */
  readonly from: number;
  readonly place: number;
  readonly reason: string;
}
