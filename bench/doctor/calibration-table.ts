// A calibration as a table: cell by cell what the default run resolves, cries wolf about, and finds.

import { binomialShare } from '../stats/binomial.js';
import { percent } from '../tables/readings.js';
import { boxed, WIDEST } from '../terminal/boxed-table.js';
import { wrap } from '../terminal/wrap.js';
import type { Calibration, StoredCalibration, Tally } from './calibration.js';

export function renderCalibration({ cells, runs, rounds, machine, node, commit, ...all }: Calibration): string {
  const delay = percent(delayOf(all));
  const table = boxed(['cell', 'metric', 'detects', 'false', 'found', 'seen', 'held'], 'llr');
  for (const { cell, metric, resolvable, comparisons, falseVerdicts, fine, found, covered, seen } of cells) {
    table.push([
      ...[shortName(cell), metric, percent(resolvable), `${falseVerdicts} of ${comparisons}`, `${found} of ${fine}`],
      ...[seen === undefined ? '-' : signed(seen), covered === undefined ? '-' : `${covered} of ${comparisons}`],
    ]);
  }
  return [
    table.toString(),
    ...wrap(
      `detects: the smallest difference its rows could find (median); false: verdicts FASTER or SLOWER among comparisons of a design with itself; found: those called SLOWER of the built-in delays of ${delay} in rows that say they resolve it; seen: the delay as measured (median); held: intervals that hold the delay.`,
      WIDEST,
    ).split('\n'),
    ...describeTally(all),
    ...describeDifferences(all),
    `${runs} runs of ${rounds} processes, ${machine.cpuModel}, ${machine.cores} cores, Node ${node}, ` +
      `${commit ? `commit ${commit.sha.slice(0, 12)}${commit.dirty ? ' (dirty)' : ''}` : 'no commit'}`,
  ].join('\n');
}

export function describeTally(all: Tally & Pick<Calibration, 'builtIn'>): string[] {
  const delay = percent(delayOf(all));
  const { falseVerdicts, comparisons, found, delays, covered } = all;
  const power = delays === 0 ? `no row resolves ${delay}` : `${shareText(found, delays)} found`;
  return [
    `false verdicts: ${shareText(falseVerdicts, comparisons)} comparisons of a design with itself`,
    `delays of ${delay} in rows that resolve it: ${power}`,
    `rows that resolve ${delay}: ${percent(all.fineShare)}`,
    ...(covered === undefined ? [] : [`intervals that hold the delay: ${shareText(covered, comparisons)}`]),
  ];
}

/** What would have been found of differences of other sizes: older files do not say it. */
function describeDifferences({ differences = [], comparisons }: Tally): string[] {
  if (differences.length === 0) return [];
  const list = (text: (each: (typeof differences)[number]) => string) => differences.map(text).join(', ');
  const found = list(({ share, found }) => `${percent(share)} in ${found}`);
  const sure = list(({ share, foundOfDetectable, detectable }) => {
    return `${percent(share)} in ${foundOfDetectable} of ${detectable}`;
  });
  const text = `differences that would have been found in ${comparisons} rows, with the times of the copy counted as longer: ${found}; in rows that say they detect it: ${sure}`;
  return wrap(text, WIDEST).split('\n');
}

/** `+3.1 %`: a delay. */
function signed(share: number): string {
  return `${share < 0 ? '-' : '+'}${percent(Math.abs(share))}`;
}

/** Older files do not say it. */
function delayOf({ builtIn = 0.1 }: Pick<Calibration, 'builtIn'>): number {
  return builtIn;
}

/** With the exact binomial interval. */
function shareText(count: number, trials: number): string {
  const { share, low, high } = binomialShare(count, trials);
  return `${count} of ${trials} (${percent(share)}, 95 % interval ${percent(low)} to ${percent(high)})`;
}

/** How old it is, and what has changed since. */
export function describeStored({ path, ageMs, sameCode, sameMachine }: StoredCalibration): string {
  const hours = ageMs / 3600e3;
  const age = hours < 48 ? `${hours.toFixed(1)} hours` : `${(hours / 24).toFixed(0)} days`;
  const changed = [sameCode ? '' : 'by other code', sameMachine ? '' : 'on another machine'].filter(Boolean);
  return `${path}: ${age} old${changed.length > 0 ? `, made ${changed.join(' and ')}` : ''}`;
}

/** The table and the axes that its columns run over: what tells the default cells apart. */
function shortName(cell: string): string {
  const [table, ...axes] = cell.split(' ');
  const value = (axis: string) => axes.find((each) => each.startsWith(`${axis}=`))?.slice(axis.length + 1);
  return `${table} ${value('channels')} ch ${value('pageSize')}`;
}
