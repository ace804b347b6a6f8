// What a misspelt name was meant to be: the known name with the fewest edits, where those are few.

/** ` (did you mean "mutex"?)`, or nothing where no known name is near. */
export function didYouMean(got: string, known: readonly string[]): string {
  const near = nearest(got, known);
  return near === undefined ? '' : ` (did you mean "${near}"?)`;
}

/** At most a third of the letters may be wrong. */
export function nearest(got: string, known: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(got.length / 3));
  const ranked = known
    .filter((name) => name !== got)
    .map((name) => ({ name, edits: editsBetween(got.toLowerCase(), name.toLowerCase()) }))
    .sort((x, y) => x.edits - y.edits);
  const [first] = ranked;
  return first && first.edits <= most ? first.name : undefined;
}

/** Letters inserted, deleted, replaced, or swapped with their neighbour. */
function editsBetween(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => i || j));
  for (let i = 0; i <= a.length; i++) rows[i]![0] = i;
  for (let j = 0; j <= b.length; j++) rows[0]![j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      rows[i]![j] = least;
    }
  }
  return rows[a.length]![b.length]!;
}
