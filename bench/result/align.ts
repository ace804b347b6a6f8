// Which cells of two saved runs can be compared: the same cell, on the same machine, measured by the same harness.

import { UsageError } from '../base/usage-error.js';
import type { Unaligned } from './changes.js';
import type { Result, ResultCell } from './document.js';

/** What two runs may differ in, when that is asked for. */
export interface Across {
  readonly acrossMachines?: boolean;
  readonly acrossNodes?: boolean;
  readonly acrossCode?: boolean;
}

export interface Aligned {
  readonly pairs: readonly { readonly a: ResultCell; readonly b: ResultCell }[];
  readonly unaligned: readonly Unaligned[];
  /** What differs all the same, because it was asked for. */
  readonly warnings: readonly string[];
}

/** Throws UsageError that names the flag where the two runs are not to be compared. */
export function alignRuns(a: Result, b: Result, across: Across): Aligned {
  const warnings = [
    ...differs('machine.key', a.machine.key, b.machine.key, '--across-machines', across.acrossMachines),
    ...differs('node.v8', a.node.v8, b.node.v8, '--across-nodes', across.acrossNodes),
    ...differs('code.harness', a.code.harness, b.code.harness, '--across-code', across.acrossCode),
  ];
  if (a.run.keepAwake !== b.run.keepAwake)
    throw new UsageError('run.keepAwake: only one of the two runs kept the CPUs awake: two experiments');
  const pairs: { a: ResultCell; b: ResultCell }[] = [];
  const unaligned: Unaligned[] = [];
  const ofA = new Map(a.cells.map((cell) => [cell.id, cell]));
  const ofB = new Set(b.cells.map(({ id }) => id));
  for (const cell of b.cells) {
    const partner = ofA.get(cell.id);
    const reason = partner ? whyNot(partner, cell) : 'only in b';
    if (reason !== undefined) unaligned.push({ cell: cell.id, reason });
    // What repeats another cell would be counted twice.
    else if (cell.sameAs === undefined) pairs.push({ a: partner!, b: cell });
  }
  for (const { id } of a.cells) if (!ofB.has(id)) unaligned.push({ cell: id, reason: 'only in a' });
  return { pairs, unaligned, warnings };
}

/** What no axis says, and the numbers depend on. */
const SETTINGS = ['elide', 'rowBytes', 'ram'] as const;

function whyNot(a: ResultCell, b: ResultCell): string | undefined {
  const setting = SETTINGS.find((name) => a[name] !== b[name]);
  if (setting) return `${setting} is ${a[setting]} in a and ${b[setting]} in b`;
  if (a.status !== 'measured') return `${a.status} in a: ${a.reason ?? 'no reason'}`;
  if (b.status !== 'measured') return `${b.status} in b: ${b.reason ?? 'no reason'}`;
  return undefined;
}

function differs(field: string, a: string, b: string, flag: string, allowed: boolean | undefined): string[] {
  if (a === b) return [];
  if (allowed) return [`${field}: ${a} and ${b}`];
  throw new UsageError(`the runs differ in ${field} (${a}, ${b}); pass ${flag} to compare anyway`);
}
