// The list command: the variants, what each does and when to use it.

import type { Command } from 'commander';
import { exitWith } from '../exit-code.js';
import { loadVariants } from '../plan/catalogue.js';

export function declareList(program: Command): void {
  program
    .command('list')
    .description('the variants: family, mechanism, when to use each')
    .option('--variants <names>', 'only these')
    .option('--json', 'as JSON')
    .action(async (flags: { json?: boolean; variants?: string }) => exitWith(await list(flags)));
}

export async function list({
  json,
  variants,
}: {
  readonly json?: boolean;
  readonly variants?: string;
}): Promise<number> {
  const listed = (await loadVariants(variants)).map(({ variant }) => {
    const { name, family, depth, requesters, summary, provider, sender } = variant;
    const senders = 'on' in sender ? 'tasks of the provider' : sender.waits === 'never' ? 'none' : 'threads';
    return { name, family, depth, requesters, waits: provider.waits, senders, summary };
  });
  if (json) process.stdout.write(`${JSON.stringify({ variants: listed }, null, 1)}\n`);
  else if (!process.stdout.isTTY) {
    for (const { name, family, depth, senders, summary } of listed) {
      process.stdout.write(`${[name, family, depth.join('..'), senders, summary].join('\t')}\n`);
    }
  } else {
    for (const { name, family, depth, senders, summary } of listed) {
      process.stdout.write(
        `${name}  (${family}; senders: ${senders}; depth ${depth.join(' to ')})\n  ${wrap(summary)}\n`,
      );
    }
  }
  return 0;
}

function wrap(text: string, width = 76): string {
  return text.replace(new RegExp(`(.{1,${width}})(?:\\s+|$)`, 'g'), '$1\n  ').trim();
}
