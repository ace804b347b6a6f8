// Load and throughput from elsewhere: read line by line, fitted, and as much advice as pairs without processes can give.
import { decimalMarksOf, NUMBER_LIKE, spreadsheetNumber } from '../base/spreadsheet.js';
import { UsageError } from '../base/usage-error.js';
import { mean } from '../stats/mean.js';
import { fitUsl, type UslPoint, uslThroughput } from '../stats/usl.js';
import { LEAST_DIFFERENCE } from '../stats/verdict.js';
import { type UslAdvice, uslAdvice } from './usl-advice.js';

export interface PairsAdvice {
  readonly schema: 1;
  /** The fewest whose mean is within 2 % of the highest: pairs have no processes, so nothing is tested. */
  readonly channels: number;
  readonly variant: null;
  readonly equalSet: readonly number[];
  readonly usl: UslAdvice;
  /** The law at its highest over the measured range. */
  readonly lawChannels: number;
  readonly curve: readonly { readonly channels: number; readonly throughput: number; readonly usl: number }[];
  readonly pairs: number;
}

const MOST_LOAD = 1e6;
const LEAST_DISTINCT = 3;

/**
 * Two numbers a line, between comma, semicolon, tab or spaces; empty lines and those from `#` on are passed over, and a
 * first line without numbers is a heading.
 *
 * @param file what errors name
 */
export function parsePairs(text: string, file: string): UslPoint[] {
  const points: UslPoint[] = [];
  const decimalMarks = decimalMarksOf(text);
  let begun = false;
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const content = line.replace(/#.*/, '').trim();
    if (content === '') continue;
    const fields = fieldsOf(content);
    // Spreadsheets say first what they put between fields.
    if (!begun && /^sep=.$/i.test(content)) continue;
    const isHeading = !begun && fields.every((field) => field !== '' && !NUMBER_LIKE.test(field));
    begun = true;
    if (isHeading) continue;
    const where = `--csv: ${file}, line ${at + 1}`;
    if (fields.length !== 2)
      throw new UsageError(
        `${where}: got ${fields.length === 1 ? 'one field' : `${fields.length} fields`}, takes two: load and throughput`,
      );
    const [load, throughput] = fields.map((field) =>
      spreadsheetNumber(field, /[;\t]/.test(content) ? decimalMarks : undefined, where),
    ) as [number, number];
    if (!(load > 0 && load <= MOST_LOAD))
      throw new UsageError(`${where}: load: got "${fields[0]}", takes a number above 0, up to ${MOST_LOAD}`);
    if (!(throughput > 0 && Number.isFinite(throughput)))
      throw new UsageError(`${where}: throughput: got "${fields[1]}", takes a number above 0`);
    points.push({ channels: load, throughput });
  }
  const distinct = new Set(points.map(({ channels }) => channels)).size;
  if (distinct < LEAST_DISTINCT)
    throw new UsageError(`--csv: ${file}: got ${distinct} different loads, takes at least ${LEAST_DISTINCT}`);
  return points;
}

/** Semicolons and tabs part fields where there are any: then a comma is a decimal mark. */
function fieldsOf(line: string): string[] {
  const fields = /[;\t]/.test(line) ? line.split(/\s*[;\t]\s*/) : line.split(/\s*,\s*|\s+/);
  return fields.map((field) => field.replace(/^"(.*)"$/, '$1').trim());
}

export function adviceFromPairs(points: readonly UslPoint[]): PairsAdvice {
  const fit = fitUsl(points);
  const loads = [...new Set(points.map(({ channels }) => channels))].sort((x, y) => x - y);
  const curve = loads.map((channels) => ({
    channels,
    throughput: mean(points.filter((point) => point.channels === channels).map(({ throughput }) => throughput)),
    usl: uslThroughput(fit, channels),
  }));
  const highest = Math.max(...curve.map(({ throughput }) => throughput));
  const equalSet = curve
    .filter(({ throughput }) => throughput >= highest * (1 - LEAST_DIFFERENCE))
    .map(({ channels }) => channels);
  const [least, most] = [Math.ceil(loads[0]!), Math.floor(loads.at(-1)!)];
  const peak = Math.sqrt((1 - fit.contention) / fit.coherency);
  const inRange = Math.min(most, Math.max(least, peak));
  const nearest = [Math.floor(inRange), Math.ceil(inRange)].reduce((best, each) =>
    uslThroughput(fit, each) > uslThroughput(fit, best) ? each : best,
  );
  return {
    schema: 1,
    channels: equalSet[0]!,
    variant: null,
    equalSet,
    usl: uslAdvice(fit),
    lawChannels: nearest,
    curve,
    pairs: points.length,
  };
}
