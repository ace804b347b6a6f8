// The axis flags of commands that run one cell: the same flags as `run` has, with one value each.
import type { Cell } from '../../src/session/cell.js';
import { axes, defaultBatchPages, parseAxis } from './axes.js';
import { UsageError } from './usage-error.js';

export interface OneShotFlags {
  readonly variants?: string;
  readonly channels?: string;
  readonly depth?: string;
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
export const ONE_SHOT_AXES = ['channels', 'depth', 'pageSize', 'pagesPerBatch', 'codec', 'place'] as const;

/** QEMU's default. */
const DEFAULT_CHANNELS = 2;

/** The cell that the flags describe, all but its variant and workload. */
export function oneShotCell(flags: OneShotFlags): Omit<Cell, 'variant' | 'workload'> {
  const wait = flags.wait;
  const pageSize = one('pageSize', flags.pageSize) ?? 4096;
  return {
    channels: one('channels', flags.channels) ?? DEFAULT_CHANNELS,
    requesters: 1,
    depth: one('depth', flags.depth) ?? 1,
    pageSize,
    pagesPerBatch: one('pagesPerBatch', flags.batchPages) ?? defaultBatchPages(pageSize),
    transport: one('transport', flags.transport) ?? 'tcp',
    codec: one('codec', flags.codec) ?? 'none',
    providerWait: one('providerWait', flags.providerWait ?? wait) ?? 'park',
    senderWait: one('senderWait', flags.senderWait ?? wait) ?? 'park',
    place: one('place', flags.place) ?? 'spread',
    elide: true,
    rowBytes: 128,
    checking: false,
    errorPath: 'repaired',
  };
}

function one<K extends keyof typeof axes>(key: K, text: string | undefined): Cell[K] | undefined {
  if (text === undefined) return undefined;
  const axis = axes[key];
  const values = parseAxis(axis as never, text) as readonly Cell[K][];
  if (values.length > 1) throw new UsageError(`${axis.flag}: got "${text}", takes one value here`);
  return values[0];
}
