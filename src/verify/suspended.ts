// Functions that stop in the middle: async ones and generators. A thread's function may not be one, nor run inside one.
import { readFileSync } from 'node:fs';
import { type ArrowFunctionExpression, type Position, parse } from 'acorn';
import { BodyError } from './rules.js';
import { visit } from './syntax.js';

/** A function in a file's text. */
interface Stretch {
  readonly start: Position;
  readonly end: Position;
  readonly isAsync: boolean;
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

/**
 * Whether the text at a place of a file stands in an async function. Where a tool has transformed the text that runs,
 * its lines are as a rule the file's.
 */
export function isInAsync(file: string, line: number, column: number): boolean {
  let known = stretches.get(file);
  if (!known) {
    known = functionsOf(file);
    stretches.set(file, known);
  }
  if (known.length === 0) return false;
  const isInside = ({ start, end }: Stretch): boolean =>
    (start.line < line || (start.line === line && start.column < column)) &&
    (end.line > line || (end.line === line && end.column >= column));
  // The innermost decides; they are listed from the outside in.
  return known.findLast(isInside)?.isAsync ?? false;
}

const FUNCTION = /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/;

/** The functions of a file, if any of them is async. */
function functionsOf(file: string): Stretch[] {
  const found: Stretch[] = [];
  try {
    visit(
      parse(readFileSync(file, 'utf8'), { ecmaVersion: 'latest', sourceType: 'module', locations: true }),
      (node) => {
        const { start, end } = node.loc!;
        if (FUNCTION.test(node.type)) found.push({ start, end, isAsync: (node as ArrowFunctionExpression).async });
      },
    );
  } catch {
    return [];
  }
  return found.some(({ isAsync }) => isAsync) ? found : [];
}
