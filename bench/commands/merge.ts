// The merge command: joins the shards of a run, prints and saves it.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { exitWith } from '../base/exit-code.js';
import { UsageError } from '../base/usage-error.js';
import type { PlanFlags } from '../plan/run-plan.js';
import { planOf } from '../plan/run-plan.js';
import { type MergeOptions, mergeShards } from '../store/merge.js';
import { readResult } from '../store/read.js';
import { saveResult } from '../store/save.js';
import { stringify } from '../store/stored.js';
import { WORKPLACE } from '../system/project.js';
import { renderTables } from '../tables/comparison-table.js';
import { toMarkdown } from '../tables/export-tables.js';
import { declareFormat, type Format, formatOf, inFormat } from '../tables/format.js';
import { layoutOf } from '../tables/layout-flags.js';
import { runRecords } from '../tables/run-records.js';
import { columnsOf } from '../terminal/width.js';
import { type GatePart, isGateDocument, mergeGates } from '../tracking/gate-merge.js';
import { gateAsMarkdown, gateDocument, gateRecords, renderGate } from '../tracking/gate-text.js';

export interface MergeFlags extends MergeOptions {
  readonly results?: string;
  readonly save: boolean;
  readonly json?: boolean;
  readonly format?: string;
}

export function declareMerge(program: Command): void {
  const command = program
    .command('merge')
    .description('join the shards of a run (`run --shard i/n`), or of a gate (`gate --against REV --shard i/n --json`)')
    .argument('<files...>', 'the result files, or the documents, of all shards')
    .option('--across-machines', 'join shards of several machines; the result is compared with no other')
    .option('--partial', 'join what is there when shards are missing')
    .option('--results <folder>', "where the run is kept; default this project's results/")
    .option('--no-save', 'write no file there')
    .option('--json', 'print the result document, and nothing else, on stdout');
  declareFormat(command).action(async (files: string[], flags: MergeFlags) => exitWith(await merge(files, flags)));
}

/** Returns 0, or 1 when a cell failed; of gates what a gate of the whole plan would. */
export async function merge(files: readonly string[], flags: MergeFlags): Promise<number> {
  const format = formatOf(flags.format);
  const gates = gatesAmong(files);
  if (gates) return mergedGate(gates, flags, format);
  const parts = files.map((path) => ({ path, result: readResult(path) }));
  const merged = await mergeShards(parts, flags);
  const { plan } = await planOf(merged.run.flags as PlanFlags);
  if (flags.json) process.stdout.write(`${stringify(merged)}\n`);
  else
    process.stdout.write(
      inFormat(format, {
        table: () => renderTables(merged, plan.tables),
        records: () => runRecords(merged, plan.tables),
        markdown: () => toMarkdown(merged, layoutOf({})),
      }),
    );
  for (const warning of merged.warnings) process.stderr.write(`warning: ${warning}\n`);
  if (flags.save) {
    const folder = flags.results === undefined ? `${WORKPLACE}results` : resolve(flags.results);
    try {
      process.stderr.write(`saved ${saveResult(folder, merged)}\n`);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      process.stderr.write('these shards were merged before: the run is there already\n');
    }
  }
  return merged.cells.some(({ status }) => status === 'failed') ? 1 : 0;
}

/** The documents, where the first file is one of a gate. */
function gatesAmong(files: readonly string[]): GatePart[] | undefined {
  const read = files.map((path) => ({ path, document: parsed(path) }));
  if (!isGateDocument(read[0]?.document)) return undefined;
  return read.map(({ path, document }) => {
    if (!isGateDocument(document)) throw new UsageError(`${path}: not what \`gate --json\` prints, as ${files[0]} is`);
    return { path, document };
  });
}

/** Undefined for what is not JSON: reading it as a result says so. */
function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function mergedGate(parts: readonly GatePart[], { partial, json }: MergeFlags, format: Format): number {
  const report = mergeGates(parts, partial === true);
  const text = json
    ? `${stringify(gateDocument(report))}\n`
    : inFormat(format, {
        table: () => renderGate(report, 'urgent', columnsOf(process.stdout)),
        markdown: () => gateAsMarkdown(report, 'all'),
        records: () => gateRecords(report),
      });
  process.stdout.write(text);
  return report.exitCode;
}
