// What two runs must have in common for their numbers to be compared, beside the machine's key: one entry a field.
import type { Result } from './document.js';

type Value = string | number | boolean;
type Measured = Pick<Result, 'machine' | 'node' | 'run'>;

interface Condition {
  /** As in the result document: what messages name. */
  readonly field: string;
  /** Undefined, or null, where the run did not record it: unknown, not different. */
  readonly of: (result: Measured) => Value | null | undefined;
  /** Numbers up to this fraction apart are alike; without it values must be equal. */
  readonly within?: number;
}

/**
 * Memory differs a little with every kernel, which takes some for itself. Floors differ by 2 % from run to run on a quiet
 * virtual machine; a busy one doubles the parked one.
 */
const CONDITIONS: readonly Condition[] = [
  { field: 'machine.kernel', of: ({ machine }) => machine.kernel },
  { field: 'machine.memoryBytes', of: ({ machine }) => machine.memoryBytes, within: 0.05 },
  { field: 'machine.governor', of: ({ machine }) => machine.governor },
  { field: 'machine.clockSource', of: ({ machine }) => machine.clockSource },
  { field: 'machine.hypervisor', of: ({ machine }) => machine.hypervisor },
  { field: 'machine.microcode', of: ({ machine }) => machine.microcode },
  { field: 'machine.hostClass', of: ({ machine }) => machine.hostClass },
  { field: 'machine.confinement.quotaCores', of: ({ machine }) => quotaText(machine) },
  { field: 'machine.confinement.affinity', of: ({ machine }) => machine.confinement?.affinity },
  { field: 'machine.confinement.nice', of: ({ machine }) => machine.confinement?.nice },
  { field: 'machine.confinement.schedulingClass', of: ({ machine }) => machine.confinement?.schedulingClass },
  { field: 'node.flags', of: ({ node }) => node.flags.join(' ') || 'none' },
  { field: 'machine.floors.spinNs', of: ({ machine }) => machine.floors?.spinNs, within: 0.25 },
  { field: 'machine.floors.parkNs', of: ({ machine }) => machine.floors?.parkNs, within: 0.5 },
];

/** The recorded fields of one run. */
export type Conditions = Readonly<Record<string, Value>>;

export interface Difference {
  readonly field: string;
  readonly before: Value;
  readonly after: Value;
}

export function conditionsOf(result: Measured): Conditions {
  return Object.fromEntries(
    CONDITIONS.flatMap(({ field, of }) => {
      const value = of(result);
      return value === undefined || value === null ? [] : [[field, value]];
    }),
  );
}

/** The fields that both runs recorded and that differ. */
export function differences(before: Conditions, after: Conditions): Difference[] {
  return CONDITIONS.flatMap(({ field, within = 0 }) => {
    const [a, b] = [before[field], after[field]];
    if (a === undefined || b === undefined || a === b) return [];
    const alike = typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= within * Math.max(a, b);
    return alike ? [] : [{ field, before: a, after: b }];
  });
}

export function differenceText({ field, before, after }: Difference): string {
  return `${field} ${before}, then ${after}`;
}

/** A quota of one CPU over two is not an affinity of one, nor is a short period a long one. */
function quotaText({ confinement }: Measured['machine']): string | undefined {
  if (!confinement) return undefined;
  const { quotaCores, quotaPeriodMs } = confinement;
  return quotaCores === null ? 'none' : `${quotaCores} in each ${quotaPeriodMs} ms`;
}
