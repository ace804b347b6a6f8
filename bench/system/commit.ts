// The commit a run was made from.
import { execFileSync } from 'node:child_process';

export interface Commit {
  readonly sha: string;
  readonly branch: string;
  /** Commit time, ISO 8601 in UTC. */
  readonly time: string;
  /** True when files differ from the commit; results are left aside, or a saved run would make the next one dirty. */
  readonly dirty: boolean;
}

/** The commit that is checked out in `folder`; undefined without git, or outside a checkout. */
export function describeCommit(folder: string): Commit | undefined {
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', folder, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const [sha, seconds] = git('log', '-1', '--format=%H %ct').split(' ');
    return {
      sha: sha!,
      branch: git('rev-parse', '--abbrev-ref', 'HEAD'),
      time: new Date(Number(seconds) * 1000).toISOString(),
      dirty: git('status', '--porcelain', '--', '.', ':!results').length > 0,
    };
  } catch {
    return undefined;
  }
}
