// Lines about what the default run resolves here, and how old that knowledge is.

import { basename } from 'node:path';
import { processes } from '../base/quantities.js';
import { headingOfMetric } from '../tables/metrics.js';
import { FINE } from './calibration.js';
import { advise, type Check, line } from './check.js';
import type { Facts } from './facts.js';
import type { TableResolution } from './resolution.js';

const GROUP = 'The smallest difference that the default run detects';
/** What the default run aims at. */
const FINE_ROWS = 0.8;
const HOW = 'npm run bench measures it, in three minutes, and saves it';

export function checkResolution({ resolution, machine, node, harness }: Facts): Check[] {
  if (!resolution) {
    return [advise(GROUP, 'unknown', 'warning', `no default run of ${machine.key} is saved`, HOW)];
  }
  const tables = resolution.tables.map(({ table, metric, least, most }) => {
    const range = least === most ? percent(least) : `${percent(least)} to ${percent(most)}`;
    return line(GROUP, table, 'ok', `${range}, row by row (${headingOfMetric(metric)})`);
  });
  const sum = (of: (table: TableResolution) => number) => resolution.tables.reduce((all, table) => all + of(table), 0);
  const [rows, fine] = [sum((table) => table.rows), sum((table) => table.fineRows)];
  const share = `${fine} of ${rows} rows detect ${percent(FINE)} or less`;
  const enough =
    fine >= rows * FINE_ROWS
      ? line(GROUP, 'in all', 'ok', share)
      : advise(
          GROUP,
          'in all',
          'note',
          share,
          'for smaller differences: a quieter machine, --keep-awake, --rigorous, fewer cells',
        );
  const of = `${basename(resolution.file)}, ${processes(resolution.processes)}, ${age(resolution.finishedAt)}`;
  const changed: string[] = [];
  if (resolution.node !== node.version) changed.push(`Node was ${resolution.node}`);
  if (resolution.harness !== harness) changed.push('the measuring code has changed since');
  const source =
    changed.length > 0
      ? advise(
          GROUP,
          'measured by',
          'note',
          `${of}; ${changed.join('; ')}`,
          HOW.replace('measures it', 'measures it anew'),
        )
      : line(GROUP, 'measured by', 'ok', of);
  return [...tables, enough, source];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

function age(finishedAt: string): string {
  const hours = (Date.now() - Date.parse(finishedAt)) / 3_600_000;
  const [count, unit] = hours < 48 ? [hours, 'hour'] : [hours / 24, 'day'];
  const whole = Math.max(0, Math.round(count));
  return `${whole} ${unit}${whole === 1 ? '' : 's'} ago`;
}
