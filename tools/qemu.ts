// The qemu tool: QEMU's own sender beside ours, into docs/qemu-compared.md.
import type { Command } from 'commander';
import { exitWith } from '../bench/base/exit-code.js';
import { runAgainstQemu } from '../bench/qemu/run-qemu.js';
import { publishQemu } from './publish-qemu.js';

export function declareQemu(program: Command): void {
  program
    .command('qemu')
    .description('run --peer qemu, and put its tables into docs/qemu-compared.md')
    .action(async () => exitWith(await runAgainstQemu({ peer: 'qemu', save: true }, publishQemu)));
}
