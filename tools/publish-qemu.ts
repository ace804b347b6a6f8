// Puts a comparison with QEMU into docs/qemu-compared.md, between its two marks.
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { QemuResult } from '../bench/qemu/result.js';
import { renderQemu } from '../bench/qemu/table.js';
import { PROJECT } from '../bench/system/project.js';
import { marks, withBetween } from './marks.js';

const QEMU = marks('qemu', '`npm run qemu`');
const PAGES: readonly (readonly [file: string, render: (result: QemuResult) => string])[] = [
  ['docs/qemu-compared.md', renderQemu],
];

/** `saved` is where its samples are, if they are kept. */
export function publishQemu(result: QemuResult, saved: string | undefined): void {
  for (const [file, render] of PAGES) {
    const text = readFileSync(`${PROJECT}${file}`, 'utf8');
    writeFileSync(`${PROJECT}${file}`, withQemu(file, text, render(result), saved && relative(PROJECT, saved)));
    process.stderr.write(`${file} shows it\n`);
  }
}

/** `text` with the tables between the marks. Throws UsageError that names `file` when they are not there. */
export function withQemu(file: string, text: string, tables: string, saved: string | undefined): string {
  const source = saved === undefined ? '' : `\nSamples: \`${saved}\`.\n`;
  return withBetween(
    file,
    text,
    QEMU,
    `${source}
\`\`\`text
${tables.trimEnd()}
\`\`\`

`,
  );
}
