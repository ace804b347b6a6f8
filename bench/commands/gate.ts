// The gate command: fails when a commit made something slower, and says by which evidence.
import type { Command } from 'commander';
import { exitWith } from '../exit-code.js';
import type { PlanFlags } from '../plan/run-plan.js';
import { STUDIED_PAIR } from '../plan/tables.js';
import { badValue, UsageError } from '../plan/usage-error.js';
import { type GateConfig, readGateConfig, thresholdsFor } from '../store/gate-config.js';
import { stringify } from '../store/stored.js';
import { exitCodeOf, type GateReport, gateAsMarkdown, gateDocument, renderGate } from '../views/gate.js';
import { attributesOf, parseFilter } from '../views/projection.js';
import { gateAgainst } from './gate-against.js';
import { gateSaved } from './gate-saved.js';
import { Interrupts } from './interrupts.js';
import { declareMeasuring } from './plan-flags.js';
import { declareStore, type StoreFlags } from './store-flags.js';

export interface GateFlags extends StoreFlags, PlanFlags {
  readonly against?: string;
  readonly config?: string;
  readonly filter?: string;
  readonly confirm: boolean;
  readonly explain?: boolean;
  readonly json?: boolean;
  readonly format?: string;
}

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

/** What is judged, and by which thresholds. */
export interface Judging {
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
