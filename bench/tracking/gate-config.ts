// What a gate lets pass, cell by cell: thresholds from `multifd-bench.json`.
import { existsSync, readFileSync } from 'node:fs';
import { UsageError, unreadable } from '../base/usage-error.js';
import type { Thresholds } from '../stats/gate-ladder.js';
import { requireSchema } from '../store/schema.js';
import { PROJECT } from '../system/project.js';
import type { GateLimits } from './gate-row.js';

/** Looked for in the project where no other file is named. */
const CONFIG_FILE = 'multifd-bench.json';
const SCHEMA = 'bench/tracking/config.schema.json';

export const DEFAULT_THRESHOLDS: Thresholds = {
  processes: 6,
  relative: 0.05,
  absolute: 0,
  noiseFactor: 2,
  separation: 0.85,
  significance: 0.05,
};

/** Thresholds for some cells; `ignore` leaves them out, `mayGo` lets a commit do without them. */
interface GateRule extends Partial<GateLimits> {
  /** A filter, as `--filter` takes it. */
  readonly cells: string;
  readonly ignore?: boolean;
}

export interface GateConfig {
  readonly defaults: Thresholds;
  /** Later ones override earlier ones. */
  readonly rules: readonly GateRule[];
}

/** Throws UsageError that names the file and the field. Without a file, and with none asked for, the defaults. */
export function readGateConfig(path: string | undefined): GateConfig {
  const file = path ?? `${PROJECT}${CONFIG_FILE}`;
  if (path === undefined && !existsSync(file)) return { defaults: DEFAULT_THRESHOLDS, rules: [] };
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new UsageError(`${file}: ${unreadable(cause)}`);
  }
  requireSchema(SCHEMA, document, file);
  const { gate = {} } = document as { gate?: { defaults?: Partial<Thresholds>; rules?: readonly GateRule[] } };
  return { defaults: { ...DEFAULT_THRESHOLDS, ...gate.defaults }, rules: gate.rules ?? [] };
}

/**
 * What holds for a metric of a cell; undefined where it is ignored.
 *
 * @param holds whether a rule's filter holds for it
 */
export function thresholdsFor(
  { defaults, rules }: GateConfig,
  holds: (filter: string) => boolean,
): GateLimits | undefined {
  const own = rules.filter(({ cells }) => holds(cells));
  if (own.findLast(({ ignore }) => ignore !== undefined)?.ignore) return undefined;
  const limits = own.map(({ cells: _, ignore: __, ...rule }) => rule);
  return Object.assign({}, defaults, ...limits) as GateLimits;
}
