// The answer of `tune --csv` as text.
import { showNumber } from '../base/quantities.js';
import { LEAST_DIFFERENCE } from '../stats/verdict.js';
import { renderCurve } from '../terminal/curve.js';
import { wrap } from '../terminal/wrap.js';
import { uslText } from './advice-facts.js';
import type { PairsAdvice } from './csv.js';

/** Characters before what a line says. */
const NAMES = 12;

export function renderCsvAdvice(
  { channels, equalSet, usl, lawChannels, curve, pairs }: PairsAdvice,
  columns: number,
): string {
  const [least, most] = [curve[0]!.channels, curve.at(-1)!.channels];
  const percent = (LEAST_DIFFERENCE * 100).toFixed(0);
  const lines = [
    `use ${channels}: the least load within ${percent} % of the highest throughput${equalSet.length > 1 ? `; so are ${equalSet.slice(1).join(', ')}` : ''}`,
    `no test: ${pairs} pairs say nothing of how they would differ when measured again`,
    '',
    `  USL       ${uslText(usl)}`,
    `  the law   is highest at ${lawChannels} within the measured loads, ${showNumber(least)} to ${showNumber(most)}`,
    ...(usl.peak !== null && usl.peak > most
      ? [
          `  beyond    its peak at ${showNumber(usl.peak)} is past what was measured: measure there before relying on it`,
        ]
      : []),
    '',
  ].map((line) => wrap(line, columns, NAMES));
  const width = Math.max(...curve.map((point) => showNumber(point.throughput).length), 10);
  lines.push(`${'load'.padStart(8)}  ${'throughput'.padStart(width)}  ${'USL'.padStart(width)}`);
  for (const point of curve) {
    const mark = point.channels === channels ? '  <- use' : equalSet.includes(point.channels) ? '  equal' : '';
    lines.push(
      `${showNumber(point.channels).padStart(8)}  ${showNumber(point.throughput).padStart(width)}  ${showNumber(point.usl).padStart(width)}${mark}`,
    );
  }
  const measured = curve.map((point) => ({ channels: point.channels, value: point.throughput }));
  const law = curve.map((point) => ({ channels: point.channels, value: point.usl }));
  return [
    ...lines,
    '',
    ...renderCurve(
      [{ points: measured }, { points: law, dotted: true }],
      'throughput over load; the USL dotted',
      columns,
    ),
  ].join('\n');
}
