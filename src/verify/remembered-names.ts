// What a function can see at a place of its text: the names in scope, and whether a value stands in no name there.
import type { AnyNode, Pattern, Program } from 'acorn';
import { isFunction, isLive } from './remembered-live.js';
import { children } from './syntax.js';

/** What can be seen where a function is stopped. */
export interface Visible {
  readonly names: readonly string[];
  /** Whether an expression has been worked out in part: what it has so far stands in no name. */
  readonly hasMore: boolean;
}

/** What is in scope at `offset` of a program. What stands at its top level is not of one thread, and left out. */
export function visibleAt(program: Program, offset: number): Visible {
  const path = pathTo(program, offset);
  const names = new Set<string>();
  let isInside = false;
  for (const node of path) {
    if (isFunction(node)) {
      isInside = true;
      for (const param of node.params) addPattern(param, names);
      addVars(node.body, names);
    } else if (isInside) addDeclared(node, names, offset);
    if (node.type === 'FunctionExpression' && node.id) names.add(node.id.name);
  }
  return {
    names: [...names].filter((name) => isLive(name, path, offset)),
    hasMore: isPending(path) || usesArguments(path) || isIterating(path),
  };
}

/** The nodes around a place, outermost first. */
function pathTo(program: Program, offset: number): AnyNode[] {
  const path: AnyNode[] = [];
  for (let node: AnyNode | undefined = program; node; ) {
    path.push(node);
    node = children(node).find(({ start, end }) => start <= offset && offset < end);
  }
  return path;
}

function addPattern(pattern: Pattern, names: Set<string>): void {
  switch (pattern.type) {
    case 'Identifier':
      names.add(pattern.name);
      break;
    case 'ObjectPattern':
      for (const each of pattern.properties) addPattern(each.type === 'Property' ? each.value : each.argument, names);
      break;
    case 'ArrayPattern':
      for (const each of pattern.elements) if (each) addPattern(each, names);
      break;
    case 'RestElement':
      addPattern(pattern.argument, names);
      break;
    case 'AssignmentPattern':
      addPattern(pattern.left, names);
      break;
    default:
  }
}

/** `var` is of the whole function, wherever it stands. */
function addVars(node: AnyNode, names: Set<string>): void {
  if (node.type === 'VariableDeclaration' && node.kind === 'var')
    for (const { id } of node.declarations) addPattern(id, names);
  for (const child of children(node)) if (!isFunction(child)) addVars(child, names);
}

/** What a block declares for itself up to `offset`, and a loop or a catch for its body: further on nothing has a value yet. */
function addDeclared(node: AnyNode, names: Set<string>, offset: number): void {
  const parts: readonly (AnyNode | null | undefined)[] =
    node.type === 'BlockStatement' || node.type === 'StaticBlock'
      ? node.body
      : node.type === 'SwitchCase'
        ? node.consequent
        : node.type === 'ForStatement'
          ? [node.init]
          : node.type === 'ForOfStatement' || node.type === 'ForInStatement'
            ? [node.left]
            : [];
  for (const part of parts) {
    if (part?.type === 'VariableDeclaration') {
      for (const { id, end } of part.declarations)
        if (end <= offset || part.kind === 'var' || node.type.startsWith('For')) addPattern(id, names);
    } else if ((part?.type === 'FunctionDeclaration' || part?.type === 'ClassDeclaration') && part.id)
      names.add(part.id.name);
  }
  if (node.type === 'CatchClause' && node.param) addPattern(node.param, names);
}

/** Whether part of an expression around the innermost node has a value already that no name shows. */
function isPending(path: readonly AnyNode[]): boolean {
  for (let i = path.length - 1; i > 0; i--) {
    const node = path[i]!;
    const parent = path[i - 1]!;
    if (isFunction(node) || /Statement$|Declaration$|Declarator$|^Program$|^PropertyDefinition$/.test(node.type))
      return false;
    if (/^(?:Logical|Conditional|Sequence)Expression$/.test(parent.type)) continue;
    const isTarget = parent.type === 'AssignmentExpression' && parent.operator === '=';
    for (const before of children(parent)) {
      if (before.start >= node.start) continue;
      if (isTarget && before.type === 'MemberExpression') {
        if (!isPlainName(before.object) || (before.computed && !isPlainName(before.property))) return true;
      } else if (!isPlainName(before)) return true;
    }
  }
  return false;
}

/** A constant, or a name whose value can be looked up later as well. */
function isPlainName(node: AnyNode): boolean {
  switch (node.type) {
    case 'Literal':
    case 'Identifier':
    case 'PrivateIdentifier':
    case 'ThisExpression':
    case 'Super':
    case 'TemplateElement':
      return true;
    case 'MemberExpression':
      // `words[0]` may be shared: what it was stands in no name.
      return !node.computed && isPlainName(node.object);
    case 'UnaryExpression':
      return isPlainName(node.argument);
    default:
      return isFunction(node);
  }
}

/** In a loop over an iterator, whose place nobody sees; or in a `finally`, behind which a result or an error waits. */
function isIterating(path: readonly AnyNode[]): boolean {
  const innermost = path.findLastIndex(isFunction);
  return path.some(
    (node, i) =>
      i > innermost &&
      (/^For(?:Of|In)Statement$/.test(node.type) ||
        (node.type === 'TryStatement' && node.finalizer !== null && node.finalizer === path[i + 1])),
  );
}

function usesArguments(path: readonly AnyNode[]): boolean {
  const innermost = path.findLast(isFunction);
  const uses = (node: AnyNode): boolean =>
    (node.type === 'Identifier' && node.name === 'arguments') ||
    children(node).some((child) => !isFunction(child) && uses(child));
  return innermost !== undefined && uses(innermost.body);
}
