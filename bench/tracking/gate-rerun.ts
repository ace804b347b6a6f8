// What a measurement of both builds in the same rounds says to a gate: of cells that are suspect, or of all of them.
import { type BuildCell, type BuildComparison, isChange } from '../result/compare-builds.js';
import { betterOf } from '../result/comparisons.js';
import { climb, type Rung, type Thresholds } from '../stats/gate-ladder.js';
import type { GateOptions } from './gate.js';
import type { GateRow } from './gate-row.js';

/** The rows with what the measurement says of those that were suspect; one that it cannot decide stays suspect. */
export function confirmRows(
  rows: readonly GateRow[],
  again: readonly BuildComparison[],
  thresholds: GateOptions['thresholds'],
): GateRow[] {
  return rows.map((row) => {
    if (row.status !== 'suspect') return row;
    const second = again.find(({ cell, metric }) => cell === row.cell && metric === row.metric);
    const rung = rerunRung(second, thresholds(row.cell, row.metric)!);
    const undecided = second === undefined || second.verdict === 'too-few';
    return { ...row, status: undecided ? 'suspect' : rung.holds ? 'failed' : 'passed', rungs: [...row.rungs, rung] };
  });
}

/** All cells of two builds that were measured together, up the same ladder; what differs was measured twice. */
export function judgeComparisons(
  comparisons: readonly BuildComparison[],
  cells: readonly BuildCell[],
  thresholds: GateOptions['thresholds'],
  baseline: string,
): GateRow[] {
  return comparisons.flatMap((comparison): GateRow[] => {
    const { cell, metric, n } = comparison;
    const limits = thresholds(cell, metric);
    if (!limits) return [];
    const first = comparison.first ?? comparison;
    const level = (build: 'a' | 'b') =>
      cells.find((each) => each.id === cell && each.build === build)?.metrics[metric]?.median ?? Number.NaN;
    const difference = betterOf(metric) === 'higher' ? level('a') - level('b') : level('b') - level('a');
    const rungs = climb(
      {
        ...{ processes: { baseline: n, candidate: n }, worse: worseBy(metric, first.ratio), difference },
        changed: {
          holds: first.verdict === 'slower',
          seen: `x${first.ratio.toFixed(3)} (${first.low.toFixed(3)} to ${first.high.toFixed(3)}), ${first.verdict}`,
        },
      },
      limits,
    );
    const row = { cell, metric, ratio: comparison.ratio, baseline };
    const last = rungs.at(-1)!;
    if (!last.holds) return [{ ...row, status: last.name === 'data' ? 'no-data' : 'passed', rungs }];
    // Interrupted before the second measurement: neither confirmed nor refuted.
    if (comparison.confirmed === false && isUnmeasured(comparison)) return [{ ...row, status: 'suspect', rungs }];
    const rung = rerunRung(comparison, limits);
    return [{ ...row, status: rung.holds ? 'failed' : 'passed', rungs: [...rungs, rung] }];
  });
}

/** The rerun must call it slower, and by more than what passes. */
function rerunRung(second: BuildComparison | undefined, { relative }: Thresholds): Rung {
  if (!second) return { name: 'rerun', holds: false, seen: 'not measured again' };
  const { verdict, ratio, low, high, metric } = second;
  return {
    name: 'rerun',
    holds: verdict === 'slower' && worseBy(metric, ratio) > 1 + relative,
    seen: `both builds in the same rounds again: x${ratio.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}), ${verdict}`,
  };
}

/** A comparison whose second figures are those of the first was not measured again. */
function isUnmeasured({ ratio, low, high, first }: BuildComparison): boolean {
  return first !== undefined && isChange(first) && first.ratio === ratio && first.low === low && first.high === high;
}

function worseBy(metric: string, ratio: number): number {
  return betterOf(metric) === 'higher' ? 1 / ratio : ratio;
}
