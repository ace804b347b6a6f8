// Walks a syntax tree.
import type { AnyNode, Node } from 'acorn';

/** Calls `each` for every node of a syntax tree. */
export function visit(node: AnyNode, each: (node: AnyNode) => void): void {
  each(node);
  for (const child of children(node)) visit(child, each);
}

/** The nodes below a node, as they stand in the text. */
export function children(node: AnyNode): AnyNode[] {
  const found: AnyNode[] = [];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) found.push(child as AnyNode);
  }
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}
