// The line of a branch, which is the order of a history: its commits along first parents, or along those with the runs.
import { gitIn, nameIn } from './git.js';
import { PROJECT } from './project.js';

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
  /** The clone lacks older commits, which may have runs. */
  readonly shallow?: true;
  /** A merge took the branch as its second parent: the line goes along that one, where the runs lie. */
  readonly besideFirstParents?: true;
}

interface Ancestor extends Omit<LineCommit, 'place'> {
  readonly parents: readonly string[];
}

/** Of the runs on the best line, first parents must hold this share to be preferred: branches are measured too. */
const FIRST_PARENTS_SHARE = 0.5;

/**
 * The commits that a revision reaches along first parents; undefined without git or such a revision. Where less than
 * half of the measured commits lie there that lie on some line of parents, that line is taken.
 *
 * @param isMeasured of a commit; without it the first parents are the line
 * @param checkout whose commits they are
 */
export function commitLine(
  revision: string,
  isMeasured?: (sha: string) => boolean,
  checkout = PROJECT,
): CommitLine | undefined {
  const git = (...words: string[]) => gitIn(checkout, words);
  const format = '--format=%H%x09%P%x09%s';
  const text = git(
    'log',
    '--reverse',
    '--topo-order',
    ...(isMeasured ? [] : ['--first-parent']),
    format,
    '--end-of-options',
    revision,
  );
  if (text === undefined) return undefined;
  const ancestors = text.split('\n').flatMap((each): Ancestor[] => {
    const [sha, parents, ...subject] = each.split('\t');
    return sha ? [{ sha, parents: parents!.split(' '), subject: subject.join('\t') }] : [];
  });
  const { line, besideFirstParents } = isMeasured
    ? lineOf(ancestors, isMeasured)
    : { line: ancestors, besideFirstParents: false };
  const about = git('rev-parse', '--is-shallow-repository', '--abbrev-ref', '--end-of-options', revision)?.split('\n');
  const [isShallow, ...named] = about ?? [];
  const branch = nameIn(named.join('\n'));
  return {
    name: branch && branch !== 'HEAD' ? branch : revision,
    commits: new Map(line.map(({ sha, subject }, place) => [sha, { sha, place, subject }])),
    ...(isShallow === 'true' ? { shallow: true } : {}),
    ...(besideFirstParents ? { besideFirstParents } : {}),
  };
}

/** @param ancestors parents before their children, the revision's own commit last */
function lineOf(ancestors: readonly Ancestor[], isMeasured: (sha: string) => boolean) {
  const known = new Map(ancestors.map((ancestor) => [ancestor.sha, ancestor]));
  /** The most measured commits of a line that ends there, and the parent that it comes from. */
  const best = new Map<string, { readonly measured: number; readonly from: string | undefined }>();
  for (const { sha, parents } of ancestors) {
    let [from, measured] = [parents.find((parent) => known.has(parent)), 0];
    for (const parent of parents) {
      const before = best.get(parent)?.measured ?? -1;
      if (before > measured) [from, measured] = [parent, before];
    }
    best.set(sha, { from, measured: measured + (isMeasured(sha) ? 1 : 0) });
  }
  const walk = (step: (sha: string) => string | undefined) => {
    const line: Ancestor[] = [];
    for (let sha = ancestors.at(-1)?.sha; sha !== undefined && known.has(sha); sha = step(sha))
      line.push(known.get(sha)!);
    return line.reverse();
  };
  const first = walk((sha) => known.get(sha)!.parents[0]);
  const most = best.get(ancestors.at(-1)?.sha ?? '')?.measured ?? 0;
  const onFirst = first.filter(({ sha }) => isMeasured(sha)).length;
  if (onFirst >= most * FIRST_PARENTS_SHARE) return { line: first };
  return { line: walk((sha) => best.get(sha)!.from), besideFirstParents: true as const };
}
