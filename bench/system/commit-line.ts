// The line of a branch: its commits along first parents, as merges left them, which is the order of a history.
import { git } from './git.js';

export interface LineCommit {
  readonly sha: string;
  /** From the first commit on. */
  readonly place: number;
  readonly subject: string;
}

/** What a branch, or where there is none a revision, is called, and its commits by sha. */
export interface CommitLine {
  readonly name: string;
  readonly commits: ReadonlyMap<string, LineCommit>;
}

/** The commits that a revision reaches along first parents; undefined without git or such a revision. */
export function commitLine(revision: string): CommitLine | undefined {
  const text = git('log', '--first-parent', '--reverse', '--format=%H %s', '--end-of-options', revision);
  if (text === undefined) return undefined;
  const lines = text.split('\n').filter((line) => line !== '');
  const commits = new Map(
    lines.map((line, place) => {
      const sha = line.slice(0, line.indexOf(' '));
      return [sha, { sha, place, subject: line.slice(sha.length + 1) }];
    }),
  );
  const branch = git('rev-parse', '--abbrev-ref', '--end-of-options', revision)?.split('\n').at(-1);
  return { name: branch && branch !== 'HEAD' ? branch : revision, commits };
}
