// Which variables of a function still matter where it is stopped: the others are remembered by nobody.
import type { AnyNode, ArrowFunctionExpression, FunctionDeclaration, FunctionExpression } from 'acorn';
import { children } from './syntax.js';

export type FunctionNode = ArrowFunctionExpression | FunctionDeclaration | FunctionExpression;

export function isFunction(node: AnyNode): node is FunctionNode {
  return /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
}

/** Where a name stands in a function's text. */
interface Uses {
  readonly at: number[];
  /** Also in a function within: it may be called at any time. */
  isCaptured: boolean;
}

interface Text {
  readonly uses: ReadonlyMap<string, Uses>;
  /** It may name anything at run time. */
  readonly hasEval: boolean;
}

const texts = new WeakMap<FunctionNode, Text>();

/**
 * Whether a variable may be read again, in the innermost function of `path`, which is stopped at `offset`. It may if its
 * name stands further on, in the statement that is under way, or in a loop around that, or anywhere in a function within.
 */
export function isLive(name: string, path: readonly AnyNode[], offset: number): boolean {
  const innermost = path.findLast(isFunction);
  if (!innermost) return true;
  const { uses, hasEval } = textOf(innermost);
  const found = uses.get(name);
  if (hasEval || found?.isCaptured) return true;
  if (!found) return false;
  const from = Math.min(offset, beginning(path, innermost));
  return found.at.some((at) => at >= from);
}

/** Where the statement under way begins, or the outermost loop around it. */
function beginning(path: readonly AnyNode[], innermost: FunctionNode): number {
  const inside = path.slice(path.indexOf(innermost) + 1);
  const loop = inside.find(({ type }) => /^(?:For|ForIn|ForOf|While|DoWhile)Statement$/.test(type));
  const statement = inside.findLast(({ type }) => /(?:Statement|Declaration)$/.test(type) && type !== 'BlockStatement');
  return (loop ?? statement ?? innermost).start;
}

/**
 * What only gets a value in a node, and is not read: the target of a declaration or of `n = ..`; and of `n++` or `n += ..`
 * where the result is thrown away. Who only counts up does not remember how often.
 */
function targetsOf(node: AnyNode): AnyNode[] {
  switch (node.type) {
    case 'VariableDeclarator':
      return [node.id];
    case 'AssignmentExpression':
      return node.operator === '=' ? [node.left] : [];
    case 'ExpressionStatement':
      return countedIn(node.expression);
    case 'ForStatement':
      return node.update ? countedIn(node.update) : [];
    default:
      return [];
  }
}

function countedIn(node: AnyNode): AnyNode[] {
  if (node.type === 'SequenceExpression') return node.expressions.flatMap(countedIn);
  if (node.type === 'UpdateExpression') return [node.argument];
  return node.type === 'AssignmentExpression' ? [node.left] : [];
}

function textOf(node: FunctionNode): Text {
  let text = texts.get(node);
  if (!text) {
    const uses = new Map<string, Uses>();
    let hasEval = false;
    const written = new Set<AnyNode>();
    const visit = (each: AnyNode, isWithin: boolean): void => {
      for (const target of targetsOf(each)) written.add(target);
      if (each.type === 'Identifier' && !written.has(each)) {
        if (each.name === 'eval') hasEval = true;
        const found = uses.get(each.name) ?? { at: [], isCaptured: false };
        uses.set(each.name, found);
        found.at.push(each.start);
        found.isCaptured ||= isWithin;
      }
      for (const child of children(each)) visit(child, isWithin || isFunction(child) || /^Class/.test(child.type));
    };
    for (const child of children(node)) visit(child, isFunction(child));
    text = { uses, hasEval };
    texts.set(node, text);
  }
  return text;
}
