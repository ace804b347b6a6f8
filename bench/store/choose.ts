// The saved run that somebody means: `latest`, `baseline:NAME`, a file, or a commit, branch or tag.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { badValue, UsageError } from '../base/usage-error.js';
import type { LeftOut, Result } from '../result/document.js';
import { git, namesOfCommits } from '../system/git.js';
import { baselinePath, readBaseline } from './baseline.js';
import { findRuns, type RunFile, type Store } from './find.js';
import { latestRuns } from './latest.js';
import { readResult, readStored } from './read.js';

export interface Chosen {
  readonly path: string;
  readonly result: Result;
  /** Files that might have been meant and could not be used. */
  readonly leftOut: readonly LeftOut[];
}

/** What errors say is accepted. */
const TAKES = 'latest, baseline:NAME, a result file, or a commit, branch or tag with a saved run';

/**
 * The run that `what` names. `latest` is the one that finished last of the complete ones. Of a commit's runs, the newest
 * complete one without uncommitted changes, where there is one. Throws UsageError, which names `flag`.
 *
 * @param beside the run that it will be compared with: of a commit's runs the one with most cells in common is taken
 */
export function chooseRun(what: string, flag: string, store: Store, beside?: Result): Chosen {
  if (what.startsWith('baseline:')) {
    const path = join(
      store.folder,
      readBaseline(baselinePath(store.folder, what.slice('baseline:'.length), flag), flag).run,
    );
    return { path, result: readStored(path), leftOut: [] };
  }
  if (what.endsWith('.json') || (what.includes('/') && existsSync(what)))
    return { path: what, result: readResult(what), leftOut: [] };
  const { runs } = findRuns(store.folder, store.machineKey);
  if (what === 'latest') {
    const { runs: newest, leftOut } = latestRuns(store);
    const file = newest[0]?.file;
    if (file) return { path: file.path, result: readStored(file.path), leftOut };
    throw new UsageError(
      `${flag}: latest: no run of this machine (${store.machineKey}) under ${store.folder}${elsewhere(store)}`,
    );
  }
  const sha =
    git('rev-parse', '--verify', '--quiet', '--end-of-options', `${what}^{commit}`) ??
    (/^[0-9a-f]{7,40}$/.test(what) ? what : undefined);
  if (sha === undefined) throw badValue(flag, what, TAKES, namesOfCommits());
  const own = runs.filter((run) => run.sha?.startsWith(sha.slice(0, 12)));
  const chosen = newestOf(own, beside);
  if (chosen) return chosen;
  const known = [...new Set(runs.flatMap((run) => run.sha ?? []))].slice(-5);
  throw new UsageError(
    `${flag}: no saved run of ${what} (${sha.slice(0, 12)}) on ${store.machineKey}${known.length > 0 ? `; the newest are of ${known.join(', ')}` : elsewhere(store)}. ` +
      '`backfill` measures older commits, `against` measures one beside this build',
  );
}

/**
 * Of a commit's runs the one with most cells in common with `beside`; then the newest: a whole one (no shard), complete
 * and without changes, where there is any.
 */
function newestOf(files: readonly RunFile[], beside: Result | undefined): Chosen | undefined {
  const leftOut: LeftOut[] = [];
  const read = files.flatMap(({ path }) => {
    try {
      return [{ path, result: readStored(path) }];
    } catch (cause) {
      if (!(cause instanceof UsageError)) throw cause;
      leftOut.push({ path, reason: cause.message.replace(`${path}: `, '') });
      return [];
    }
  });
  const cells = new Set(beside?.cells.map(({ id }) => id));
  const rank = ({ result: { run, commit, cells: own } }: { result: Result }) => {
    const shared = run.id === beside?.run.id ? 0 : own.filter(({ id }) => cells.has(id)).length;
    const most = String(shared).padStart(6, '0');
    return `${most} ${run.shard === undefined} ${run.complete} ${commit?.dirty !== true} ${run.finishedAt}`;
  };
  const newest = read.toSorted((x, y) => (rank(x) < rank(y) ? -1 : 1)).at(-1);
  return newest && { ...newest, leftOut };
}

function elsewhere({ folder, machineKey }: Store): string {
  const keys = [...new Set(findRuns(folder).runs.map((run) => run.machineKey))].filter((key) => key !== machineKey);
  return keys.length === 0 ? '' : `; there are runs of ${keys.join(', ')}: --machine KEY takes one`;
}
