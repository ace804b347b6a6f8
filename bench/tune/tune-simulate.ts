// tune --simulate: how often the search is right, where the best count is known.

import { wholeNumber } from '../base/usage-error.js';
import { boxedTable, WIDEST } from '../terminal/boxed-table.js';
import { wrap } from '../terminal/wrap.js';
import { type Simulation, simulate } from './simulation.js';
import type { TuneFlags } from './tune-flags.js';

const DEFAULT_SYSTEMS = '60';
const DEFAULT_SEED = '1';
const LEAST_CORRECT = 0.95;
const MOST_OF_GRID = 1 / 3;

/** Returns 0 when 95 % of the answers are in the true equal set with at most a third of the measurements of the full grid; else 1. */
export async function tuneSimulate({ simulate: systems, seed = DEFAULT_SEED, json }: TuneFlags): Promise<number> {
  const count = wholeNumber('--simulate', systems === true ? DEFAULT_SYSTEMS : String(systems), 1, 10_000);
  const simulation = await simulate(count, wholeNumber('--seed', seed, 0, 2 ** 32 - 1));
  process.stdout.write(json ? `${JSON.stringify(simulation, null, 1)}\n` : `${render(simulation)}\n`);
  const { correctShare, mostReadings, fullGrid } = simulation;
  return correctShare >= LEAST_CORRECT && mostReadings <= fullGrid * MOST_OF_GRID ? 0 : 1;
}

function render({ trials, correctShare, fullGrid, meanReadings, mostReadings }: Simulation): string {
  const rows: string[][] = [];
  for (const { kind, system, noise, best, trueEqualSet, answer, loss, readings, correct } of trials) {
    const [first, last] = [trueEqualSet[0], trueEqualSet.at(-1)];
    const equal = first === last ? `${first}` : `${first} to ${last}`;
    const shown = `${answer}${correct ? '' : ' WRONG'}`;
    rows.push([`${kind}\n${system}`, percent(noise), `${best}`, equal, shown, percent(loss), `${readings}`]);
  }
  const share = (value: number) => `${((100 * value) / fullGrid).toFixed(0)} %`;
  return [
    boxedTable(['system', 'noise', 'best', 'equal', 'answer', 'loses', 'readings'], rows),
    wrap(
      `${trials.filter(({ correct }) => correct).length} of ${trials.length} answers within the true equal set (${percent(correctShare)}), which holds what loses at most 2 %`,
      WIDEST,
      2,
    ),
    wrap(
      `${meanReadings.toFixed(0)} readings on average (${share(meanReadings)} of the full grid's ${fullGrid}), ${mostReadings} at most (${share(mostReadings)})`,
      WIDEST,
      2,
    ),
  ].join('\n');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
