// The packages of builds: installed once for each lock file, and shared by all builds that have the same one.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { takePlace } from '../system/take-place.js';

const NODE_MODULES = 'node_modules';
const KEY_DIGITS = 16;

/**
 * Gives the checkout at `worktree` the packages that its lock file names, those in `folder` where they are there.
 *
 * @param install makes `node_modules` of that checkout, and rejects when it cannot
 */
export async function providePackages(worktree: string, folder: string, install: () => Promise<void>): Promise<void> {
  const home = join(folder, keyOf(worktree));
  const own = join(worktree, NODE_MODULES);
  if (!existsSync(home)) {
    await install();
    // A project without packages has none to share.
    if (!existsSync(own)) return;
    // Whole or not at all, and under its own name: that is how packages find each other.
    const staged = `${home}.${process.pid}.tmp`;
    mkdirSync(staged, { recursive: true });
    try {
      renameSync(own, join(staged, NODE_MODULES));
      takePlace(staged, home);
    } finally {
      rmSync(staged, { recursive: true, force: true });
    }
  }
  symlinkSync(join(home, NODE_MODULES), own);
}

/** Packages may hold binaries for this Node. */
function keyOf(worktree: string): string {
  const [major] = process.versions.node.split('.');
  const lock = readFileSync(join(worktree, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex').slice(0, KEY_DIGITS);
  return `node${major}-${process.arch}-${hash}`;
}
