// Text out of files that others wrote: what has no shape is spelt out, in the page, in SVG and in CSV alike.
import { forTerminal } from '../terminal/escape.js';

/** Every string of a tree of plain data, names of fields too (designs name some), with its control characters as `\u001b` and the like. */
export function printable<T>(tree: T): T {
  if (typeof tree === 'string') return forTerminal(tree) as T;
  if (Array.isArray(tree)) return tree.map(printable) as T;
  if (typeof tree !== 'object' || tree === null) return tree;
  // Not by assignment: a key may be __proto__.
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [forTerminal(key), printable(value)])) as T;
}
