// Rounding of stored numbers: more digits than the noise allows would only make files differ.

/** Five significant digits: more would only make files differ. */
export function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

export function mapValues<K extends string>(record: Readonly<Record<K, number>>, change: (value: number) => number) {
  return Object.fromEntries(Object.entries<number>(record).map(([key, value]) => [key, change(value)])) as Record<
    K,
    number
  >;
}

/** The same for every number in a tree of plain objects. */
export function roundAll(tree: unknown): unknown {
  if (typeof tree === 'number') return rounded(tree);
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, roundAll(value)]));
}
