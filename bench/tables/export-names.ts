// What cells and metrics are called outside: short, and one name for each.
import { attributesOf, isDefault } from './projection.js';

/** `hand-off/mutex/channels=2/pagesPerBatch=1`: axes that have their default are left out. */
export function benchmarkName(id: string): string {
  const { table, variant, metric: _, ...axes } = Object.fromEntries(attributesOf(id, '')) as Record<string, string>;
  const shown = Object.entries(axes).filter(([name, value]) => !isDefault(name, value));
  return [table, variant, ...shown.map(([name, value]) => `${name}=${value}`)].join('/');
}

/** Of a metric's values, as files hold them. */
export function unitOf(metric: string): string {
  if (metric === 'jobsPerSecond') return 'jobs/s';
  if (metric === 'pagesPerSecond') return 'pages/s';
  return metric === 'mibPerSecond' ? 'MiB/s' : 'ns';
}
