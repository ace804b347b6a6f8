// Revisions of this project: what git says of them.
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { badValue, UsageError } from '../base/usage-error.js';
import type { Commit } from './commit.js';
import { PROJECT } from './project.js';

/** Variables of a git that runs this (as a hook does) point to its repository, which need not be ours. */
export function withoutGit(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('GIT_')));
}

/** What git prints in this project's checkout; undefined when it fails. */
export function git(...words: string[]): string | undefined {
  return gitIn(PROJECT, words);
}

export function gitIn(checkout: string, words: readonly string[]): string | undefined {
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
  const options = { encoding: 'utf8' as const, stdio, env: withoutGit(process.env), maxBuffer: 64 << 20 };
  try {
    return execFileSync('git', ['-C', checkout, ...words], options).trim();
  } catch {
    return undefined;
  }
}

/** Throws UsageError unless this build lies in a checkout of its own. `command`: what errors name. */
export function requireCheckout(command: string): void {
  const top = git('rev-parse', '--show-toplevel');
  if (top !== undefined && realpathSync(top) === realpathSync(PROJECT)) return;
  throw new UsageError(`${command}: needs git and a checkout of multifd-bench, which ${PROJECT} is not`);
}

/** The commit that a revision names. Throws UsageError where there is none; `flag`: what that names. */
export function commitOf(revision: string, flag: string): Commit {
  const sha = shaOf(revision, flag);
  return { sha, branch: branchOf(revision), time: commitTime(sha), dirty: false };
}

/** The same, by its sha alone. */
function shaOf(revision: string, flag: string): string {
  const sha = git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`);
  if (sha === undefined) {
    const shallow = git('rev-parse', '--is-shallow-repository') === 'true';
    const hint = shallow ? ' (this clone is shallow: git fetch --unshallow, or fetch-depth: 0 in CI)' : '';
    throw badValue(flag, revision, `a commit, branch or tag of ${PROJECT}${hint}`, namesOfCommits());
  }
  return sha;
}

/** What a misspelt revision may have been meant to be. */
export function namesOfCommits(): string[] {
  const names = git('for-each-ref', '--format=%(refname:short)', 'refs/heads', 'refs/tags')?.split('\n') ?? [];
  return ['HEAD', ...names];
}

/** The same for thousands at once, by how they are named; empty where one of them is none: `commitOf` says which. */
export function commitsNamed(revisions: readonly string[]): ReadonlyMap<string, Commit> {
  const lines =
    git('log', '--no-walk=unsorted', '--format=%H %ct', '--end-of-options', ...revisions)?.split('\n') ?? [];
  // One that is named twice, or is not there: then which line is whose is not known.
  if (lines.length !== revisions.length) return new Map();
  return new Map(
    lines.map((line, at) => {
      const [sha, seconds] = line.split(' ');
      const time = new Date(Number(seconds) * 1000).toISOString();
      return [revisions[at]!, { sha: sha!, branch: revisions[at]!, time, dirty: false }];
    }),
  );
}

/** The commits of a range, oldest first, along first parents. Throws UsageError for what is no range of commits. */
export function commitsBetween(range: string, flag: string): Commit[] {
  const match = /^(.+?)\.\.(.+)$/.exec(range);
  if (!match) throw badValue(flag, range, 'a range of commits, as in v1..main');
  const [first, last] = [commitOf(match[1]!, flag), commitOf(match[2]!, flag)];
  if (git('merge-base', '--is-ancestor', first.sha, last.sha) === undefined)
    throw badValue(flag, range, 'a range whose first commit is an ancestor of its last, as in v1..main');
  const lines = git('rev-list', '--first-parent', '--reverse', `${first.sha}..${last.sha}`);
  const shas = [first.sha, ...(lines ?? '').split('\n').filter((line) => line !== '')];
  return shas.map((sha) => ({ sha, branch: last.branch, time: commitTime(sha), dirty: false }));
}

function commitTime(sha: string): string {
  return new Date(Number(git('log', '-1', '--format=%ct', sha)) * 1000).toISOString();
}

/** The branch that a revision is the name of; else how it was named. */
function branchOf(revision: string): string {
  return nameIn(git('rev-parse', '--abbrev-ref', '--end-of-options', revision)) ?? revision;
}

/** The name in what `rev-parse --abbrev-ref` prints: none for a commit's digits; some gits print `--end-of-options` too. */
export function nameIn(printed = ''): string | undefined {
  return printed.split('\n').findLast((line) => /^[^-^]/.test(line));
}
