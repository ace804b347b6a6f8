// Calls whose result the program throws away, found in its source, so that the result need not distinguish histories.
import { readFileSync } from 'node:fs';
import { type AnyNode, type CallExpression, parse } from 'acorn';
import type { Site } from './site.js';
import { pathInPackage, sourceFileOf } from './source.js';
import { visit } from './syntax.js';

/**
 * Properties that only count what happened, as the program declares them: adding a result to one of them, or counting
 * by it, does not use it. Whoever reads one of them in a thread's function, or returns it, must not declare it.
 */
export interface Counter {
  /** Source file within its package: `src/memory/semaphore.ts`. */
  readonly file: string;
  /** Names of properties of `this`. */
  readonly properties: readonly string[];
}

/** What is known of a file. */
interface Source {
  /** Within its package. */
  readonly path: string;
  /** Offsets of calls whose result is discarded; with the property that it is counted in, or an empty string. */
  readonly discarded: ReadonlyMap<number, string>;
  readonly lineStarts: readonly number[];
}

const sources = new Map<string, Source>();

/**
 * Whether the result of the call at `site` influences nothing. False where the source cannot be read, or where the
 * text that is being executed is not that of the file (a test runner may transform it): line and offset disagree then.
 */
export function isDiscarded(site: Site, counters: readonly Counter[] = []): boolean {
  let source = sources.get(site.file);
  if (!source) {
    source = readSource(site.file);
    sources.set(site.file, source);
  }
  const offset = (source.lineStarts[site.line - 1] ?? Number.NaN) + site.column - 1;
  const property = offset === site.offset ? source.discarded.get(offset) : undefined;
  if (property === undefined || property === '') return property === '';
  const { path } = source;
  return counters.some(({ file, properties }) => file === path && properties.includes(property));
}

function readSource(file: string): Source {
  const discarded = new Map<number, string>();
  const lineStarts = [0];
  try {
    const text = readFileSync(file, 'utf8');
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
    visit(parse(text, { ecmaVersion: 'latest', sourceType: 'module' }), (node) => {
      const found = discardedCall(node);
      // V8 names the place of a call by its callee's property.
      if (found?.call.callee.type === 'MemberExpression')
        discarded.set(found.call.callee.property.start, found.counter);
    });
  } catch {
    discarded.clear();
  }
  return { path: pathInPackage(sourceFileOf(file)), discarded, lineStarts };
}

/** `f();` and `void f()` and `this.parks += f();` and `if (f() === 'ok') this.parks++;`, with `parks`. */
function discardedCall(node: AnyNode): { call: CallExpression; counter: string } | undefined {
  if (node.type === 'UnaryExpression' && node.operator === 'void' && node.argument.type === 'CallExpression')
    return { call: node.argument, counter: '' };
  if (node.type === 'ExpressionStatement') {
    const { expression } = node;
    if (expression.type === 'CallExpression') return { call: expression, counter: '' };
    if (expression.type !== 'AssignmentExpression' || expression.right.type !== 'CallExpression') return undefined;
    const counter = counterOf(expression);
    return counter === undefined ? undefined : { call: expression.right, counter };
  }
  if (node.type === 'IfStatement' && !node.alternate && node.test.type === 'BinaryExpression') {
    const { consequent } = node;
    const { left, right } = node.test;
    const counter = consequent.type === 'ExpressionStatement' ? counterOf(consequent.expression) : undefined;
    if (counter !== undefined && left.type === 'CallExpression' && right.type === 'Literal')
      return { call: left, counter };
  }
  return undefined;
}

/** The property that `this.parks += ..` or `this.parks++` counts in. */
function counterOf(node: AnyNode): string | undefined {
  if (node.type === 'AssignmentExpression' && node.operator !== '+=') return undefined;
  const target =
    node.type === 'UpdateExpression' ? node.argument : node.type === 'AssignmentExpression' ? node.left : null;
  if (target?.type !== 'MemberExpression' || target.object.type !== 'ThisExpression') return undefined;
  return target.property.type === 'Identifier' ? target.property.name : undefined;
}
