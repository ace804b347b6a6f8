// The history command: results over commits, what changed and at which commit.

import type { Command } from 'commander';
import { exitWith } from '../base/exit-code.js';
import { badValue, wholeNumber } from '../base/usage-error.js';
import { STUDIED_PAIR } from '../plan/tables.js';
import { measuredIn } from '../store/find.js';
import { declareStore, type StoreFlags, storeOf } from '../store/store-flags.js';
import { stringify } from '../store/stored.js';
import { commitLine } from '../system/commit-line.js';
import { declareFormat, formatOf, inFormat } from '../tables/format.js';
import { attributesOf, parseFilter, requireSome } from '../tables/projection.js';
import { isImported, isShown } from '../tables/shown-metrics.js';
import { columnsOf } from '../terminal/width.js';
import { readBlessings } from '../tracking/blessings.js';
import { type History, readHistory, reading, seriesOf } from '../tracking/history.js';
import { changesOf } from '../tracking/history-changes.js';
import { historyDocument, historyRecords } from '../tracking/history-document.js';
import { renderHistory } from '../tracking/history-text.js';
import { reconcile } from '../tracking/reported.js';

export interface HistoryFlags extends StoreFlags {
  readonly cell?: string;
  readonly filter?: string;
  readonly metric?: string;
  readonly variants?: string;
  readonly node?: string;
  readonly branch: string;
  readonly last: string;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly format?: string;
}

/** Pages of a wider terminal say nothing more, narrower ones cannot hold a line of numbers. */
const [NARROWEST, WIDEST] = [40, 120];
/** Of other benchmarks, so many series are shown without being asked for. */
const MOST_IMPORTED = 50;

export function declareHistory(program: Command): void {
  const command = program
    .command('history')
    .description('show results over commits: steps, drift and spells, with the commit where each began')
    .option('--cell <text>', 'cells whose id contains this text, as in channels=2; a full id selects one cell')
    .option('--filter <terms>', 'as in "variant=mutex channels>2"; * is any text')
    .option('--metric <names>', 'as in jobsPerSecond,cpuNsPerJob; default what each table shows')
    .option('--variants <names>', 'only these designs')
    .option('--branch <revision>', 'order commits along the first parents of this revision', 'HEAD')
    .option('--last <n>', 'at most this many commits, the newest', '200')
    .option('--node <major>', 'runs under this major version of Node; default that of the newest run')
    .option('--all', 'also show series without a change, of all designs');
  declareFormat(declareStore(command))
    .option('--json', 'print the document, and nothing else, on stdout')
    .action((flags: HistoryFlags) => exitWith(history(flags)));
}

/** Returns 0: to fail on a regression is `gate`'s part. */
export function history(flags: HistoryFlags): number {
  const format = formatOf(flags.format);
  const store = storeOf(flags);
  const last = wholeNumber('--last', flags.last, 1, 2000);
  const line = commitLine(flags.branch, measuredIn(store.folder, store.machineKey));
  if (!line && flags.branch !== 'HEAD')
    throw badValue('--branch', flags.branch, 'a branch, tag or commit of this checkout');
  const read = readHistory({ store, line, node: flags.node, last, reading });
  const { series, overturned } = reconcile(read, seriesOf(read, wantedOf(flags, read)), store);
  const blessings = readBlessings(store.folder, store.machineKey);
  const holds = (filter: string, cell: string, metric: string) => parseFilter(filter)(attributesOf(cell, metric));
  const view = { history: read, series, changes: changesOf(read, series, blessings, holds), hidden: 0, overturned };
  if (read.line.shallow && format !== 'table') process.stderr.write('this clone is shallow: git fetch --unshallow\n');
  if (flags.json) process.stdout.write(`${stringify(historyDocument(view))}\n`);
  else {
    const columns = Math.min(WIDEST, Math.max(NARROWEST, columnsOf(process.stdout)));
    process.stdout.write(
      inFormat(format, {
        table: () => renderHistory(flags.all ? view : withoutQuiet(view, flags), columns),
        records: () => historyRecords(view),
      }),
    );
  }
  return 0;
}

/** Which numbers are asked for. Throws UsageError where there are none. */
function wantedOf({ cell: asked, filter, metric, variants }: HistoryFlags, { summaries, commits }: History) {
  const has = new Set(
    commits.flatMap(({ runs }) => [...new Set(runs.map(({ shape }) => shape))]).flatMap(({ keys }) => keys),
  );
  const keys = summaries.keys.filter((_, key) => has.has(key));
  const known = (of: (key: { cell: string; metric: string }) => string) => [...new Set(keys.map(of))].sort();
  const metrics = metric?.split(',').map((name) => name.trim());
  for (const name of metrics ?? []) {
    const all = known((key) => key.metric);
    if (!all.includes(name)) throw badValue('--metric', name, all.join(', '));
  }
  const designs = variants?.split(',').map((name) => name.trim());
  for (const name of designs ?? []) {
    const all = known((key) => variantOf(key.cell));
    if (!all.includes(name)) throw badValue('--variants', name, all.join(', '));
  }
  const test = filter === undefined ? undefined : parseFilter(filter);
  // As it was copied from a terminal, over several lines.
  const cell = asked?.replace(/\s+/g, ' ');
  const ids = new Set(keys.map((key) => key.cell));
  const holdsCell = (id: string) => cell === undefined || (ids.has(cell) ? id === cell : id.includes(cell));
  const wanted = (id: string, name: string) =>
    holdsCell(id) &&
    (designs === undefined || designs.includes(variantOf(id))) &&
    (metrics === undefined ? isShown(id, name) : metrics.includes(name)) &&
    (test === undefined || test(attributesOf(id, name)));
  if (!keys.some((key) => wanted(key.cell, key.metric))) {
    const shown = keys.filter((key) => isShown(key.cell, key.metric));
    if (filter !== undefined)
      requireSome(
        filter,
        shown.map((key) => attributesOf(key.cell, key.metric)),
      );
    const [flag, got] = cell !== undefined ? ['--cell', cell] : ['--filter', filter ?? ''];
    // The words of ids, and the values alone, as people write them.
    const words = [...ids].flatMap((id) => id.split(' ')).flatMap((word) => [word, word.split('=').at(-1)!]);
    const takes = `part of a cell's id or terms that hold for one, as in ${keys[0]?.cell ?? '..'}`;
    throw badValue(flag, got, takes, [...new Set(words)]);
  }
  return wanted;
}

function variantOf(cell: string): string {
  return cell.split(' ')[1] ?? '';
}

/** Unless designs or cells are asked for: the pair under study, and what changed. */
function withoutQuiet<View extends Parameters<typeof renderHistory>[0]>(view: View, flags: HistoryFlags): View {
  if (flags.cell !== undefined || flags.filter !== undefined || flags.variants !== undefined) return view;
  const changed = new Set(view.changes.map(({ cell, metric }) => `${cell} ${metric}`));
  const shown = view.series.filter(
    ({ cell, metric }) =>
      changed.has(`${cell} ${metric}`) ||
      (STUDIED_PAIR as readonly string[]).includes(variantOf(cell)) ||
      (isImported(cell) && view.series.length <= MOST_IMPORTED),
  );
  return { ...view, series: shown, hidden: view.series.length - shown.length };
}
