// The gate command: fails when a commit made something slower, and says by which evidence.
import type { Command } from 'commander';
import { measureAgainst } from '../builds/against.js';
import { buildOf } from '../builds/build.js';
import type { BuildComparison } from '../builds/compare.js';
import { commitOf, requireCheckout } from '../builds/revision.js';
import { exitWith } from '../exit-code.js';
import type { Progress } from '../measure/rounds.js';
import { estimateMs, type Plan } from '../plan/plan.js';
import { type PlanFlags, planOf } from '../plan/run-plan.js';
import { STUDIED_PAIR } from '../plan/tables.js';
import { badValue, UsageError } from '../plan/usage-error.js';
import { LEAST_PROCESSES } from '../stats/verdict.js';
import { readBlessings } from '../store/blessings.js';
import { type Commit, describeCommit } from '../store/commit.js';
import { commitLine } from '../store/commit-line.js';
import { type GateRow, judge } from '../store/gate.js';
import { type GateConfig, readGateConfig, thresholdsFor } from '../store/gate-config.js';
import { confirmRows, judgeComparisons } from '../store/gate-rerun.js';
import { type History, readHistory, seriesOf } from '../store/history.js';
import { PROJECT } from '../store/project.js';
import { readStored } from '../store/read.js';
import { stringify } from '../store/stored.js';
import { exitCodeOf, type GateReport, gateAsMarkdown, gateDocument, renderGate } from '../views/gate.js';
import { ProgressLine } from '../views/progress.js';
import { attributesOf, parseFilter } from '../views/projection.js';
import { Interrupts } from './interrupts.js';
import { declareMeasuring } from './plan-flags.js';
import { isShown } from './shown-metrics.js';
import { declareStore, type StoreFlags, storeOf } from './store-flags.js';

export interface GateFlags extends StoreFlags, PlanFlags {
  readonly against?: string;
  readonly config?: string;
  readonly filter?: string;
  readonly confirm: boolean;
  readonly explain?: boolean;
  readonly json?: boolean;
  readonly format?: string;
}

/** Commits of a history that a baseline and its noise are taken from. */
const HISTORY_COMMITS = 60;

export function declareGate(program: Command): void {
  const command = program
    .command('gate')
    .description('fail when a commit made a cell slower; exit 1 a regression, 2 bad data, 3 inconclusive')
    .argument('[commit]', 'whose saved runs are judged by those of the commits before it', 'HEAD')
    .option('--against <revision>', 'measure that commit beside this build instead, as `against` does')
    .option('--config <file>', 'thresholds; default multifd-bench.json of the project, where there is one')
    .option('--filter <terms>', 'only these cells, as in "variant=mutex channels>2"')
    .option('--no-confirm', 'decide by saved runs alone, without measuring both builds again')
    .option('--explain', 'show every cell, and each rung of its ladder');
  declareStore(declareMeasuring(command, STUDIED_PAIR.join(',')))
    .option('--json', 'print the document, and nothing else, on stdout')
    .option('--format <how>', 'table, or markdown', 'table')
    .action(async (commit: string, flags: GateFlags) => exitWith(await gate(commit, flags)));
}

/** Returns 0 fine, 1 a regression, 3 inconclusive, or the code of a signal. */
export async function gate(revision: string, flags: GateFlags): Promise<number> {
  const format = flags.format ?? 'table';
  if (format !== 'table' && format !== 'markdown') throw badValue('--format', format, 'table, markdown');
  const judging = judgingOf(flags);
  const interrupts = new Interrupts();
  try {
    const part =
      flags.against === undefined
        ? await gateSaved(revision, flags, judging, interrupts)
        : await gateAgainst(flags.against, flags, judging, interrupts);
    const report: GateReport = { ...part, exitCode: exitCodeOf(part.rows) };
    if (flags.json) process.stdout.write(`${stringify(gateDocument(report))}\n`);
    else if (format === 'markdown') process.stdout.write(`${gateAsMarkdown(report, flags.explain === true)}\n`);
    else process.stdout.write(`${renderGate(report, flags.explain === true)}\n`);
    return interrupts.code ?? report.exitCode;
  } catch (cause) {
    if (interrupts.code === undefined) throw cause;
    process.stderr.write('interrupted: nothing was decided\n');
    return interrupts.code;
  } finally {
    interrupts.close();
  }
}

