// The axis flags of commands that run one cell: the same flags as `run` has, with one value each.
import { CELL_DEFAULTS, type Cell } from '../../src/session/cell.js';
import { badValue, UsageError } from '../base/usage-error.js';
import { axes, defaultBatchPages, parseAxis } from './axes.js';
import { type Listed, loadVariants } from './catalogue.js';

/** As they come from the command line; `run` takes the same flags as lists. */
export interface OneShotFlags {
  readonly variants?: string;
  readonly channels?: string;
  readonly depth?: string;
  readonly publishEvery?: string;
  readonly pageSize?: string;
  readonly batchPages?: string;
  readonly transport?: string;
  readonly codec?: string;
  readonly wait?: string;
  readonly providerWait?: string;
  readonly senderWait?: string;
  readonly place?: string;
}

/** The options of `OneShotFlags` for a command's help, in order. */
export const ONE_SHOT_AXES = [
  'channels',
  'depth',
  'publishEvery',
  'pageSize',
  'pagesPerBatch',
  'codec',
  'place',
] as const;

/** QEMU's default. */
const DEFAULT_CHANNELS = 2;

/** The cell that the flags describe, all but its variant and workload. */
export function oneShotCell(flags: OneShotFlags): Omit<Cell, 'variant' | 'workload'> {
  const { wait } = flags;
  const pageSize = one('pageSize', flags.pageSize) ?? CELL_DEFAULTS.pageSize;
  return {
    ...CELL_DEFAULTS,
    channels: one('channels', flags.channels) ?? DEFAULT_CHANNELS,
    depth: one('depth', flags.depth) ?? CELL_DEFAULTS.depth,
    publishEvery: one('publishEvery', flags.publishEvery),
    pageSize,
    pagesPerBatch: one('pagesPerBatch', flags.batchPages) ?? defaultBatchPages(pageSize),
    transport: one('transport', flags.transport) ?? 'tcp',
    codec: one('codec', flags.codec) ?? CELL_DEFAULTS.codec,
    providerWait: one('providerWait', flags.providerWait ?? wait) ?? CELL_DEFAULTS.providerWait,
    senderWait: one('senderWait', flags.senderWait ?? wait) ?? CELL_DEFAULTS.senderWait,
    place: one('place', flags.place) ?? CELL_DEFAULTS.place,
  };
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

function one<K extends keyof typeof axes>(key: K, text: string | undefined): Cell[K] | undefined {
  if (text === undefined) return undefined;
  const axis = axes[key];
  const values = parseAxis(axis as never, text) as readonly Cell[K][];
  if (values.length > 1) throw new UsageError(`${axis.flag}: got "${text}", takes one value here`);
  return values[0];
}
