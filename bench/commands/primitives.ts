// `run --workload primitives`: what single operations cost here, one by one.

import { measurePrimitives } from '../measure/primitives.js';
import { formatOf, inFormat } from '../tables/format.js';
import { boxedTable } from '../terminal/boxed-table.js';

const SAMPLES = 200;

export async function runPrimitives({
  json,
  quick,
  format,
}: {
  readonly json?: boolean;
  readonly quick?: boolean;
  readonly format?: string;
}): Promise<number> {
  const how = formatOf(format);
  const costs = await measurePrimitives(quick ? SAMPLES / 10 : SAMPLES);
  if (json) {
    process.stdout.write(`${JSON.stringify({ node: process.version, primitives: costs }, null, 1)}\n`);
    return 0;
  }
  const rows = costs.map(({ name, medianNs, lowNs, highNs }) => [name, medianNs, lowNs, highNs].map(show));
  process.stdout.write(
    inFormat(how, {
      table: () => boxedTable(['primitive, uncontended', 'median ns', 'least ns', 'p75 ns'], rows),
      records: () => ({
        head: ['primitive', 'median_ns', 'least_ns', 'p75_ns'],
        rows: costs.map(({ name, medianNs, lowNs, highNs }) => [name, medianNs, lowNs, highNs]),
      }),
    }),
  );
  process.stderr.write(`Node ${process.version}; each number includes a call and a turn of the empty loop\n`);
  return 0;
}

function show(value: string | number): string {
  return typeof value === 'string' ? value : value.toFixed(1);
}