interface Judging {
  readonly thresholds: (cell: string, metric: string) => ReturnType<typeof thresholdsFor>;
  readonly holds: (filter: string, cell: string, metric: string) => boolean;
  readonly wanted: (cell: string, metric: string) => boolean;
}

/** What the flags and the config file ask for. Throws UsageError that names the file and the field. */
function judgingOf({ config: path, filter }: GateFlags): Judging {
  const config = readGateConfig(path);
  requireFilters(config, path);
  const holds = (terms: string, cell: string, metric: string) => parseFilter(terms)(attributesOf(cell, metric));
  if (filter !== undefined) parseFilter(filter);
  return {
    holds,
    thresholds: (cell, metric) => thresholdsFor(config, (terms) => holds(terms, cell, metric)),
    wanted: (cell, metric) => filter === undefined || holds(filter, cell, metric),
  };
}

function requireFilters({ rules }: GateConfig, path: string | undefined): void {
  for (const [at, { cells }] of rules.entries()) {
    try {
      parseFilter(cells);
    } catch (cause) {
      const message = (cause as Error).message.replace('--filter: ', '');
      throw new UsageError(`${path ?? 'multifd-bench.json'}: gate.rules[${at}].cells: ${message}`);
    }
  }
}

type Part = Omit<GateReport, 'exitCode'>;

async function gateSaved(revision: string, flags: GateFlags, judging: Judging, interrupts: Interrupts): Promise<Part> {
  const store = storeOf(flags);
  const line = commitLine(revision);
  if (!line) throw badValue('gate', revision, 'a commit, branch or tag of a checkout of multifd-bench');
  const { sha } = commitOf(revision, 'gate');
  const history = readHistory({ store, line, last: HISTORY_COMMITS });
  if (history.commits.at(-1)!.sha !== sha) {
    throw new UsageError(
      `gate: no saved run of ${revision} (${sha.slice(0, 12)}) on ${store.machineKey}: \`run\` makes one of what is ` +
        'checked out and committed, `gate --against REV` measures without one',
    );
  }
  const blessings = readBlessings(store.folder, store.machineKey);
  const { thresholds, holds, wanted } = judging;
  const series = seriesOf(history, (cell, metric) => isShown(cell, metric) && wanted(cell, metric));
  const place = (commit: string) => line.commits.get(commit)?.place;
  const rows = judge({ history, series, blessings, thresholds, holds, place });
  const before = history.commits.at(-2);
  const about = {
    ...{ candidate: sha.slice(0, 12), baseline: `the level up to ${before?.sha?.slice(0, 12) ?? 'nothing'}` },
    ...{ machineKey: store.machineKey, warnings: history.leftOut.map(({ path, reason }) => `${path}: ${reason}`) },
  };
  const suspects = rows.filter(({ status }) => status === 'suspect');
  if (suspects.length === 0) return { ...about, rows };
  if (!flags.confirm) return { ...about, rows: rows.map(withoutRerun) };
  const hindrance = whyNoRerun(sha);
  if (hindrance) return { ...about, rows, warnings: [...about.warnings, `no rerun: ${hindrance}`] };
  return { ...about, rows: await rerun(rows, history, judging, interrupts) };
}

/** All rungs that were asked for hold. */
function withoutRerun(row: GateRow): GateRow {
  return row.status === 'suspect' ? { ...row, status: 'failed' } : row;
}

/** A rerun measures the build that is here: it must be that of the candidate. */
function whyNoRerun(sha: string): string | undefined {
  const here = describeCommit(PROJECT);
  if (!here) return 'this build lies in no checkout';
  if (here.sha !== sha) return `this build is of ${here.sha.slice(0, 12)}`;
  return here.dirty ? 'this build has uncommitted changes' : undefined;
}

