// The compare command: two saved runs, cell by cell.
import type { Command } from 'commander';
import { exitWith } from '../base/exit-code.js';
import { UsageError } from '../base/usage-error.js';
import { type Across, alignRuns } from '../result/align.js';
import { type Changes, type ComparedEnd, withoutVisits } from '../result/changes.js';
import { compareRuns, shownMetrics } from '../result/compare-runs.js';
import { conditionsOf, differences, differenceText } from '../result/conditions.js';
import { type Chosen, chooseRun } from '../store/choose.js';
import { declareStore, type StoreFlags, storeOf } from '../store/store-flags.js';
import { stringify } from '../store/stored.js';
import { renderChanges } from '../tables/changes.js';
import { declareFormat, formatOf } from '../tables/format.js';
import { declareLayout, type LayoutFlags, layoutOf, requireWanted, wantedBy } from '../tables/layout-flags.js';

export interface CompareFlags extends LayoutFlags, StoreFlags, Across {
  readonly json?: boolean;
  readonly format?: string;
}

export function declareCompare(program: Command): void {
  const command = program
    .command('compare')
    .description('compare two saved runs: ratio, interval and verdict of each cell that both have')
    .argument('<a>', 'latest, baseline:NAME, a result file, or a commit, branch or tag with a saved run')
    .argument('[b]', 'the same', 'latest');
  declareFormat(declareStore(declareLayout(command)))
    .option('--across-machines', 'compare runs of two machines anyway')
    .option('--across-nodes', 'compare runs of two versions of V8 anyway')
    .option('--across-code', 'compare runs of two versions of the harness anyway')
    .option('--json', 'print the document, and nothing else, on stdout')
    .action((a: string, b: string, flags: CompareFlags) => exitWith(compare(a, b, flags)));
}

/** Returns 0, or 3 where the two runs have nothing in common. */
export function compare(first: string, second: string, flags: CompareFlags): number {
  const format = formatOf(flags.format);
  const [layout, wanted, store] = [layoutOf(flags), wantedBy(flags), storeOf(flags)];
  const b = chooseRun(second, 'B', store);
  const a = chooseRun(first, 'A', store, b.result);
  if (a.result.run.id === b.result.run.id)
    throw new UsageError(
      `A and B: ${first} and ${second} are the same run, ${a.result.run.id}: name another commit, file or baseline`,
    );
  const aligned = alignRuns(a.result, b.result, flags);
  requireWanted(
    flags,
    aligned.pairs.map((pair) => pair.b),
    shownMetrics,
  );
  const names = { a: first, b: second };
  const machineChanged = differences(conditionsOf(a.result), conditionsOf(b.result)).map(differenceText);
  const changes: Changes = {
    schema: 1,
    kind: 'compare',
    a: endOf(first, a),
    b: endOf(second, b),
    rounds: Math.min(a.result.run.rounds, b.result.run.rounds),
    cells: [a, b].flatMap(({ result }, at) =>
      result.cells.map((cell) => ({ ...withoutVisits(cell), build: at === 0 ? 'a' : 'b' }) as const),
    ),
    comparisons: compareRuns(aligned, names, { a: a.result.code, b: b.result.code }, wanted),
    unaligned: aligned.unaligned,
    ...(machineChanged.length > 0 ? { machineChanged } : {}),
    leftOut: [...a.leftOut, ...b.leftOut],
    warnings: [...aligned.warnings, ...warningsOf(first, a), ...warningsOf(second, b)],
  };
  if (aligned.pairs.length === 0) {
    const { run } = a.result;
    process.stderr.write(`nothing to compare: runs ${run.id} and ${b.result.run.id} have no measured cell in common\n`);
  }
  process.stdout.write(flags.json ? `${stringify(changes)}\n` : renderChanges(changes, format, layout));
  return aligned.pairs.length === 0 ? 3 : 0;
}

function endOf(name: string, { path, result: { commit, machine, node, run } }: Chosen): ComparedEnd {
  return { name, commit, machineKey: machine.key, node: node.version, path, run: run.id };
}

function warningsOf(name: string, { result: { commit, run } }: Chosen): string[] {
  return [
    ...(commit?.dirty ? [`${name}: run ${run.id} was made with uncommitted changes`] : []),
    ...(run.complete ? [] : [`${name}: run ${run.id} was interrupted: only its finished rounds are here`]),
  ];
}
