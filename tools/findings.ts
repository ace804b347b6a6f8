// The findings command: makes every figure of docs/findings.md anew, each by the command that stands above it.
import { spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { exitWith } from '../bench/base/exit-code.js';
import { badValue, UsageError } from '../bench/base/usage-error.js';
import { readResult } from '../bench/store/read.js';
import { PROJECT } from '../bench/system/project.js';
import { checkExpectations } from './expectations.js';
import { EXPERIMENTS, type Experiment, IMAGE } from './experiments.js';
import { marks, withBetween } from './marks.js';

const CLI = fileURLToPath(new URL('../bench/cli.js', import.meta.url));
const TOOLS = fileURLToPath(new URL('./cli.js', import.meta.url));
const PAGE = 'docs/findings.md';

export function declareFindings(program: Command): void {
  program
    .command('findings')
    .description(`measure the claims of ${PAGE} again, and write what came out into it (half an hour)`)
    .argument('[names...]', `of ${EXPERIMENTS.map(({ id }) => id).join(', ')}; default all`)
    .action(async (names: string[]) => exitWith(await findings(names)));
}

/** Returns 1 where a command failed; the blocks of the others are written. */
async function findings(names: readonly string[]): Promise<number> {
  const known = EXPERIMENTS.map(({ id }) => id);
  for (const name of names) if (!known.includes(name)) throw badValue('findings', name, known.join(', '));
  const wanted = EXPERIMENTS.filter(({ id }) => names.length === 0 || names.includes(id));
  const blocks = new Map<string, string>();
  let failed = 0;
  let ended = 0;
  for (const { id, command, expects } of wanted) {
    process.stderr.write(`${id}: ${commandLine(command)}\n`);
    const outcome = await measure({ id, command, expects });
    if (outcome.code !== 0) failed++;
    ended = outcome.code >= 128 ? outcome.code : 0;
    if (ended) break;
    if (outcome.text.trim() !== '') blocks.set(id, blockOf(command, outcome));
  }
  // Last, so that no run finds the checkout changed.
  let page = readFileSync(`${PROJECT}${PAGE}`, 'utf8');
  for (const [id, block] of blocks) page = withBlock(page, id, block);
  writeFileSync(`${PROJECT}${PAGE}`, page);
  process.stderr.write(`${PAGE} shows ${[...blocks.keys()].join(', ') || 'nothing new'}\n`);
  return ended || (failed > 0 ? 1 : 0);
}

async function measure(experiment: Experiment) {
  const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-findings-'));
  try {
    if (experiment.command.includes(IMAGE.name)) {
      const bytes = randomFillSync(Buffer.alloc(IMAGE.mebibytes * 2 ** 20));
      writeFileSync(join(folder, IMAGE.name), bytes);
    }
    return await runIn(folder, experiment);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runIn(folder: string, { command, expects }: Experiment) {
  const takesFormat = ['run', 'limits'].includes(command[0]!) && !command.includes('primitives');
  const tables = takesFormat ? ['--format', 'table'] : [];
  const child = spawn(process.execPath, [command[0] === 'migrations' ? TOOLS : CLI, ...command, ...tables], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    process.stderr.write(chunk);
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit, signal) => resolve(exit ?? (signal === 'SIGINT' ? 130 : 143)));
  });
  const saved = /^saved (.+)$/m.exec(said)?.[1];
  if (!expects) return { text, code, saved: saved && relative(PROJECT, saved), held: [] };
  if (saved === undefined) throw new UsageError(`findings: ${command.join(' ')} saved no result to check`);
  return { text, code, saved: relative(PROJECT, saved), held: checkExpectations(readResult(saved), expects) };
}

interface Outcome {
  /** What the command printed. */
  readonly text: string;
  /** The result file, relative to the project. */
  readonly saved: string | undefined;
  /** What its ratios are held to, a line each. */
  readonly held: readonly string[];
}

const marksOf = (id: string) => marks(id, `\`npm run findings -- ${id}\``, `finding ${id}`);

/** How a reader repeats it: tools of this repository are scripts of npm, all else is a command of the package. */
export function commandLine([name, ...rest]: readonly string[]): string {
  const how = name === 'migrations' ? `npm run ${name} --` : `npx multifd-bench ${name}`;
  return [how, ...rest].join(' ');
}

/** The command, what it printed, and what that was held to. */
export function blockOf(command: readonly string[], { text, saved, held }: Outcome): string {
  const image = command.includes(IMAGE.name) ? [`head -c ${IMAGE.mebibytes}M /dev/urandom > ${IMAGE.name}`] : [];
  const parts = ['', '```sh', ...image, commandLine(command), '```', '', '```text', text.trimEnd(), '```'];
  if (held.length > 0) parts.push('', 'Held to:', '', ...held.map((line) => `- ${line}`));
  if (saved !== undefined) parts.push('', `Samples: \`${saved}\`.`);
  return `${parts.join('\n')}\n\n`;
}

/** `page` with the block between the marks of `id`. Throws UsageError where they are missing. */
export function withBlock(page: string, id: string, block: string): string {
  return withBetween(PAGE, page, marksOf(id), block);
}
