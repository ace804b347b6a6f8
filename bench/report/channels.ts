// Which count of channels each design of a run wants, by the same reasoning as `tune --from`, and what its models draw.

import type { Result } from '../result/document.js';
import { uslThroughput } from '../stats/usl.js';
import type { Advice } from '../tune/advice.js';
import { headOf, renderAdvice } from '../tune/advice-text.js';
import { adviceOn } from '../tune/tune-saved.js';
import type { ModelCurve, Report } from './model.js';

/** The answer for one design and page size of a group. */
export interface ChannelAdvice {
  readonly group: number;
  readonly variant: string;
  /** What to do, and how sure that is. */
  readonly head: readonly string[];
  /** All that `tune` says, line by line. */
  readonly lines: readonly string[];
}

/** Columns of the text: as wide as a page takes. */
const COLUMNS = 100;

/** One for each design, group and page size that has throughputs at two counts of channels or more. */
export function adviseChannels(result: Result, report: Report): { advice: ChannelAdvice[]; models: ModelCurve[] } {
  const advice: ChannelAdvice[] = [];
  const models: ModelCurve[] = [];
  for (const place of placesOf(report)) {
    const own = report.cells.flatMap((cell, index) => (keyOf(cell) === keyOf(place) ? [result.cells[index]!] : []));
    const said = adviceOn({ ...result, cells: own });
    if (!said) continue;
    const { group, variant, pageSize } = place;
    advice.push({ group, variant, head: headOf(said), lines: renderAdvice(said, COLUMNS).split('\n') });
    const mib = (own[0]!.pageSize * own[0]!.pagesPerBatch) / 2 ** 20;
    for (const { name, points } of curvesOf(said)) {
      const about = { group, pageSize, variant, name };
      models.push({ ...about, metric: 'jobsPerSecond', points });
      models.push({
        ...about,
        metric: 'mibPerSecond',
        points: points.map(([count, value]) => [count, value * mib] as const),
      });
    }
  }
  return { advice, models };
}

function placesOf({ cells }: Report): Report['cells'] {
  const places = new Map(cells.filter(({ metrics }) => metrics.jobsPerSecond).map((cell) => [keyOf(cell), cell]));
  return [...places.values()];
}

function keyOf({ group, variant, pageSize }: Report['cells'][number]): string {
  return JSON.stringify([group, variant, pageSize]);
}

/** The law where the points tell its coefficients, and the closed network where its times were measured. */
function curvesOf({ usl, curve, range }: Advice): Pick<ModelCurve, 'name' | 'points'>[] {
  const counts = Array.from({ length: range.most - range.least + 1 }, (_, at) => range.least + at);
  const law = usl.intervals ? counts.map((count) => [count, uslThroughput(usl, count)] as const) : [];
  const network = curve.flatMap(({ channels, predicted }) =>
    predicted === undefined ? [] : [[channels, predicted] as const],
  );
  return [
    { name: 'USL' as const, points: law },
    { name: 'closed network' as const, points: network },
  ].filter(({ points }) => points.length > 1);
}
