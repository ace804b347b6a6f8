// Each row of docs/designs.md compares two designs: what both have in common stays in common, so that the rest is the
// difference that the row names. Tests of pairs that differ in a line or two stand in pairs.test.ts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FunctionDeclaration, type Node, type Property, parse } from 'acorn';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../bench/system/project.js';
import type { Variant } from '../src/sender/variant.js';
import { loadRegistered } from './fixtures/available.js';
import { registry } from './index.js';

/** What a pair has in common, as names with blanks between them. */
interface Alike {
  /** Functions of the provider's end that have the same text. */
  readonly provider?: string;
  readonly sender?: string;
  /** Words that are declared in the same way. */
  readonly words?: string;
  /** Of what a design says of itself: what differs. */
  readonly differ?: string;
}

/** All but the lock's line of the table. */
const KIND: Alike = {
  provider: 'lockFreeChannel lockIfFree sendPages signalSync collectSync',
  sender: 'next complete fail',
  words: 'channelsReady sem semSync pendingJob pages pendingSync',
};

/** By the two names of a row. */
const ROWS: Readonly<Record<string, Alike>> = {
  'mutex mutex-short': {
    provider: 'lockFreeChannel lockIfFree sendPages collectSync',
    words: 'channelsReady sem semSync pendingJob pages',
  },
  'mutex-short atomic-barrier': {
    provider: 'collectSync',
    sender: 'fail',
    words: 'channelsReady sem semSync',
    differ: 'family',
  },
  'mutex-classic mutex-short': {
    provider: 'collectSync',
    sender: 'fail',
    words: 'channelsReady sem semSync mutex pages',
  },
  'mutex-spin mutex': KIND,
  'mutex-ticket mutex': KIND,
  'mutex-mcs mutex': KIND,
  'mutex-tas mutex': KIND,
  'mutex-global shared-queue': {
    provider: 'isSynced signalSync collectSync',
    sender: 'isAsked',
    words: 'notEmpty notFull synced asked answered',
    differ: 'family depth',
  },
  'atomic-scan atomic-barrier': {
    provider: 'freeChannel sendPages signalSync collectSync',
    sender: 'next complete fail',
    words: 'channelsReady sem semSync pages pendingSync',
  },
  'mailbox atomic-barrier': { provider: 'collectSync', sender: 'fail', words: 'channelsReady sem semSync' },
  'free-bitmap atomic-barrier': { words: 'sem semSync' },
  'eventcount atomic-barrier': { words: 'pages pendingSync' },
  'wait-async eventcount': {
    provider: 'freeChannel isFree someAreFree isSynced sendPages signalSync collectSync',
    words: 'idle synced work pendingJob pages pendingSync',
    differ: 'senderWaits',
  },
  'receive-on-port message-port': { differ: 'providerWaits senderWaits' },
  'piscina message-port': { provider: 'collectSync', differ: 'senderWaits' },
  'spsc-ring eventcount': { provider: 'collectSync', words: 'synced work', differ: 'depth' },
  'fastest spsc-ring': { words: 'tail head' },
  'shared-queue spsc-ring': { provider: 'isSynced', words: 'synced answered', differ: 'depth' },
  'requesters-cas requesters-mutex': {
    provider: 'signalSync collectSync',
    sender: 'fail',
    words: 'channelsReady sem semSync pendingSync',
    differ: 'family',
  },
  'gate-queue requesters-mutex': { differ: 'depth' },
  'async-mutex async-flag': { provider: 'open', sender: 'open', differ: 'family' },
};

/** Pairs of the page: the first column may name several designs. */
const page = readFileSync(join(PROJECT, 'docs', 'designs.md'), 'utf8');
const rows = [...page.matchAll(/^\| (`.*?) \| `([\w-]+)`[^|]*\| .* \|$/gm)].flatMap(([, first, second]) =>
  [...first!.matchAll(/`([\w-]+)`/g)].map(([, name]) => [name!, second!] as const),
);

const SHAPE = { channels: 3, requesters: 1, depth: 1 };
const inCommon = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>) =>
  Object.keys(a).filter((name) => a[name] === b[name]);

/** The functions of a design's two ends, by end and name: no comments, no assertions (which timing runs switch off). */
function functionsOf(name: string, variant: Variant): Record<string, string> {
  const source = readFileSync(new URL(registry[name]!.module), 'utf8');
  const found: Record<string, string> = {};
  const visit = (node: Node, end: string): void => {
    const called = nameOf(node);
    // What an end says of its memory is for the checker, and no part of the hand-off.
    if (called === 'digest') return;
    if (called !== undefined && called !== 'open' && end !== '') {
      found[`${end}.${called}`] = source
        .slice(node.start, node.end)
        .replace(/\/\*.*?\*\//gs, '')
        .replace(/^\s*\/\/.*$/gm, '')
        .replace(/if \(checking\)\s*invariant\(.*\);/g, '')
        .replace(/\s+/g, ' ');
      return;
    }
    const inside = called === undefined && isEnd(node) ? (node.key as Node & { name: string }).name : end;
    for (const child of Object.values(node).flat()) if (isNode(child)) visit(child, inside);
  };
  visit(parse(source, { ecmaVersion: 'latest', sourceType: 'module' }), '');
  if (Object.keys(found).length > 0) return found;
  // Another file opens both ends.
  return Object.fromEntries(
    (['provider', 'sender'] as const).map((end) => [`${end}.open`, String((variant[end] as { open?: unknown }).open)]),
  );
}

const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === 'string';
const isEnd = (node: Node): node is Property =>
  node.type === 'Property' && ['provider', 'sender'].includes(((node as Property).key as { name?: string }).name ?? '');

/** Of a function that has a name of its own. */
function nameOf(node: Node): string | undefined {
  if (node.type === 'FunctionDeclaration') return (node as FunctionDeclaration).id.name;
  if (node.type !== 'Property') return undefined;
  const { key, value, method } = node as Property;
  return method || /Function/.test(value.type) ? (key as { name?: string }).name : undefined;
}

async function describedBy(name: string) {
  const variant = await loadRegistered(registry[name]!);
  const { family, depth, requesters, provider, sender } = variant;
  const table = Object.entries(variant.state(SHAPE).table).map(([word, row]) => [word, JSON.stringify(row)]);
  return {
    functions: functionsOf(name, variant),
    words: Object.fromEntries(table) as Record<string, string>,
    says: { family, depth: `${depth}`, requesters, providerWaits: provider.waits, senderWaits: sender.waits },
  };
}

describe('designs that the page compares', () => {
  it('are all here', () => {
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.map((row) => row.join(' ')).sort()).toEqual(Object.keys(ROWS).sort());
  });

  it.each(rows)('%s and %s share what they do not differ in', async (a, b) => {
    const [one, other] = [await describedBy(a), await describedBy(b)];
    const functions = inCommon(one.functions, other.functions);
    const ofEnd = (end: string) =>
      functions.filter((name) => name.startsWith(`${end}.`)).map((name) => name.slice(end.length + 1));
    const got = {
      provider: ofEnd('provider'),
      sender: ofEnd('sender'),
      words: inCommon(one.words, other.words),
      differ: Object.keys(one.says).filter((key) => !inCommon(one.says, other.says).includes(key)),
    };
    const joined = Object.entries(got).map(([key, names]) => [key, names.join(' ')]);
    const { provider = '', sender = '', words = '', differ = '' } = ROWS[`${a} ${b}`]!;
    expect(Object.fromEntries(joined)).toEqual({ provider, sender, words, differ });
  });
});
