// The searches command: how far the checker gets with each shipped design that blocks, as a table for docs/verifying.md.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { exitWith } from '../bench/base/exit-code.js';
import { UsageError, wholeNumber } from '../bench/base/usage-error.js';
import { loadVariants } from '../bench/plan/catalogue.js';
import { PROJECT } from '../bench/system/project.js';
import type { Variant } from '../src/sender/variant.js';
import { MOST_CHANNELS, MOST_JOBS, whyNotModelled } from '../src/verify/designs/index.js';
import { registry } from '../variants/index.js';
import { marks, withBetween } from './marks.js';
import type { SearchedDesign } from './searches-process.js';

interface SearchesFlags {
  readonly variants?: string;
  readonly channels: string;
  readonly jobs: string;
  readonly states: string;
  readonly seconds: string;
  readonly write?: boolean;
}

/** Undefined where it did not end in time. */
export type Row = readonly [name: string, searched: SearchedDesign | undefined];

const PAGE = 'docs/verifying.md';
const PROCESS = fileURLToPath(new URL('./searches-process.js', import.meta.url));
const HEAD = ['| design | states | whole | CPU s | MiB |', '| --- | ---: | --- | ---: | ---: |'];

export function declareSearches(program: Command): void {
  program
    .command('searches')
    .description(`search each shipped design that blocks, whole, each in a process of its own; a table for ${PAGE}`)
    .option('--variants <names>', 'names from `list`; default all that block, one for each file')
    .option('--channels <n>', 'channels', '2')
    .option('--jobs <n>', 'batches before the sync', '3')
    .option('--states <n>', 'most states of a scenario', '20000000')
    .option('--seconds <n>', 'most seconds for each design', '120')
    .option('--write', `puts the table into ${PAGE}`)
    .action(async (flags: SearchesFlags) => exitWith(await searches(flags)));
}

/** Returns 1 where something is found, 3 where a design is not searched whole. */
async function searches(flags: SearchesFlags): Promise<number> {
  const channels = wholeNumber('--channels', flags.channels, 1, MOST_CHANNELS);
  const jobs = wholeNumber('--jobs', flags.jobs, 1, MOST_JOBS);
  const states = wholeNumber('--states', flags.states, 1, 1e9);
  const seconds = wholeNumber('--seconds', flags.seconds, 1, 86_400);
  const listed = await loadVariants(flags.variants, 'searches');
  const isNamed = flags.variants !== undefined;
  const names = listed
    .map(({ variant }) => variant)
    .filter((variant) => isNamed || (doesBlock(variant) && isFirstOfFile(variant.name)))
    .filter((variant) => whyNotModelled(variant) === undefined)
    .map(({ name }) => name);
  const rows = new Map<string, Row>();
  const began = performance.now();
  const left = names.values();
  const serve = async (): Promise<void> => {
    for (const name of left) {
      const row: Row = [name, await searchDesign(name, [channels, jobs, states], seconds)];
      rows.set(name, row);
      process.stderr.write(`${rowOf(row)}\n`);
    }
  };
  const atOnce = Math.min(names.length, availableParallelism());
  await Promise.all(Array.from({ length: atOnce }, serve));
  const taken = names.map((name) => rows.get(name)!);
  const table = tableOf(taken, { seconds: (performance.now() - began) / 1000, atOnce });
  if (flags.write) {
    const path = `${PROJECT}${PAGE}`;
    const name = `searches-${channels}-${jobs}`;
    const command = `\`npm run searches -- --channels ${channels} --jobs ${jobs} --write\``;
    writeFileSync(path, withBetween(PAGE, readFileSync(path, 'utf8'), marks(name, command), table));
  } else process.stdout.write(table);
  const found = taken.flatMap(([, searched]) => searched?.findings ?? []);
  for (const finding of found) process.stderr.write(`${finding}\n`);
  return found.length > 0 ? 1 : taken.every(([, searched]) => isWhole(searched)) ? 0 : 3;
}

function doesBlock({ provider, sender }: Variant): boolean {
  return provider.waits === 'blocks' && sender.waits === 'blocks';
}

/** Designs that share a file differ in their locks, or in what they scan. */
function isFirstOfFile(name: string): boolean {
  const { module } = registry[name]!;
  return Object.keys(registry).find((other) => registry[other]!.module === module) === name;
}

function searchDesign(name: string, numbers: readonly number[], seconds: number): Promise<SearchedDesign | undefined> {
  const limits = { timeout: seconds * 1000, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [PROCESS, name, ...numbers.map(String)], limits, (failure, stdout, stderr) => {
      if (!failure) resolve(JSON.parse(stdout) as SearchedDesign);
      else if (failure.signal === 'SIGKILL') resolve(undefined);
      else reject(new UsageError(`${name}: the process that searches it ended with ${failure.code}: ${stderr}`));
    });
  });
}

/** The rows as a table, and what they come to together. */
export function tableOf(rows: readonly Row[], { seconds, atOnce }: { seconds: number; atOnce: number }): string {
  const ended = rows.flatMap(([, searched]) => (searched ? [searched] : []));
  const whole = ended.filter(isWhole).length;
  const cpu = ended.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  const mib = Math.max(0, ...ended.map((each) => each.mib));
  const sum = `${whole} of ${rows.length} designs are whole; ${cpu.toFixed(0)} s of CPU together, ${seconds.toFixed(0)} s with ${atOnce} at a time, at most ${mib.toFixed(0)} MiB each.`;
  return `\n${[...HEAD, ...rows.map(rowOf)].join('\n')}\n\n${sum}\n\n`;
}

function rowOf([name, searched]: Row): string {
  if (!searched) return `| ${name} | | not in time | | |`;
  const { states, scenarios, whole, cpuSeconds, mib } = searched;
  const how = isWhole(searched) ? 'yes' : `${whole} of ${scenarios} scenarios`;
  const grouped = states.toLocaleString('en').replaceAll(',', ' ');
  return `| ${name} | ${grouped} | ${how} | ${cpuSeconds.toFixed(1)} | ${mib.toFixed(0)} |`;
}

function isWhole(searched: SearchedDesign | undefined): boolean {
  return searched !== undefined && searched.whole === searched.scenarios;
}
