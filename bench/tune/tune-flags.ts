// The flags of `tune`.
import type { TuneFlags as SpaceFlags } from './space.js';

export interface TuneFlags extends SpaceFlags {
  readonly p99?: string;
  readonly link?: string;
  /** Of a link: where `receive --measure` listens, or what is known of it. */
  readonly peer?: string;
  readonly rtt?: string;
  readonly window?: string;
  readonly from?: string;
  readonly csv?: string;
  readonly validate?: boolean;
  readonly dryRun?: boolean;
  readonly save: boolean;
  readonly json?: boolean;
  readonly format?: string;
}
