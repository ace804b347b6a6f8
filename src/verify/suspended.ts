// What a call stands in: functions that stop in the middle (a thread's function may not be one, nor run one), and loops.
import { readFileSync } from 'node:fs';
import { type AnyNode, type Position, parse } from 'acorn';
import { visit } from './discarded.js';
import { BodyError } from './rules.js';
import type { Site } from './site.js';

/** A function or a loop in a file's text. */
interface Stretch {
  readonly start: Position;
  readonly end: Position;
  readonly kind: 'function' | 'async' | 'loop';
}

const stretches = new Map<string, readonly Stretch[]>();

/** Throws for what an async function or a generator returns: its body has run in part, or not at all. */
export function refuseSuspended(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (typeof (value as PromiseLike<unknown>).then === 'function') {
    // The checker stops bodies by throwing through them: here that rejects the promise.
    (value as PromiseLike<unknown>).then(undefined, () => {});
    throw new BodyError(
      'not-modelled',
      'a thread whose function is async, or returns a promise: event loops are outside',
    );
  }
  const kind = Object.prototype.toString.call(value);
  if (kind === '[object Generator]' || kind === '[object AsyncGenerator]')
    throw new BodyError('not-modelled', 'a thread whose function is a generator: calling it runs none of its body');
}

/** Whether the text at a place of a file stands in an async function. */
export function isInAsync(file: string, line: number, column: number): boolean {
  return innermost(file, line, column, (kind) => kind !== 'loop')?.kind === 'async';
}

/** Whether a call stands in a loop of its own function. */
export function isInLoop({ file, line, column }: Site): boolean {
  return innermost(file, line, column, () => true)?.kind === 'loop';
}

/** They are listed from the outside in. Where a tool has transformed the text that runs, lines are as a rule the file's. */
function innermost(
  file: string,
  line: number,
  column: number,
  is: (kind: Stretch['kind']) => boolean,
): Stretch | undefined {
  let known = stretches.get(file);
  if (!known) {
    known = stretchesOf(file);
    stretches.set(file, known);
  }
  const isInside = ({ start, end }: Stretch): boolean =>
    (start.line < line || (start.line === line && start.column < column)) &&
    (end.line > line || (end.line === line && end.column >= column));
  return known.findLast((each) => isInside(each) && is(each.kind));
}

function stretchesOf(file: string): Stretch[] {
  const found: Stretch[] = [];
  try {
    visit(
      parse(readFileSync(file, 'utf8'), { ecmaVersion: 'latest', sourceType: 'module', locations: true }),
      (node) => {
        const kind = kindOf(node);
        if (kind) found.push({ start: node.loc!.start, end: node.loc!.end, kind });
      },
    );
  } catch {
    return [];
  }
  return found;
}

function kindOf(node: AnyNode): Stretch['kind'] | undefined {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return node.async ? 'async' : 'function';
    case 'ForStatement':
    case 'ForOfStatement':
    case 'ForInStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
      return 'loop';
    default:
      return undefined;
  }
}
