// What a run says of ablations: how a design differs without what was taken from it, or with what was put in its place.

import { ABLATIONS, type Ablation } from '../plan/ablations.js';
import { ablatedGroup, ablatedName } from '../result/compare-ablations.js';
import type { Result, ResultCell, ResultComparison } from '../result/document.js';
import { METRIC_VIEWS } from './metrics.js';
import { type Compared, listComparisons, readVerdicts } from './readings.js';

/** By Node's names. Others stand as they are. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'x86-64', arm64: 'arm64' };

/** What a reader has to know of each. */
const HEADS: Readonly<Record<Ablation['key'], string>> = {
  scan: 'an atomic load is another instruction on another architecture.',
  rowBytes: 'bytes from the words of one writer to those of the next; packed has none between them.',
  elide: 'off notifies at every post and wake, also where nobody sleeps.',
};

/** The architecture as its makers write it. */
function architectureOf({ machine }: Pick<Result, 'machine'>): string {
  return ARCHITECTURES[machine.architecture] ?? machine.architecture;
}

/** A part for each axis of which several values were measured. */
export function readAblations(result: Result): string[] {
  return ABLATIONS.flatMap((ablation) => {
    const compared = result.comparisons.filter(({ b }) => b.includes(` ${ablation.name}=`));
    return compared.length === 0 ? [] : [readAblation(ablation, compared, result)];
  });
}

function readAblation(ablation: Ablation, compared: readonly ResultComparison[], result: Result): string {
  const cells = new Map<string, ResultCell>();
  for (const cell of result.cells) cells.set(`${ablatedGroup(ablation, cell)} ${ablatedName(ablation, cell)}`, cell);
  const lines = [`--${ablation.name}, on ${architectureOf(result)}: ${HEADS[ablation.key]}`];
  for (const metric of new Set(compared.map((each) => each.metric))) {
    lines.push(METRIC_VIEWS[metric as keyof typeof METRIC_VIEWS].title);
    const own = compared.filter((each) => each.metric === metric);
    const told = new Set(wordsThatDiffer(own.map(({ cell }) => cell)));
    for (const name of new Set(own.map(({ b }) => b))) {
      const named = own.flatMap((comparison): Compared[] => {
        const cell = cells.get(`${comparison.cell} ${comparison.b}`);
        if (!cell || comparison.b !== name) return [];
        const words = comparison.cell.split(' ').filter((word) => told.has(word));
        return [{ column: [...words, `${cell.channels} ch`].join(' '), comparison }];
      });
      lines.push(...readVerdicts(named), ...listComparisons(named));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** What tells cells apart beside their channels: the words of their names that not all of them have. */
function wordsThatDiffer(cells: readonly string[]): string[] {
  const words = cells.map((cell) => cell.split(' '));
  return [...new Set(words.flat())].filter(
    (word) => !word.startsWith('channels=') && words.some((each) => !each.includes(word)),
  );
}
