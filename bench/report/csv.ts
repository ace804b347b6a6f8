// The data of a report as CSV (RFC 4180), a value a line, in the units in which results store them.
import { forCsv } from '../terminal/escape.js';
import type { Report } from './model.js';

type Field = string | number | boolean | undefined;

/** The documents that a report offers, by name. */
export const CSV_DOCUMENTS = {
  cells: cellsCsv,
  comparisons: comparisonsCsv,
  percentiles: percentilesCsv,
  history: historyCsv,
  peer: peerCsv,
} as const satisfies Record<string, (report: Report) => string>;

const CELL = ['group', 'axes', 'variant', 'channels', 'page_size'] as const;

function cellsCsv({ groups, cells }: Report): string {
  const head = [
    ...CELL,
    'pages_per_batch',
    'status',
    'reason',
    'more_threads_than_cpus',
    'metric',
    'median',
    'low',
    'high',
    'processes',
  ];
  const rows = cells.flatMap(
    ({ group, variant, channels, pageSize, pagesPerBatch, status, reason, oversubscribed, metrics }) => {
      const { title, axes } = groups[group]!;
      const place = [title, axes, variant, channels, pageSize, pagesPerBatch, status, reason, oversubscribed];
      const values = Object.entries(metrics);
      if (values.length === 0) return [[...place, '', '', '', '', '']];
      return values.map(([metric, { median, low, high, rounds }]) => [...place, metric, median, low, high, rounds]);
    },
  );
  return csv(head, rows);
}

function comparisonsCsv({ groups, comparisons }: Report): string {
  const head = [
    'group',
    'axes',
    'channels',
    'page_size',
    'metric',
    'a',
    'b',
    'ratio',
    'low',
    'high',
    'adjusted_p',
    'processes',
  ];
  const rows = comparisons.map(({ group, channels, pageSize, metric, a, b, ratio, low, high, p, n, ...rest }) => {
    const { title, axes } = groups[group]!;
    const place = [title, axes, channels, pageSize, metric, a, b];
    return [...place, ratio, low, high, p, n, rest.noiseFloor, rest.resolvable, rest.verdict];
  });
  return csv([...head, 'noise_floor', 'resolvable', 'verdict'], rows);
}

function percentilesCsv({ groups, cells }: Report): string {
  const rows = cells.flatMap(({ group, variant, channels, pageSize, curves = {} }) =>
    Object.entries(curves).flatMap(([part, curve]) =>
      curve.map(([share, ns]) => [
        groups[group]!.title,
        groups[group]!.axes,
        variant,
        channels,
        pageSize,
        part,
        share,
        ns,
      ]),
    ),
  );
  return csv([...CELL, 'part', 'share', 'ns'], rows);
}

function historyCsv({ groups, history }: Report): string {
  const head = ['commit', 'time', 'subject', ...CELL, 'metric', 'median', 'standard_error_of_log', 'change', 'ratio'];
  const rows = (history?.series ?? []).flatMap(
    ({ group, variant, channels, pageSize, metric, at, medians, errors, changes }) =>
      at.map((place, index) => {
        const { name, time, subject } = history!.commits[place]!;
        const change = changes.find(({ from }) => from === place);
        const cell = [groups[group]!.title, groups[group]!.axes, variant, channels, pageSize];
        return [name, time, subject, ...cell, metric, medians[index], errors?.[index], change?.kind, change?.ratio];
      }),
  );
  return csv(head, rows);
}

function peerCsv({ peer }: Report): string {
  const rows = (peer?.ratios ?? []).map(({ peer: name, variant, channels, measure, ratio, low, high, n }) => {
    return [name, variant, channels, measure, ratio, low, high, n];
  });
  return csv(['peer', 'variant', 'channels', 'measure', 'ratio', 'low', 'high', 'pairs'], rows);
}

/** Lines end in CR LF. */
export function csv(head: readonly string[], rows: readonly (readonly Field[])[]): string {
  return [head, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function field(value: Field): string {
  if (typeof value === 'string') return forCsv(value);
  return value === undefined ? '' : String(value);
}
