// The flags of `tune`.
import type { TuneFlags as SpaceFlags } from './space.js';

export interface TuneFlags extends SpaceFlags {
  readonly p99?: string;
  readonly link?: string;
  readonly from?: string;
  readonly csv?: string;
  readonly simulate?: string | boolean;
  readonly validate?: boolean;
  readonly dryRun?: boolean;
  readonly save: boolean;
  readonly json?: boolean;
  readonly format?: string;
}
