// The axis flags of commands that run one cell: the same flags as `run` has, with one value each.
import { CELL_DEFAULTS, type Cell } from '../../src/session/cell.js';
import { parseNanoseconds } from '../base/quantities.js';
import { badValue, UsageError } from '../base/usage-error.js';
import { AXES, defaultBatchPages, requireWait } from './axes.js';
import { type Axis, flagKey, parseAxis } from './axis.js';
import type { AxisFlags } from './axis-fields.js';
import { type Listed, loadVariants } from './catalogue.js';
import { requirePacket } from './packet-size.js';

/** As they come from the command line; `run` takes the same flags as lists. */
export interface OneShotFlags extends AxisFlags {
  readonly variants?: string;
  /** Both sides alike. */
  readonly wait?: string;
  readonly stallLimit?: string;
}

/** The axes that commands with one cell take, in the order of their help. */
export const ONE_SHOT_AXES = AXES.filter(({ oneShot }) => oneShot);

/** QEMU's default. */
const DEFAULT_CHANNELS = 2;

/** Shorter would be a busy machine's silence; longer no timer's. */
const LEAST_STALL_NS = 500e6;
const MOST_STALL_NS = 24 * 3600e9;

/** The cell that the flags describe, all but its variant and workload. */
export function oneShotCell(flags: OneShotFlags): Omit<Cell, 'variant' | 'workload'> {
  const { wait } = flags;
  requireWait(wait);
  const texts: Readonly<Record<string, unknown>> = { providerWait: wait, senderWait: wait, ...withoutUndefined(flags) };
  const given: Record<string, unknown> = {};
  for (const axis of AXES) {
    const text = texts[flagKey(axis)];
    if (typeof text === 'string') given[axis.key] = oneValue(axis, text);
  }
  const cell = { ...CELL_DEFAULTS, channels: DEFAULT_CHANNELS, transport: 'tcp', ...given } as Omit<
    Cell,
    'pagesPerBatch'
  >;
  const whole = { pagesPerBatch: defaultBatchPages(cell.pageSize), ...cell };
  requirePacket(whole);
  return whole;
}

function withoutUndefined(flags: OneShotFlags): object {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}

/** The one design that `--variants` names; it must take the depth. */
export async function oneShotVariant(names: string | undefined, depth: number): Promise<Listed> {
  const [listed, ...more] = await loadVariants(names ?? 'atomic-barrier');
  if (more.length > 0) throw new UsageError(`--variants: got "${names}", takes one variant here`);
  const { name, depth: takes } = listed!.variant;
  const unavailable = listed!.variant.unavailable?.();
  if (unavailable !== undefined) throw new UsageError(`--variants: ${unavailable}`);
  const [least, most] = takes;
  if (depth < least || depth > most) throw badValue('--depth', `${depth}`, `${least} to ${most} by ${name}`);
  return listed!;
}

/** Throws UsageError for a list of several. */
export function oneValue<K extends keyof Cell>(axis: Axis<K>, text: string): Cell[K] {
  const values = parseAxis({ ...axis, takes: axis.takesOne ?? axis.takes }, text);
  if (values.length > 1) throw new UsageError(`${axis.flag}: got "${text}", takes one value here`);
  return values[0]!;
}

/** The limit on silence, in milliseconds, of `--stall-limit`; `fallbackMs` without one. */
export function stallLimitOf(text: string | undefined, fallbackMs: number): number {
  if (text === undefined) return fallbackMs;
  const nanoseconds = parseNanoseconds(text);
  if (nanoseconds === undefined || nanoseconds < LEAST_STALL_NS || nanoseconds > MOST_STALL_NS)
    throw badValue('--stall-limit', text, 'a time from 500ms to 24h, as in 30s');
  return nanoseconds / 1e6;
}

/** What the slowest link of use takes for a packet, however large: 9 KiB a second. */
export function packetLimitMs(packetBytes: number): number {
  return Math.max(60_000, (packetBytes / 9216) * 1000);
}
