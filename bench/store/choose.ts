// The saved run that somebody means: `latest`, `baseline:NAME`, a file, or a commit, branch or tag.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { badValue, UsageError } from '../base/usage-error.js';
import type { LeftOut, Result } from '../result/document.js';
import { git } from '../system/git.js';
import { baselinePath, readBaseline } from './baseline.js';
import { findRuns, type RunFile } from './find.js';
import { readResult, readStored } from './read.js';

export interface Chosen {
  readonly path: string;
  readonly result: Result;
  /** Files that might have been meant and could not be used. */
  readonly leftOut: readonly LeftOut[];
}

export interface Store {
  /** Of results. */
  readonly folder: string;
  /** Whose runs are meant. */
  readonly machineKey: string;
}

/** What errors say is accepted. */
const TAKES = 'latest, baseline:NAME, a result file, or a commit, branch or tag with a saved run';

/**
 * The newest complete run that `what` names, one without uncommitted changes where there is one. Throws UsageError,
 * which names `flag`.
 */
export function chooseRun(what: string, flag: string, store: Store): Chosen {
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
    for (const time of new Set(runs.toReversed().map((run) => run.time))) {
      const chosen = newestOf(runs.filter((run) => run.time === time));
      if (chosen) return chosen;
    }
    throw new UsageError(
      `${flag}: latest: no run of this machine (${store.machineKey}) under ${store.folder}${elsewhere(store)}`,
    );
  }
  const sha =
    git('rev-parse', '--verify', '--quiet', '--end-of-options', `${what}^{commit}`) ??
    (/^[0-9a-f]{7,40}$/.test(what) ? what : undefined);
  if (sha === undefined) throw badValue(flag, what, TAKES);
  const own = runs.filter((run) => run.sha?.startsWith(sha.slice(0, 12)));
  const chosen = newestOf(own);
  if (chosen) return chosen;
  const known = [...new Set(runs.flatMap((run) => run.sha ?? []))].slice(-5);
  throw new UsageError(
    `${flag}: no saved run of ${what} (${sha.slice(0, 12)}) on ${store.machineKey}${known.length > 0 ? `; the newest are of ${known.join(', ')}` : elsewhere(store)}. ` +
      '`backfill` measures older commits, `against` measures one beside this build',
  );
}

/** The newest of a commit's runs: a whole one (no shard), complete and without changes, where there is any. */
function newestOf(files: readonly RunFile[]): Chosen | undefined {
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
  const rank = ({ result: { run, commit } }: { result: Result }) =>
    `${run.shard === undefined} ${run.complete} ${commit?.dirty !== true} ${run.startedAt}`;
  const newest = read.toSorted((x, y) => (rank(x) < rank(y) ? -1 : 1)).at(-1);
  return newest && { ...newest, leftOut };
}

function elsewhere({ folder, machineKey }: Store): string {
  const keys = [...new Set(findRuns(folder).runs.map((run) => run.machineKey))].filter((key) => key !== machineKey);
  return keys.length === 0 ? '' : `; there are runs of ${keys.join(', ')}: --machine KEY takes one`;
}
