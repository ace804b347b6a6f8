// The file of mutants that may survive: redundant orderings, each with the reason why it is redundant.
import { readFileSync } from 'node:fs';
import type { MutantResult } from './mutate.js';

export interface Survivor {
  /** A mutant's `id`. */
  readonly mutant: string;
  /** Why the program is right without this ordering. */
  readonly reason: string;
}

export interface SurvivorCheck {
  /** Survived or undecided, and not in the file. */
  readonly unknown: readonly MutantResult[];
  /** In the file, but killed, or no mutant of this program. */
  readonly stale: readonly Survivor[];
}

/** Reads a survivors file: `[{ "mutant": id, "reason": text }]`. Throws on anything else. */
export function readSurvivors(path: string): Survivor[] {
  const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!Array.isArray(content)) throw new TypeError(`${path}: expected an array of survivors`);
  return content.map((entry: unknown, i) => {
    const { mutant, reason } = (entry ?? {}) as Partial<Survivor>;
    if (typeof mutant !== 'string' || typeof reason !== 'string' || reason.trim() === '') {
      throw new TypeError(`${path}: entry ${i} needs a mutant and a reason, got ${JSON.stringify(entry)}`);
    }
    return { mutant, reason };
  });
}

/** Holds results against the file: unknown survivors fail, and so do entries that no longer say anything. */
export function checkSurvivors(results: readonly MutantResult[], accepted: readonly Survivor[]): SurvivorCheck {
  const reasons = new Set(accepted.map(({ mutant }) => mutant));
  const alive = new Set(results.filter(({ status }) => status !== 'killed').map(({ mutant }) => mutant.id));
  return {
    unknown: results.filter(({ status, mutant }) => status !== 'killed' && !reasons.has(mutant.id)),
    stale: accepted.filter(({ mutant }) => !alive.has(mutant)),
  };
}
