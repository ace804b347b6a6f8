// Calls whose result the program throws away, found in its source, so that the result need not distinguish histories.
import { readFileSync } from 'node:fs';
import { type AnyNode, type CallExpression, type Node, parse } from 'acorn';
import type { Site } from './site.js';

/** Properties that only count what happened: adding a result to one of them, or counting by it, does not use it. */
const COUNTERS = new Set(['parks', 'notifiesSent', 'notifiesWoken', 'slowPaths', 'spins']);

/** What is known of a file: offsets of calls whose result is discarded, and of the starts of its lines. */
interface Source {
  readonly discarded: ReadonlySet<number>;
  readonly lineStarts: readonly number[];
}

const sources = new Map<string, Source>();

/**
 * Whether the result of the call at `site` influences nothing. False where the source cannot be read, or where the
 * text that is being executed is not that of the file (a test runner may transform it): line and offset disagree then.
 */
export function isDiscarded(site: Site): boolean {
  let source = sources.get(site.file);
  if (!source) {
    source = readSource(site.file);
    sources.set(site.file, source);
  }
  const offset = (source.lineStarts[site.line - 1] ?? Number.NaN) + site.column - 1;
  return offset === site.offset && source.discarded.has(offset);
}

function readSource(file: string): Source {
  const discarded = new Set<number>();
  const lineStarts = [0];
  try {
    const text = readFileSync(file, 'utf8');
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
    visit(parse(text, { ecmaVersion: 'latest', sourceType: 'module' }), (node) => {
      for (const { callee } of discardedCalls(node)) {
        // V8 names the place of a call by its callee's property.
        if (callee.type === 'MemberExpression') discarded.add(callee.property.start);
      }
    });
  } catch {
    discarded.clear();
  }
  return { discarded, lineStarts };
}

/** `f();` and `this.parks += f();` and `if (f() === 'ok') this.parks++;` */
function discardedCalls(node: AnyNode): CallExpression[] {
  if (node.type === 'ExpressionStatement') {
    const { expression } = node;
    if (expression.type === 'CallExpression') return [expression];
    if (
      expression.type === 'AssignmentExpression' &&
      expression.right.type === 'CallExpression' &&
      isCount(expression)
    ) {
      return [expression.right];
    }
  }
  if (node.type === 'IfStatement' && !node.alternate && node.test.type === 'BinaryExpression') {
    const { consequent } = node;
    const { left, right } = node.test;
    if (consequent.type !== 'ExpressionStatement' || !isCount(consequent.expression)) return [];
    if (left.type === 'CallExpression' && right.type === 'Literal') return [left];
  }
  return [];
}

function isCount(node: AnyNode): boolean {
  const target =
    node.type === 'UpdateExpression' ? node.argument : node.type === 'AssignmentExpression' ? node.left : null;
  if (node.type === 'AssignmentExpression' && node.operator !== '+=') return false;
  return (
    target?.type === 'MemberExpression' &&
    target.object.type === 'ThisExpression' &&
    target.property.type === 'Identifier' &&
    COUNTERS.has(target.property.name)
  );
}

/** Calls `each` for every node of a syntax tree. */
export function visit(node: AnyNode, each: (node: AnyNode) => void): void {
  each(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child as AnyNode, each);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}