/** Measures the suspect cells of both builds in the same rounds; the plan is that of the candidate's saved run. */
async function rerun(rows: readonly GateRow[], history: History, { thresholds }: Judging, interrupts: Interrupts) {
  const baselines = new Set(
    rows.flatMap(({ status, baseline }) => (status === 'suspect' && baseline ? [baseline] : [])),
  );
  let judged = [...rows];
  for (const baseline of baselines) {
    const suspects = rows.filter((row) => row.status === 'suspect' && row.baseline === baseline);
    const ids = new Set(suspects.map(({ cell }) => cell));
    const { run } = readStored(history.commits.at(-1)!.runs.at(-1)!.file.path);
    const { plan } = await planOf((run.flags ?? {}) as PlanFlags);
    const cells = plan.cells.filter(({ id }) => ids.has(id));
    if (cells.length === 0) continue;
    const part: Plan = { ...plan, cells, rounds: Math.max(plan.rounds, LEAST_PROCESSES) };
    process.stderr.write(`measuring ${cells.length} suspect cells beside ${baseline.slice(0, 12)}\n`);
    const wanted = (cell: string, metric: string) => suspects.some((row) => row.cell === cell && row.metric === metric);
    const { comparisons } = await measureBoth(part, commitOf(baseline, 'gate'), wanted, interrupts);
    judged = confirmRows(judged, comparisons, thresholds);
  }
  return judged;
}

async function gateAgainst(
  revision: string,
  flags: GateFlags,
  judging: Judging,
  interrupts: Interrupts,
): Promise<Part> {
  requireCheckout('gate');
  const other = commitOf(revision, '--against');
  const { plan } = await planOf({ ...flags, variants: flags.variants ?? STUDIED_PAIR.join(',') });
  const metricsOf = (table: string) => plan.tables.find(({ id }) => id === table)!.metrics;
  const { thresholds, wanted } = judging;
  const judged = (cell: string, metric: string) => wanted(cell, metric) && thresholds(cell, metric) !== undefined;
  const cells = plan.cells.filter(({ id, table }) => metricsOf(table).some((metric) => judged(id, metric)));
  if (cells.length === 0) throw badValue('--filter', flags.filter ?? '', 'terms that hold for a cell');
  const part: Plan = {
    ...plan,
    cells,
    rounds: flags.rounds === undefined ? Math.max(plan.rounds, LEAST_PROCESSES) : plan.rounds,
  };
  const outcome = await measureBoth(part, other, judged, interrupts);
  const here = describeCommit(PROJECT);
  return {
    candidate: here ? `${here.sha.slice(0, 12)}${here.dirty ? ' + changes' : ''}` : 'this build',
    baseline: `${revision} (${other.sha.slice(0, 12)})`,
    machineKey: storeOf(flags).machineKey,
    rows: judgeComparisons(outcome.comparisons, outcome.cells, thresholds, other.sha),
    warnings: outcome.cells
      .filter(({ status, sameAs }) => status === 'failed' && sameAs === undefined)
      .map(({ id, build, reason }) => `${id} failed in ${build === 'a' ? revision : 'this build'}: ${reason}`),
  };
}

async function measureBoth(
  plan: Plan,
  other: Commit,
  wanted: (cell: string, metric: string) => boolean,
  interrupts: Interrupts,
): Promise<{ comparisons: readonly BuildComparison[]; cells: Awaited<ReturnType<typeof measureAgainst>>['cells'] }> {
  const line = new ProgressLine();
  const say = (text: string) => process.stderr.write(`${text}\n`);
  try {
    const folder = await buildOf(other, { signal: interrupts.signal, say });
    const estimate = 2 * estimateMs(plan);
    say(
      `${plan.cells.length} cells of both builds in ${plan.rounds} processes: about ${Math.ceil(estimate / 1000)} s (seed ${plan.seed})`,
    );
    const progress: Progress = ({ round, done, total, cell: { cell } }) => {
      const what = `${cell.workload} ${cell.variant}, ${cell.channels} ch`;
      line.show({ round, rounds: plan.rounds, done, total, what, estimateMs: estimate });
    };
    return await measureAgainst(plan, {
      builds: { a: folder, b: PROJECT },
      names: { a: other.sha.slice(0, 12), b: 'this build' },
      ...{ wanted, signal: interrupts.signal, progress },
      confirming: (_, cells) => {
        line.end();
        say(`measuring ${cells} cell${cells > 1 ? 's' : ''} again that differ`);
      },
    });
  } finally {
    line.end();
  }
}
