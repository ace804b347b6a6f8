// The flags of `gate`, and what it judges by.

import type { PlanFlags } from '../plan/run-plan.js';
import type { StoreFlags } from '../store/store-flags.js';
import type { thresholdsFor } from './gate-config.js';

export interface GateFlags extends StoreFlags, PlanFlags {
  readonly against?: string;
  readonly config?: string;
  readonly filter?: string;
  readonly confirm: boolean;
  readonly explain?: boolean | string;
  readonly json?: boolean;
  readonly format?: string;
}

/** What is judged, and by which thresholds. */
export interface Judging {
  readonly thresholds: (cell: string, metric: string) => ReturnType<typeof thresholdsFor>;
  readonly holds: (filter: string, cell: string, metric: string) => boolean;
  readonly wanted: (cell: string, metric: string) => boolean;
  /** Whether cells that pass are only counted. */
  readonly brief?: boolean;
}
