// The check command: conformance, verification and a quick comparison of one design, in under a minute.
import type { Command } from 'commander';
import { exitWith } from '../base/exit-code.js';
import { UsageError } from '../base/usage-error.js';
import { CheckProgressLine } from '../check/check-progress.js';
import { type CheckReport, checkDocument, renderCheck, statusOf } from '../check/check-summary.js';
import { type CheckProgress, checkByModel, checkConformance, compareQuickly } from '../check/parts.js';
import { type Listed, loadVariants } from '../plan/catalogue.js';
import { renderTables } from '../run.js';

export interface CheckFlags {
  readonly json?: boolean;
}

export function declareCheck(program: Command): void {
  program
    .command('check')
    .description(
      'test a design: conformance, model checker and a quick comparison, in under a minute; exit 1 on a failure, 3 if it has too many states',
    )
    .argument('<design>', 'the path of a .js file, or a name from `list`')
    .option('--json', 'as JSON')
    .action(async (design: string, flags: CheckFlags) => exitWith(await check(design, flags)));
}

const CODES = { passed: 0, failed: 1, incomplete: 3 } as const;

export async function check(given: string, { json }: CheckFlags): Promise<number> {
  const [listed, ...more] = await loadVariants(given, 'check');
  if (more.length > 0) throw new UsageError(`check: got "${given}", takes one design`);
  const line = new CheckProgressLine();
  const onProgress: CheckProgress = (part, what, share) => line.show(part, what, share);
  const report = await checked(listed!, given, onProgress).finally(() => line.end());
  const { comparison } = report;
  if (json) process.stdout.write(`${JSON.stringify(checkDocument(report), null, 1)}\n`);
  else {
    if ('result' in comparison) process.stdout.write(`${renderTables(comparison.result, comparison.planned)}\n`);
    process.stdout.write(`${renderCheck(report)}\n`);
  }
  return CODES[statusOf(report)];
}

async function checked(listed: Listed, given: string, onProgress: CheckProgress): Promise<CheckReport> {
  const conformance = await checkConformance(listed, onProgress);
  const verification = await checkByModel(listed, onProgress);
  const comparison =
    conformance.status === 'passed'
      ? await compareQuickly(listed, given, onProgress)
      : ({ status: 'not-measured', reason: 'what does not conform is not compared' } as const);
  return { listed, given, conformance, verification, comparison };
}
