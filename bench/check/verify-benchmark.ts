// `verify --benchmark`: the checker's own speed against its goals. Exit 1 if one is missed.

import { measureSpeed, type Speed } from '../../src/verify/speed.js';
import { formatOf, inFormat } from '../tables/format.js';
import { boxedTable } from '../terminal/boxed-table.js';

export function verifyBenchmark({ json, format }: { readonly json?: boolean; readonly format?: string }): number {
  const figures = measureSpeed(({ what }) => {
    if (process.stderr.isTTY) process.stderr.write(`measured: ${what}\n`);
  });
  if (json) process.stdout.write(`${JSON.stringify({ node: process.version, figures }, null, 1)}\n`);
  else {
    const rows = figures.map(cells);
    process.stdout.write(
      inFormat(formatOf(format), {
        table: () => boxedTable(['verify', 'measured', 'goal', '', 'counted'], rows, 'lrrl'),
        records: () => ({ head: ['verify', 'measured', 'goal', 'met', 'counted'], rows }),
      }),
    );
  }
  process.stderr.write(
    `Node ${process.version}; one run each, the engine's warm-up included: run it on an idle machine\n`,
  );
  return figures.every(({ isMet }) => isMet) ? 0 : 1;
}

function cells({ what, value, unit, goal, isMet, detail }: Speed): string[] {
  const bound = unit === 'schedules/s' ? 'at least' : 'at most';
  const shown = unit === 's' ? value.toFixed(2) : String(Math.round(value));
  return [what, `${shown} ${unit}`, `${bound} ${goal} ${unit}`, isMet ? 'met' : 'MISSED', detail];
}
