// The gate command: fails when a commit made something slower, and says by which evidence.

import type { Command } from 'commander';
import { exitWith } from '../base/exit-code.js';
import { Interrupts } from '../base/interrupts.js';
import { requireMode } from '../base/modes.js';
import { badValue, UsageError } from '../base/usage-error.js';
import { declareMeasuring } from '../plan/plan-flags.js';
import { STUDIED_PAIR } from '../plan/tables.js';
import { declareStore } from '../store/store-flags.js';
import { stringify } from '../store/stored.js';
import { declareFormat, formatOf, inFormat } from '../tables/format.js';
import { attributesOf, parseFilter } from '../tables/projection.js';
import { columnsOf } from '../terminal/width.js';
import { type GateConfig, readGateConfig, thresholdsFor } from '../tracking/gate-config.js';
import type { GateFlags, Judging } from '../tracking/gate-flags.js';
import { gateSaved } from '../tracking/gate-saved.js';
import {
  type Explained,
  exitCodeOf,
  type GateReport,
  gateAsMarkdown,
  gateDocument,
  gateRecords,
  renderGate,
} from '../tracking/gate-text.js';

export function declareGate(program: Command): void {
  const command = program
    .command('gate')
    .description('fail if a commit made a cell slower; exit 1 on a regression, 2 on bad data, 3 if inconclusive')
    .argument('[commit]', 'its saved runs are judged by those before it; latest: the newest run', 'HEAD')
    .option('--against <revision>', 'measure that commit beside this build instead, as `against` does')
    .option('--config <file>', 'thresholds; default multifd-bench.json of the project, where there is one')
    .option('--filter <terms>', 'only these cells, as in "variant=mutex channels>2"')
    .option('--no-confirm', 'decide by saved runs alone, without measuring both builds again')
    .option('--explain [how]', 'also show why cells pass: a few of each kind; all: every rung of every cell');
  const known = command.options.length;
  declareMeasuring(command, STUDIED_PAIR.join(','));
  const ofPlans = command.options.slice(known).map(({ long }) => long!);
  declareFormat(declareStore(command))
    .option('--json', 'print the document, and nothing else, on stdout')
    .action(async (commit: string, flags: GateFlags) => {
      requireMode(command, 'against', ofPlans);
      return exitWith(await gate(commit, flags));
    });
}

/** Returns 0 fine, 1 a regression, 3 inconclusive, or the code of a signal. */
export async function gate(revision: string, flags: GateFlags): Promise<number> {
  const format = formatOf(flags.format);
  const explained = explainedBy(flags);
  const brief = explained === 'urgent' && !flags.json && ['table', 'markdown'].includes(format);
  const judging = { ...judgingOf(flags), brief };
  const interrupts = new Interrupts();
  try {
    const part =
      flags.against === undefined
        ? await gateSaved(revision, flags, judging, interrupts)
        : await (await import('../tracking/gate-against.js')).gateAgainst(flags.against, flags, judging, interrupts);
    const report: GateReport = { ...part, exitCode: exitCodeOf(part.rows, part.inconclusive) };
    if (flags.json) process.stdout.write(`${stringify(gateDocument(report))}\n`);
    else
      process.stdout.write(
        inFormat(format, {
          table: () => renderGate(report, explained, columnsOf(process.stdout)),
          markdown: () => gateAsMarkdown(report, explained),
          records: () => gateRecords(report),
        }),
      );
    return interrupts.code ?? report.exitCode;
  } catch (cause) {
    if (interrupts.code === undefined) throw cause;
    process.stderr.write('interrupted: nothing was decided\n');
    return interrupts.code;
  } finally {
    interrupts.close();
  }
}

function explainedBy({ explain }: GateFlags): Explained {
  if (explain === undefined || explain === false) return 'urgent';
  if (explain === true || explain === 'short') return 'short';
  if (explain !== 'all') throw badValue('--explain', explain, 'short (or nothing), all');
  return 'all';
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
