// A calibration as a table: cell by cell what the default run resolves, cries wolf about, and finds.
import Table from 'cli-table3';
import { percent } from '../tables/readings.js';
import { type Calibration, FINE, type StoredCalibration, type Tally } from './calibration.js';

export function renderCalibration({ cells, runs, rounds, machine, node, commit, ...all }: Calibration): string {
  const table = new Table({
    head: ['cell', 'metric', 'finds', 'A/A', 'false', '10 %', 'found'],
    style: { head: [], border: [] },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const { cell, metric, resolvable, comparisons, falseVerdicts, fine, found } of cells) {
    table.push([shortName(cell), metric, percent(resolvable), comparisons, falseVerdicts, fine, found]);
  }
  return [
    table.toString(),
    'finds: the smallest difference its rows could find (median); A/A, false: comparisons of',
    'a design with itself, and verdicts FASTER or SLOWER among them; 10 %, found: built-in',
    'delays of 10 % in rows that say they resolve it, and those called SLOWER.',
    ...describeTally(all),
    `${runs} runs of ${rounds} processes, ${machine.cpuModel}, ${machine.cores} cores, Node ${node}, ` +
      `${commit ? `commit ${commit.sha.slice(0, 12)}${commit.dirty ? ' (dirty)' : ''}` : 'no commit'}`,
  ].join('\n');
}

export function describeTally(all: Tally): string[] {
  const power =
    all.power === null ? 'no row resolves 10 %' : `${all.found} of ${all.delays} found (${percent(all.power)})`;
  return [
    `false verdicts: ${all.falseVerdicts} of ${all.comparisons} comparisons of a design with itself`,
    `delays of 10 % in rows that resolve ${percent(FINE)}: ${power}`,
    `rows that resolve 10 %: ${percent(all.fineShare)}`,
  ];
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
