// Builds of other commits, of a small project in a repository of its own: made once, nothing left where one is not made.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import { CHILD_PROCESSES } from '../measure/child.js';
import type { Commit } from '../system/commit.js';
import { buildFolder, buildOf } from './build.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-builds-'));
const checkout = join(folder, 'checkout');
let integrity: string;
const cacheBefore = process.env.XDG_CACHE_HOME;
const git = (...words: string[]) => execFileSync('git', ['-C', checkout, ...words], { encoding: 'utf8' }).trim();

beforeAll(() => {
  process.env.XDG_CACHE_HOME = join(folder, 'cache');
  mkdirSync(checkout);
  git('init', '--quiet', '--initial-branch', 'main');
  git('config', 'user.email', 'test@example.org');
  git('config', 'user.name', 'test');
  integrity = packPart();
});
afterAll(() => {
  if (cacheBefore === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cacheBefore;
  rmSync(folder, { recursive: true });
});

/** A package to install without a registry. */
function packPart(): string {
  const part = join(folder, 'package');
  mkdirSync(part, { recursive: true });
  writeFileSync(join(part, 'package.json'), JSON.stringify({ name: 'part', version: '1.0.0' }));
  writeFileSync(join(part, 'index.js'), 'module.exports = 7;');
  execFileSync('tar', ['czf', join(checkout, 'part.tgz'), '-C', folder, 'package']);
  return createHash('sha512')
    .update(readFileSync(join(checkout, 'part.tgz')))
    .digest('base64');
}

/** A commit whose `npm run build` runs this script. */
function commit(script: string, version = '1.0.0'): Commit {
  const dependencies = { part: 'file:part.tgz' };
  const about = { name: 'small', version, dependencies };
  const scripts = { build: 'node build.cjs', postinstall: 'exit 1' };
  writeFileSync(join(checkout, 'package.json'), JSON.stringify({ ...about, scripts }));
  const part = { version: '1.0.0', resolved: 'file:part.tgz', integrity: `sha512-${integrity}` };
  const lock = {
    ...{ name: 'small', version, lockfileVersion: 3 },
    packages: { '': about, 'node_modules/part': part },
  };
  writeFileSync(join(checkout, 'package-lock.json'), JSON.stringify(lock));
  writeFileSync(join(checkout, 'build.cjs'), script);
  git('add', '.');
  git('commit', '--quiet', '-m', 'a commit');
  return { sha: git('rev-parse', 'HEAD'), branch: 'main', time: '2026-01-01T00:00:00.000Z', dirty: false };
}

const making = (signal = new AbortController().signal) => {
  const said: string[] = [];
  return { said, signal, checkout, say: (text: string) => said.push(text) };
};
const BUILDS = `const { mkdirSync, writeFileSync } = require('node:fs');
mkdirSync('dist/bench/measure', { recursive: true });
writeFileSync('${CHILD_PROCESSES[0]}', process.cwd());
if (require('part') !== 7) throw new Error('the package is not there');`;

/** False for a zombie too, which some containers never collect. */
function isRunning(pid: string): boolean {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ' Z ';
  return !/ Z /.test(stat);
}

/** Neither a worktree that git knows, nor a folder that is half of a build. */
function expectNothingLeft(): void {
  expect(git('worktree', 'list').split('\n')).toHaveLength(1);
  for (const kept of [buildFolder(), join(buildFolder(), '..', 'packages')])
    expect(readdirSync(kept).filter((name) => name.endsWith('.tmp'))).toEqual([]);
}

describe('the build of a commit', () => {
  it.skipIf(isLong)('is made outside the checkout, without scripts of packages, and only once', async () => {
    const made = commit(BUILDS);
    const first = making();
    const home = await buildOf(made, first);
    expect(home).toBe(join(buildFolder(), made.sha));
    expect(first.said.map((line) => line.split(': ')[1])).toEqual([
      expect.stringContaining('worktree add --detach'),
      expect.stringContaining('npm ci --ignore-scripts'),
      'npm run build',
    ]);
    expect(readFileSync(join(home, CHILD_PROCESSES[0]), 'utf8')).toBe(`${home}.${process.pid}.tmp`);
    expect(existsSync(join(home, '.git'))).toBe(false);
    expectNothingLeft();
    const second = making();
    expect(await buildOf(made, second)).toBe(home);
    expect(second.said).toEqual([]);
  });

  it.runIf(isLong)('shares its packages with all builds of the same lock file', async () => {
    const packagesOf = (home: string) => realpathSync(join(home, 'node_modules'));
    const [one, same, other] = [commit(`${BUILDS}// 1`), commit(`${BUILDS}// 2`), commit(BUILDS, '2.0.0')];
    const home = await buildOf(one, making());
    const second = making();
    expect(packagesOf(await buildOf(same, second))).toBe(packagesOf(home));
    expect(second.said.filter((line) => line.includes('npm ci'))).toEqual([]);
    expect(packagesOf(await buildOf(other, making()))).not.toBe(packagesOf(home));
    expectNothingLeft();
  });

  it.skipIf(isLong)('that fails says how, and leaves nothing', async () => {
    const broken = commit("console.error('src/a.ts(1,1): error'); process.exit(3)");
    await expect(buildOf(broken, making())).rejects.toThrow(
      new RegExp(
        `^${broken.sha.slice(0, 12)} does not build: \`npm run build\` ended with 3\n[^]*src/a.ts\\(1,1\\): error`,
      ),
    );
    expectNothingLeft();
    expect(existsSync(join(buildFolder(), broken.sha))).toBe(false);
  });

  it.runIf(isLong)('that cannot be driven is refused', async () => {
    const old = commit('');
    await expect(buildOf(old, making())).rejects.toThrow(/older than the protocol/);
  });

  it.skipIf(isLong)('that is interrupted leaves nothing, its processes neither', async () => {
    const pidFile = join(folder, 'pid');
    const slow = commit(
      `require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`,
    );
    const abort = new AbortController();
    const building = buildOf(slow, making(abort.signal));
    const ended = expect(building).rejects.toThrow('enough');
    while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '')
      await new Promise((resolve) => setTimeout(resolve, 20));
    abort.abort(new Error('enough'));
    await ended;
    expect(isRunning(readFileSync(pidFile, 'utf8'))).toBe(false);
    expectNothingLeft();
  });
});
