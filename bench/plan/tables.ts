// The default tables, and the one that flags describe: which cells, and what each table shows of them.
import type { Dose, Wait } from '../../src/session/cell.js';
import { AXES } from './axes.js';
import type { AxisKey, AxisValues } from './axis-fields.js';

/** The measures a table can show. */
export type MetricName =
  | 'jobsPerSecond'
  | 'nsPerJob'
  | 'mibPerSecond'
  | 'cpuNsPerJob'
  | 'signalNs'
  | 'collectNs'
  | 'syncNs'
  | 'totalNs'
  | 'downtimeNs'
  | 'delayNs'
  | 'slowestDelayNs'
  | 'deviceMibPerSecond'
  | 'fairness'
  | LatencyMetric;

export type LatencyMetric =
  `${'handoffNs' | 'takenNs' | 'freedNs' | 'ramWaitNs' | 'deviceWaitNs'}.${'p50' | 'p90' | 'p99' | 'p999' | 'max'}`;

/** The axes that may run over the columns, the preferred one first. */
export const COLUMN_AXES = AXES.filter(({ column }) => column).sort((x, y) => x.column!.rank - y.column!.rank);

/** One question, one table. */
export interface TableSpec {
  readonly id: string;
  readonly title: string;
  /** Values of the axes; what is left out has its default. */
  readonly axes: AxisValues;
  /** The axis that runs over the columns; `metrics` puts the metrics side by side, in place of a table each. */
  readonly columns: AxisKey | 'metrics';
  readonly metrics: readonly MetricName[];
  /** Turns a visit of the designs under study: more where one turn says less. */
  readonly turns: number;
}

/** The pair under study when nothing else is asked for: QEMU's sender before the patch and after it. */
export const STUDIED_PAIR = ['mutex', 'atomic-barrier'] as const;

/** Stands beside the pair in as many processes as a verdict takes: it is what Node programs use. */
export const ALWAYS_JUDGED: readonly string[] = ['message-port'];

/** A ping-pong in parts: what a design's two wake-ups cost, and what they cost at worst. */
export const PING_PONG: readonly MetricName[] = ['takenNs.p50', 'freedNs.p50', 'handoffNs.p50', 'handoffNs.p99'];
const SYNC_METRICS = ['signalNs', 'collectNs', 'syncNs', 'slowestDelayNs'] as const;
/** Among bursts of device state: the RAM's rate is the first entry, which depends on the transport. */
export const BURST_METRICS: readonly MetricName[] = [
  ...(['ramWaitNs.p50', 'ramWaitNs.p99', 'deviceWaitNs.p50', 'deviceWaitNs.p99'] as const),
  ...(['deviceMibPerSecond', 'fairness', 'syncNs', 'cpuNsPerJob'] as const),
];
const OPEN_LOOP: readonly MetricName[] = ['handoffNs.p50', 'handoffNs.p99'];

