// The list command: the variants, what each does and when to use it.

import type { Command } from 'commander';
import type { Variant } from '../../src/sender/variant.js';
import { exitWith } from '../base/exit-code.js';
import { loadVariants } from '../plan/catalogue.js';
import { declareFormat, formatOf, inFormat } from '../tables/format.js';
import type { Records } from '../terminal/grid.js';
import { wrap } from '../terminal/wrap.js';

/** Columns of a line at most, and where nobody says how many there are. */
const WIDTH = 79;

interface Row {
  readonly name: string;
  readonly family: Variant['family'];
  readonly depth: Variant['depth'];
  readonly requesters: Variant['requesters'];
  readonly waits: Variant['provider']['waits'];
  /** Who writes. */
  readonly senders: 'threads' | 'threads of its own' | 'tasks of the provider' | 'none';
  readonly summary: string;
  /** The two halves of the summary. */
  readonly mechanism: string;
  readonly use: string;
  /** Why it cannot run here. */
  readonly unavailable?: string;
}

export function declareList(program: Command): void {
  const command = program
    .command('list')
    .description('list the designs: family, mechanism, when to use each, supported depths and requesters')
    .option('--variants <names>', 'only these')
    .option('--json', 'as JSON');
  declareFormat(command).action(async (flags: { json?: boolean; variants?: string; format?: string }) =>
    exitWith(await list(flags)),
  );
}

export async function list({
  json,
  variants,
  format,
}: {
  readonly json?: boolean;
  readonly variants?: string;
  readonly format?: string;
}): Promise<number> {
  const how = formatOf(format);
  const rows = (await loadVariants(variants)).map(({ variant }) => rowOf(variant));
  if (json) process.stdout.write(`${JSON.stringify({ variants: rows }, null, 1)}\n`);
  else
    process.stdout.write(inFormat(how, { table: () => rows.map(describe).join('\n'), records: () => recordsOf(rows) }));
  return 0;
}

function rowOf({ name, family, depth, requesters, summary, provider, sender, unavailable }: Variant): Row {
  const [mechanism, use] = halves(summary);
  const missing = unavailable?.();
  const rest = { waits: provider.waits, senders: sendersOf(sender), summary, mechanism, use };
  return { name, family, depth, requesters, ...rest, ...(missing !== undefined && { unavailable: missing }) };
}

/** The first sentence, and what follows it. */
export function halves(summary: string): [mechanism: string, use: string] {
  const end = summary.search(/\. /);
  return end < 0 ? [summary, ''] : [summary.slice(0, end + 1), summary.slice(end + 2)];
}

function sendersOf(sender: Variant['sender']): Row['senders'] {
  if ('on' in sender) return 'tasks of the provider';
  if (sender.waits === 'own-threads') return 'threads of its own';
  return sender.waits === 'never' ? 'none' : 'threads';
}

/** For people. */
export function describe({ name, family, depth, requesters, senders, mechanism, use, unavailable }: Row): string {
  const [least, most] = depth;
  const facts = [
    family,
    least === most ? `depth ${least}` : `depth ${least} to ${most}`,
    requesters === 'one' ? 'one requester' : 'several requesters',
    `senders: ${senders}`,
  ];
  const texts = [mechanism, use, ...(unavailable === undefined ? [] : [`not here: ${unavailable}`])];
  const width = Math.min(WIDTH, process.stdout.columns ?? WIDTH);
  const head = wrap(`${name}  (${facts.join(', ')})`, width, 2);
  const lines = texts.filter((text) => text !== '').map((text) => wrap(`  ${text}`, width, 2));
  return `${[head, ...lines].join('\n')}\n`;
}

function recordsOf(rows: readonly Row[]): Records {
  return {
    head: ['variant', 'family', 'depth', 'requesters', 'senders', 'mechanism', 'use'],
    rows: rows.map(({ name, family, depth, requesters, senders, mechanism, use }) => [
      ...[name, family, depth.join('..'), requesters, senders, mechanism, use],
    ]),
  };
}
