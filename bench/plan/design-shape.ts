// What makes an object a design: every field that the framework reads, checked before any thread does.
import { type Kind, place, type Table } from '../../src/memory/layout.js';
import type { LockKind } from '../../src/memory/lock.js';
import { SCAN_KINDS } from '../../src/memory/scan.js';
import type { Shape, Variant } from '../../src/sender/variant.js';

const KEBAB = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MOST_NAME = 40;
const MOST_DEPTH = 256;
const FAMILIES = ['mutex', 'lock-free', 'message', 'inline'];
const REQUESTERS = ['one', 'threads'];
const WAITS = ['blocks', 'event-loop'];
const KINDS: readonly Kind[] = ['atomic', 'plain', 'semaphore', 'lock', 'event'];
const LOCKS: readonly LockKind[] = ['futex', 'spin', 'ticket', 'mcs', 'tas'];

/** One field that is wrong: what came there and what it takes. */
class WrongField extends Error {
  override readonly name = 'WrongField';

  constructor(field: string, got: unknown, takes: string) {
    super(`${field}: got ${shown(got)}, takes ${takes}`);
  }
}

/** Short, on one line, whatever it is. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'string') return `"${value.length > 60 ? `${value.slice(0, 57)}...` : value}"`;
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

export function isDesignName(name: string): boolean {
  return KEBAB.test(name) && name.length <= MOST_NAME;
}

export const NAME_TAKES = `words in lower case joined by dashes, as in my-design, at most ${MOST_NAME} characters`;

const PUBLISHES_LATE = ['as-asked', 'as-it-sees-fit'];

/** Throws WrongField for the first field that is none of a design's. */
export function checkDesignShape(value: unknown): Variant {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WrongField('default export', value, 'an object made by defineVariant()');
  }
  const design = value as Record<string, unknown>;
  if (typeof design.name !== 'string' || !isDesignName(design.name)) {
    throw new WrongField('name', design.name, NAME_TAKES);
  }
  if (typeof design.summary !== 'string' || design.summary.trim() === '') {
    throw new WrongField('summary', design.summary, 'the mechanism in one sentence, when to use it in a second');
  }
  oneOf('family', design.family, FAMILIES);
  checkDepth(design.depth);
  oneOf('requesters', design.requesters, REQUESTERS);
  for (const field of ['state', 'batches'] as const) aFunction(field, design[field], 'a function of the shape');
  if (design.init !== undefined) aFunction('init', design.init, 'a function of the place, or nothing');
  if (design.publishesLate !== undefined) oneOf('publishesLate', design.publishesLate, PUBLISHES_LATE);
  if (design.unavailable !== undefined) aFunction('unavailable', design.unavailable, 'a function, or nothing');
  checkProvider(design.provider);
  checkSender(design.sender);
  const variant = value as Variant;
  checkWords(variant);
  return variant;
}

function oneOf(field: string, got: unknown, accepted: readonly string[]): void {
  if (!accepted.includes(got as string)) throw new WrongField(field, got, accepted.join(', '));
}

function aFunction(field: string, got: unknown, takes: string): void {
  if (typeof got !== 'function') throw new WrongField(field, got, takes);
}

function checkDepth(depth: unknown): void {
  const whole = (each: unknown) => Number.isInteger(each) && (each as number) >= 1 && (each as number) <= MOST_DEPTH;
  if (Array.isArray(depth) && depth.length === 2 && depth.every(whole) && depth[0] <= depth[1]) return;
  throw new WrongField('depth', depth, `[least, most]: batches in flight a channel, whole numbers 1 to ${MOST_DEPTH}`);
}

function checkProvider(provider: unknown): void {
  if (typeof provider !== 'object' || provider === null) {
    throw new WrongField('provider', provider, 'an object: { waits, open(place, requester) }');
  }
  const { waits, open } = provider as Record<string, unknown>;
  oneOf('provider.waits', waits, WAITS);
  aFunction('provider.open', open, 'a function of place and requester');
}

function checkSender(sender: unknown): void {
  if (typeof sender !== 'object' || sender === null) {
    throw new WrongField('sender', sender, "an object: { waits, open(place, channel) }, or { waits: 'never' }");
  }
  const { waits, open, start, on } = sender as Record<string, unknown>;
  oneOf('sender.waits', waits, [...WAITS, 'never', 'own-threads']);
  if ('on' in sender) {
    oneOf('sender.on', on, ['provider']);
    if (waits !== 'event-loop') throw new WrongField('sender.waits', waits, 'event-loop where sender.on is provider');
  }
  if (waits === 'own-threads') aFunction('sender.start', start, 'a function of place and module');
  else if (waits !== 'never') aFunction('sender.open', open, 'a function of place and channel');
}

/** Calls `state` and `batches` as the framework does, at the least shape and at a larger one. */
function checkWords(variant: Variant): void {
  for (const channels of [1, 3]) {
    const shape: Shape = { channels, requesters: 1, depth: variant.depth[0] };
    const where = `(${channels} channel${channels > 1 ? 's' : ''})`;
    const state = called(`state${where}`, () => variant.state(shape)) as { table?: unknown } | undefined;
    if (typeof state?.table !== 'object' || state.table === null) {
      throw new WrongField(`state${where}`, state, 'what layout() returns');
    }
    for (const [name, entry] of Object.entries(state.table)) checkEntry(name, entry);
    called(`state${where}`, () => place({ table: state.table as Table }, 0));
    const batches = called(`batches${where}`, () => variant.batches(shape));
    if (!Number.isInteger(batches) || batches < shape.requesters || batches > 1 << 20) {
      throw new WrongField(`batches${where}`, batches, 'how many there are in all: at least one for each requester');
    }
  }
}

function checkEntry(name: string, entry: unknown): void {
  if (typeof entry !== 'object' || entry === null)
    throw new WrongField(`state: ${name}`, entry, '{ kind, writer, .. }');
  const {
    kind,
    writer,
    count = 1,
    words = 1,
    threads = 2,
    lock = 'futex',
    scan = 'asked',
  } = entry as Record<string, unknown>;
  oneOf(`state: ${name}.kind`, kind, KINDS);
  if (typeof writer !== 'string') throw new WrongField(`state: ${name}.writer`, writer, 'who writes it, in words');
  for (const [field, number] of Object.entries({ count, words, threads })) {
    if (!Number.isInteger(number) || (number as number) < 1) {
      throw new WrongField(`state: ${name}.${field}`, number, 'whole numbers from 1');
    }
  }
  oneOf(`state: ${name}.lock`, lock, LOCKS);
  oneOf(`state: ${name}.scan`, scan, [...SCAN_KINDS, 'asked']);
}

function called<T>(what: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${what} threw: ${message.split('\n')[0]}`);
  }
}