/** What `run` measures when no axis is asked for. */
export const DEFAULT_TABLES: readonly TableSpec[] = [
  {
    id: 'hand-off',
    title: 'Hand-off alone: 1 page per batch, nothing is written',
    axes: { channels: [1, 2, 4, 8], pagesPerBatch: [1], transport: ['discard'] },
    columns: 'channels',
    metrics: ['jobsPerSecond'],
    turns: 3,
  },
  {
    id: 'latency',
    title: 'Ping-pong: 1 batch in flight over 1 channel, nothing is written',
    axes: { channels: [1], pagesPerBatch: [1], transport: ['discard'], workload: ['hand-off'] },
    columns: 'metrics',
    metrics: PING_PONG,
    turns: 5,
  },
  {
    id: 'page-size',
    title: 'Page size as payload: 1 page per batch, copied in memory, 2 channels',
    axes: { channels: [2], pageSize: [4 << 10, 64 << 10, 1 << 20], pagesPerBatch: [1], transport: ['memory'] },
    columns: 'pageSize',
    metrics: ['mibPerSecond'],
    turns: 3,
  },
  {
    id: 'sync',
    title: 'Sync with busy channels: 512 KiB per batch, copied in memory',
    axes: { channels: [2, 4], transport: ['memory'], workload: ['sync'] },
    columns: 'channels',
    metrics: ['signalNs', 'collectNs', 'syncNs'],
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

/** What `run --rigorous` measures: the default tables, and what takes longer. */
export const RIGOROUS_TABLES: readonly TableSpec[] = [
  ...DEFAULT_TABLES,
  {
    id: 'open-loop',
    title: 'Open loop: batches due at a share of the capacity, latency from when each was due; 1 channel',
    axes: {
      ...{ channels: [1], pagesPerBatch: [1], transport: ['discard'], workload: ['hand-off'] },
      load: [0.25, 0.5, 0.75, 0.9],
    },
    columns: 'load',
    metrics: OPEN_LOOP,
    turns: 3,
  },
  {
    id: 'slow-sync',
    title: 'Sync with one slow channel: 512 KiB per batch, channel 0 takes 1 ms for each',
    axes: { channels: [2, 4], transport: ['memory'], workload: ['sync'], syncLoad: ['slow'] },
    columns: 'channels',
    metrics: ['signalNs', 'collectNs', 'syncNs', 'delayNs', 'slowestDelayNs'],
    turns: 3,
  },
  {
    id: 'precopy',
    title: 'Precopy: RAM that is dirtied meanwhile, a sync a round, over tcp',
    axes: { channels: [1, 2, 4], transport: ['tcp'], workload: ['precopy'] },
    columns: 'channels',
    metrics: ['totalNs', 'downtimeNs'],
    turns: 1,
  },
];

const SPIN: Wait = { spinNs: 10e6 };

/**
 * The tables of a dose: the hand-off alone at one channel, spinning, where a unit's cost is sharpest, and parked, where
 * it is to be judged; for a hold the sync, whose signalling a lock held over the write keeps waiting.
 */
export function slopeTables(doses: readonly (Dose | undefined)[], asked: AxisValues, waits: boolean): TableSpec[] {
  const alone = { channels: [1], pagesPerBatch: [1], transport: ['discard'], ...asked, dose: doses };
  const base = { columns: 'dose', turns: 4 } as const;
  if (doses[0]?.kind === 'hold') {
    const title = 'Signalling a sync while every channel holds a batch';
    return [{ ...base, id: 'hold', title, axes: { ...alone, workload: ['sync'] }, metrics: ['signalNs'] }];
  }
  const metrics = ['nsPerJob'] as const;
  if (waits) return [{ ...base, id: 'slope', title: 'Time per batch by dose', axes: alone, metrics }];
  const spinning = { ...alone, providerWait: [SPIN], senderWait: [SPIN] };
  return [
    { ...base, id: 'slope-spinning', title: 'Time per batch by dose, both sides spinning', axes: spinning, metrics },
    { ...base, id: 'slope-parked', title: 'Time per batch by dose, both sides parked', axes: alone, metrics },
  ];
}

/** The table that axis flags describe; one printed table for each combination of the other axes. */
export function customTable(asked: AxisValues): TableSpec {
  const sync = asked.workload?.includes('sync') === true;
  const discard = asked.transport?.length === 1 && asked.transport[0] === 'discard';
  const rate: MetricName[] = discard ? ['jobsPerSecond'] : ['mibPerSecond', 'jobsPerSecond'];
  const precopy = asked.workload?.includes('precopy') === true;
  const handOff = asked.workload?.includes('hand-off') === true;
  const paced = asked.load?.some((load) => load !== undefined) === true;
  const latency = paced ? OPEN_LOOP : PING_PONG;
  const bursts = asked.workload?.includes('device-state') === true;
  const other = bursts
    ? [rate[0]!, ...BURST_METRICS]
    : sync
      ? SYNC_METRICS
      : precopy
        ? (['totalNs', 'downtimeNs'] as const)
        : rate;
  const metrics = handOff ? [...latency, ...(asked.workload!.length > 1 ? other : [])] : other;
  return { id: 'custom', title: 'As asked', axes: asked, columns: columnsFor(asked), metrics, turns: 6 };
}

function columnsFor(asked: AxisValues): TableSpec['columns'] {
  const across = COLUMN_AXES.find(({ key, scope, fallback }) => {
    return scope !== 'slopes' && (asked[key as AxisKey] ?? fallback).length > 1;
  });
  if (across) return across.key as AxisKey;
  return asked.workload?.length === 1 && asked.workload[0] === 'hand-off' ? 'metrics' : 'channels';
}
