// Short names of cells: their design, and what tells them apart from the others of their table.
import { attributesOf } from './projection.js';

/** What stands beside the label: headings say it, or the full name. */
const NAMED_APART: ReadonlySet<string> = new Set(['table', 'metric']);

/** By `<cell> <metric>`: `mutex 2 ch`, where only channels differ. */
export function cellLabels(
  series: readonly { readonly cell: string; readonly metric: string }[],
): ReadonlyMap<string, string> {
  const all = series.map(({ cell, metric }) => ({ name: `${cell} ${metric}`, attributes: attributesOf(cell, metric) }));
  /** By table and attribute: the one value that all have, undefined for several. */
  const tables = new Map<string, Map<string, string | undefined>>();
  for (const { attributes } of all) {
    const table = attributes.get('table')!;
    const only = tables.get(table) ?? new Map<string, string | undefined>();
    tables.set(table, only);
    for (const [name, value] of attributes) {
      if (!only.has(name)) only.set(name, value);
      else if (only.get(name) !== value) only.set(name, undefined);
    }
  }
  const differs = (table: string, name: string) => tables.get(table)!.get(name) === undefined;
  return new Map(
    all.map(({ name, attributes }) => {
      const table = attributes.get('table')!;
      const own = [...attributes].filter(
        ([axis]) => !NAMED_APART.has(axis) && (axis === 'variant' || differs(table, axis)),
      );
      return [name, own.map(([axis, value]) => showValue(axis, value)).join(' ')];
    }),
  );
}

function showValue(axis: string, value: string): string {
  if (axis === 'channels') return `${value} ch`;
  return ['variant', 'pageSize', 'workload', 'transport'].includes(axis) ? value : `${axis}=${value}`;
}

/** `hand-off: mutex 2 ch, jobsPerSecond`. */
export function fullName(
  { cell, metric }: { readonly cell: string; readonly metric: string },
  labels: ReadonlyMap<string, string>,
): string {
  return `${cell.split(' ')[0]}: ${labels.get(`${cell} ${metric}`) ?? cell}, ${metric}`;
}
