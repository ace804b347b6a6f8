// QEMU's own sender beside ours: measured, and put into docs/qemu-compared.md between its two marks.
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Command } from 'commander';
import { exitWith } from '../bench/base/exit-code.js';
import type { QemuResult } from '../bench/qemu/result.js';
import { runAgainstQemu } from '../bench/qemu/run-qemu.js';
import { renderQemu } from '../bench/qemu/table.js';
import { PROJECT } from '../bench/system/project.js';
import { marks, withBetween } from './marks.js';

const QEMU = marks('qemu', '`npm run qemu`');
const PAGE = 'docs/qemu-compared.md';

export function declareQemu(program: Command): void {
  program
    .command('qemu')
    .description(`run --peer qemu, and put its tables into ${PAGE}`)
    .action(async () => exitWith(await runAgainstQemu({ peer: 'qemu', save: true }, publishQemu)));
}

/** `saved` is where its samples are, if they are kept. */
export function publishQemu(result: QemuResult, saved: string | undefined): void {
  const text = readFileSync(`${PROJECT}${PAGE}`, 'utf8');
  writeFileSync(`${PROJECT}${PAGE}`, withQemu(text, renderQemu(result), saved && relative(PROJECT, saved)));
  process.stderr.write(`${PAGE} shows it\n`);
}

/** `text` with the tables between the marks. Throws UsageError when they are not there. */
export function withQemu(text: string, tables: string, saved: string | undefined): string {
  const source = saved === undefined ? '' : `\nSamples: \`${saved}\`.\n`;
  return withBetween(PAGE, text, QEMU, `${source}\n\`\`\`text\n${tables.trimEnd()}\n\`\`\`\n\n`);
}
