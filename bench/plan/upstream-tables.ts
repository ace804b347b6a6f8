// The tables of `run --table upstream`: QEMU's shapes of the hand-over, with one requester and with several.
import type { AxisKey, AxisValues } from './axis-fields.js';
import { BURST_METRICS, PING_PONG, type TableSpec } from './tables.js';

/** What QEMU ships since 10.0 first: the others are compared with it. */
export const UPSTREAM_SHAPES = [
  'requesters-mutex',
  'requesters-cas',
  'gate-queue',
  'mutex-classic',
  'mutex',
  'atomic-barrier',
] as const;

const EVERY = { channels: [1, 2, 4, 8, 16], requesters: [1, 2, 4, 8] } as const;
const ALONE = { transport: ['discard'], pagesPerBatch: [1] } as const;

export const UPSTREAM_TABLES: readonly TableSpec[] = [
  {
    id: 'upstream-hand-off',
    title: 'Every requester hands over as fast as it can: 1 page per batch, nothing is written',
    axes: { ...EVERY, ...ALONE },
    columns: 'channels',
    metrics: ['jobsPerSecond', 'cpuNsPerJob'],
    turns: 3,
  },
  {
    id: 'upstream-bursts',
    title: 'RAM beside bursts of device state: 1 page per batch, nothing is written',
    axes: { ...EVERY, ...ALONE, workload: ['device-state'] },
    columns: 'channels',
    metrics: ['jobsPerSecond', ...BURST_METRICS],
    turns: 3,
  },
  {
    id: 'upstream-parts',
    title: 'Ping-pong: what the model takes for the cost of a hand-over, a write and its wake-ups',
    axes: { channels: [1], requesters: [1], ...ALONE, workload: ['hand-off'] },
    columns: 'metrics',
    metrics: PING_PONG,
    turns: 5,
  },
  {
    id: 'upstream-packet',
    title: "Every requester hands over as fast as it can: QEMU's packet of 512 KiB over tcp",
    axes: { ...EVERY, transport: ['tcp'] },
    columns: 'channels',
    metrics: ['mibPerSecond', 'cpuNsPerJob'],
    turns: 3,
  },
  {
    id: 'upstream-packet-bursts',
    title: 'RAM beside bursts of device state, over tcp',
    axes: { ...EVERY, transport: ['tcp'], workload: ['device-state'] },
    columns: 'channels',
    metrics: ['mibPerSecond', ...BURST_METRICS],
    turns: 3,
  },
];

/** The part of some tables that `asked` leaves: values that a table lacks leave nothing of it. */
export function partOf(tables: readonly TableSpec[], asked: AxisValues): readonly TableSpec[] {
  return tables.flatMap((table): TableSpec[] => {
    const axes: Record<string, readonly unknown[]> = { ...table.axes };
    for (const [key, values] of Object.entries(asked) as [AxisKey, readonly unknown[]][]) {
      const own: readonly unknown[] | undefined = table.axes[key];
      axes[key] = own ? own.filter((value) => values.includes(value)) : values;
      if (axes[key].length === 0) return [];
    }
    return [{ ...table, axes: axes as AxisValues }];
  });
}
