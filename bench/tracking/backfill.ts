// Runs of older commits: which of a range are to be measured, and one of them measured by its own build.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../base/usage-error.js';
import { measureRounds, type RoundsOptions } from '../measure/measure.js';
import { isMeasured, type Plan } from '../plan/planned.js';
import type { Result, Surroundings } from '../result/document.js';
import { makeResult } from '../result/make-result.js';
import type { Store } from '../store/find.js';
import { findRuns } from '../store/find.js';
import { readStored } from '../store/read.js';
import { harnessHash, variantHash } from '../system/code-hash.js';
import type { Commit } from '../system/commit.js';

/** So many of them, evenly spread, the first and the last among them. */
export function spread<T>(all: readonly T[], steps: number): T[] {
  if (steps >= all.length) return [...all];
  const places = Array.from({ length: steps }, (_, at) => Math.round((at * (all.length - 1)) / Math.max(1, steps - 1)));
  // One step is the newest.
  return steps === 1 ? all.slice(-1) : places.map((place) => all[place]!);
}

/** Whether a complete run of the commit, on this machine and without changes, has all cells of the plan. */
export function isThere(commit: Commit, plan: Plan, { folder, machineKey }: Store): boolean {
  const own = findRuns(folder, machineKey).runs.filter(({ sha }) => sha === commit.sha.slice(0, 12));
  const wanted = plan.cells.filter(isMeasured).map(({ id }) => id);
  return own.some(({ path }) => {
    try {
      const { run, commit: of, cells } = readStored(path);
      const has = new Set(cells.map(({ id }) => id));
      return run.complete && of?.dirty === false && wanted.every((id) => has.has(id));
    } catch (cause) {
      if (cause instanceof UsageError) return false;
      throw cause;
    }
  });
}

/** Measures the plan on a build of another commit. Undefined when it was interrupted. */
export async function measureBuild(
  plan: Plan,
  folder: string,
  around: Omit<Surroundings, 'code'>,
  options: RoundsOptions,
): Promise<Result | undefined> {
  const root = `${folder}/dist`;
  const listed = plan.listed.map((each) => ({ ...each, build: { folder, variant: each.variant.name } }));
  const measured = await measureRounds({ ...plan, listed }, options);
  if (measured.stopped !== 'rounds') return undefined;
  const hashes = plan.listed.flatMap(({ variant, source }) =>
    existsSync(fileURLToPath(source.module).replace(fileURLToPath(new URL('../..', import.meta.url)), `${root}/`))
      ? [[variant.name, variantHash(source.module, root)] as const]
      : [],
  );
  const code = { harness: harnessHash(root), variants: Object.fromEntries(hashes) };
  return makeResult({ ...plan, listed }, measured, { ...around, code });
}
