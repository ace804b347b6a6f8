// `verify --benchmark`: the checker's own speed against its goals. Exit 1 if one is missed.

import { measureSpeed, type Speed } from '../../src/verify/speed.js';
import { boxed } from '../terminal/boxed-table.js';

export function verifyBenchmark({ json }: { readonly json?: boolean }): number {
  const figures = measureSpeed(({ what }) => {
    if (process.stderr.isTTY) process.stderr.write(`measured: ${what}\n`);
  });
  if (json) process.stdout.write(`${JSON.stringify({ node: process.version, figures }, null, 1)}\n`);
  else if (process.stdout.isTTY) {
    const table = boxed(['verify', 'measured', 'goal', '', 'counted'], 'lrrl');
    table.push(...figures.map((figure) => cells(figure)));
    process.stdout.write(`${table.toString()}\n`);
  } else {
    const rows = figures.map((figure) => cells(figure).join('\t'));
    process.stdout.write(`verify\tmeasured\tgoal\tmet\tcounted\n${rows.join('\n')}\n`);
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
