// The line of a branch in small repositories: first parents, the side of a merge that was measured, and shallow clones.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { commitLine } from './commit-line.js';
import { withoutGit } from './git.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-line-'));
afterAll(() => rmSync(folder, { recursive: true }));
const repository = join(folder, 'whole');
const git = (words: readonly string[], input = '') =>
  execFileSync('git', words, { input, encoding: 'utf8', env: withoutGit(process.env) });

/** `main` of 8 commits, `topic` of 3 beside its first two; then a merge on each: `own` takes topic in, `taken` takes main in. */
const commit = (branch: string, mark: number, subject: string, parents: readonly number[]) =>
  `commit refs/heads/${branch}\nmark :${mark}\ncommitter a <a@example.org> ${1e9 + mark} +0000\n` +
  `data ${subject.length}\n${subject}\n${parents.map((at, index) => `${index === 0 ? 'from' : 'merge'} :${at}\n`).join('')}\n`;
git(['init', '-q', '-b', 'main', repository]);
git(
  ['-C', repository, 'fast-import', '--quiet'],
  [
    ...Array.from({ length: 8 }, (_, at) => commit('main', at + 1, `main ${at}`, at > 0 ? [at] : [])),
    ...Array.from({ length: 3 }, (_, at) => commit('topic', at + 11, `topic ${at}`, [at > 0 ? at + 10 : 2])),
    commit('own', 21, 'topic into main', [8, 13]),
    commit('taken', 22, 'main into topic', [13, 8]),
  ].join(''),
);
const subjectOf = new Map(
  git(['-C', repository, 'log', '--all', '--format=%H\t%s'])
    .trim()
    .split('\n')
    .map((line) => line.split('\t') as [string, string]),
);
const isOfMain = (sha: string) => subjectOf.get(sha)!.startsWith('main');
const lineOf = (revision: string, isMeasured?: (sha: string) => boolean, checkout = repository) =>
  commitLine(revision, isMeasured, checkout)!;
const subjects = (line: ReturnType<typeof lineOf>) => [...line.commits.values()].map(({ subject }) => subject);
const main = Array.from({ length: 8 }, (_, at) => `main ${at}`);

it('is that of first parents, with their places', () => {
  const line = lineOf('own', isOfMain);
  expect(subjects(line)).toEqual([...main, 'topic into main']);
  expect([...line.commits.values()].map(({ place }) => place)).toEqual(main.concat('').map((_, at) => at));
  expect(line).toMatchObject({ name: 'own' });
  expect(line).not.toHaveProperty('besideFirstParents');
});

it('is called as the branch is, and for a commit by its digits', () => {
  const sha = lineOf('own').commits.keys().next().value!;
  expect([lineOf('own'), lineOf(sha), lineOf('own~1')].map(({ name }) => name)).toEqual(['own', sha, 'own~1']);
});

it('goes along the second parent of a merge where the runs lie there, and says so', () => {
  const line = lineOf('taken', isOfMain);
  expect(subjects(line)).toEqual([...main, 'main into topic']);
  expect(line.besideFirstParents).toBe(true);
  // Nothing says where the runs lie: first parents.
  expect(subjects(lineOf('taken'))).toEqual([...main.slice(0, 2), 'topic 0', 'topic 1', 'topic 2', 'main into topic']);
  // As many lie on the branch's own side.
  expect(lineOf('taken', () => true).besideFirstParents).toBeUndefined();
});

it('says that a clone is shallow, and knows no revision that is not there', () => {
  const shallow = join(folder, 'shallow');
  git(['clone', '-q', '--depth', '3', '--branch', 'main', `file://${repository}`, shallow]);
  const line = lineOf('HEAD', isOfMain, shallow);
  expect(subjects(line)).toEqual(main.slice(-3));
  expect(line.shallow).toBe(true);
  expect(lineOf('HEAD', isOfMain).shallow).toBeUndefined();
  expect(commitLine('nowhere', undefined, repository)).toBeUndefined();
});
