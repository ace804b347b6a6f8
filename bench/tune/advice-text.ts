// The answer of `tune` as text: the answer first, then why, then the counts that were measured.
import { LEAST_DIFFERENCE } from '../stats/verdict.js';
import { wrap } from '../terminal/wrap.js';
import type { Advice } from './advice.js';
import { countsTable, curveOf } from './advice-counts.js';
import { factsOf, many } from './advice-facts.js';
import { showArm } from './space.js';

export function renderAdvice(advice: Advice, columns: number): string {
  const head = headOf(advice).map((line) => wrap(line, columns));
  const facts = factsOf(advice, columns);
  return [...head, '', ...facts, '', ...countsTable(advice, columns), ...curveOf(advice, columns)].join('\n');
}

/** The first lines: what to do. */
export function headOf(advice: Advice): string[] {
  const { channels, equalSet, undecided, range } = advice;
  const lines = [`use ${many(channels)}, ${showArm(advice)}`];
  const percent = (LEAST_DIFFERENCE * 100).toFixed(0);
  lines.push(
    `the fewest that are shown to lose no more than ${percent} %; so do ${equalSet.length > 1 ? `${equalSet.join(', ')}` : 'no others'} of those measured`,
  );
  const fewer = undecided.filter((count) => count < channels);
  if (fewer.length > 0)
    lines.push(
      `not told: whether ${fewer.join(', ')} would do as well${advice.ended === 'budget' ? ' (the budget ended first)' : ''}`,
    );
  if (channels === range.most)
    lines.push(`${channels} is the most that was measured: more may be better, which nothing here says`);
  return lines;
}
