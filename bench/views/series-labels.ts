// Short names of series: their design, and what tells them apart from the others of their table.
import { attributesOf } from './projection.js';

/** By `<cell> <metric>`: `mutex 2 ch`, where only channels differ. */
export function seriesLabels(
  series: readonly { readonly cell: string; readonly metric: string }[],
): ReadonlyMap<string, string> {
  const all = series.map(({ cell, metric }) => ({ name: `${cell} ${metric}`, attributes: attributesOf(cell, metric) }));
  const valuesOf = new Map<string, Set<string>>();
  for (const { attributes } of all) {
    for (const [name, value] of attributes) {
      const key = `${attributes.get('table')} ${name}`;
      const known = valuesOf.get(key);
      if (known) known.add(value);
      else valuesOf.set(key, new Set([value]));
    }
  }
  const differs = (table: string, name: string) => valuesOf.get(`${table} ${name}`)!.size > 1;
  return new Map(
    all.map(({ name, attributes }) => {
      const table = attributes.get('table')!;
      const own = [...attributes].filter(([axis]) => axis !== 'table' && (axis === 'variant' || differs(table, axis)));
      return [name, own.map(([axis, value]) => showValue(axis, value)).join(' ')];
    }),
  );
}

function showValue(axis: string, value: string): string {
  if (axis === 'channels') return `${value} ch`;
  return ['variant', 'metric', 'pageSize', 'workload', 'transport'].includes(axis) ? value : `${axis}=${value}`;
}
