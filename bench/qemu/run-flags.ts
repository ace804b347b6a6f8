// The flags of `run`, and of its comparison with QEMU.
import type { PlanFlags } from '../plan/run-plan.js';

/** What `run` takes for this alone. */
export interface QemuFlags {
  readonly peer?: string;
  readonly qemu?: string;
  readonly zeroPages?: string;
}

export interface RunFlags extends PlanFlags, QemuFlags {
  readonly save: boolean;
  readonly results?: string;
  readonly raw?: boolean;
  readonly keepAwake?: boolean;
  readonly resume?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly format?: string;
  readonly explain?: boolean;
  readonly plot?: boolean;
}
