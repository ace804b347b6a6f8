// Assertions of the hand-off's invariants (I1 to I7 of the documentation): a broken one ends the run as failed.

class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}

/** Throws unless `holds`; `what` names the invariant and the values seen. */
export function invariant(holds: boolean, what: string): void {
  if (!holds) throw new BrokenInvariant(what);
}
