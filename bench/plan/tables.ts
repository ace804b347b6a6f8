// The default tables, and the one that flags describe: which cells, and what each table shows of them.
import type { Cell } from '../../src/session/cell.js';

/** The measures a table can show. */
export type MetricName =
  | 'jobsPerSecond'
  | 'mibPerSecond'
  | 'cpuNsPerJob'
  | 'signalNs'
  | 'collectNs'
  | 'totalNs'
  | 'downtimeNs';

/** One question, one table. */
export interface TableSpec {
  readonly id: string;
  readonly title: string;
  /** Values of the axes; what is left out has its default. */
  readonly axes: { readonly [K in keyof Cell]?: readonly Cell[K][] };
  /** The axis that runs over the columns. */
  readonly columns: 'channels' | 'pageSize';
  readonly metrics: readonly MetricName[];
  /** Turns a visit of the designs under study: more where one turn says less. */
  readonly turns: number;
}

/** What `run` measures when no axis is asked for. */
export const DEFAULT_TABLES: readonly TableSpec[] = [
  {
    id: 'hand-off',
    title: 'Hand-off alone: 1 page a batch, nothing is written',
    axes: { channels: [1, 2, 4, 8], pagesPerBatch: [1], transport: ['discard'] },
    columns: 'channels',
    metrics: ['jobsPerSecond'],
    turns: 12,
  },
  {
    id: 'page-size',
    title: 'Page size as payload: 1 page a batch, copied in memory, 2 channels',
    axes: { channels: [2], pageSize: [4 << 10, 64 << 10, 1 << 20], pagesPerBatch: [1], transport: ['memory'] },
    columns: 'pageSize',
    metrics: ['mibPerSecond'],
    turns: 3,
  },
  {
    id: 'sync',
    title: 'Sync with busy channels: 512 KiB a batch, copied in memory',
    axes: { channels: [2, 4], transport: ['memory'], workload: ['sync'] },
    columns: 'channels',
    metrics: ['signalNs', 'collectNs'],
    turns: 3,
  },
  {
    id: 'packet',
    title: "QEMU's packet of 512 KiB over tcp, into a receiver that checks it",
    axes: { channels: [1, 2, 4], transport: ['tcp'] },
    columns: 'channels',
    metrics: ['mibPerSecond'],
    turns: 3,
  },
];

/** The table that axis flags describe; one printed table for each combination of the other axes. */
export function customTable(asked: TableSpec['axes']): TableSpec {
  const sync = asked.workload?.includes('sync') === true;
  const discard = asked.transport?.length === 1 && asked.transport[0] === 'discard';
  const columns = (asked.channels?.length ?? 4) === 1 && (asked.pageSize?.length ?? 1) > 1 ? 'pageSize' : 'channels';
  const rate: MetricName[] = discard ? ['jobsPerSecond'] : ['mibPerSecond', 'jobsPerSecond'];
  const precopy = asked.workload?.includes('precopy') === true;
  const metrics: MetricName[] = sync ? ['signalNs', 'collectNs'] : precopy ? ['totalNs', 'downtimeNs'] : rate;
  return { id: 'custom', title: 'As asked', axes: asked, columns, metrics, turns: 6 };
}
