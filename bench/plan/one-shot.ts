// The axis flags of commands that run one cell: the same flags as `run` has, with one value each.
import { CELL_DEFAULTS, type Cell } from '../../src/session/cell.js';
import { badValue, UsageError } from '../base/usage-error.js';
import { AXES, defaultBatchPages } from './axes.js';
import { type Axis, flagKey, parseAxis } from './axis.js';
import type { AxisFlags } from './axis-fields.js';
import { type Listed, loadVariants } from './catalogue.js';

/** As they come from the command line; `run` takes the same flags as lists. */
export interface OneShotFlags extends AxisFlags {
  readonly variants?: string;
  /** Both sides alike. */
  readonly wait?: string;
}

/** The axes that commands with one cell take, in the order of their help. */
export const ONE_SHOT_AXES = AXES.filter(({ oneShot }) => oneShot);

/** QEMU's default. */
const DEFAULT_CHANNELS = 2;

/** The cell that the flags describe, all but its variant and workload. */
export function oneShotCell(flags: OneShotFlags): Omit<Cell, 'variant' | 'workload'> {
  const { wait } = flags;
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
  return { pagesPerBatch: defaultBatchPages(cell.pageSize), ...cell };
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
  const values = parseAxis(axis, text);
  if (values.length > 1) throw new UsageError(`${axis.flag}: got "${text}", takes one value here`);
  return values[0]!;
}
