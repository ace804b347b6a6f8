// Builds of other commits: made once each, in a detached worktree, and kept in a cache outside the checkout.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { UsageError } from '../base/usage-error.js';
import { CHILD_PROCESSES, childProcessIn } from '../measure/child.js';
import type { Commit } from '../system/commit.js';
import { gitIn, withoutGit } from '../system/git.js';
import { PROJECT } from '../system/project.js';
import { removeLeftovers, takePlace } from '../system/take-place.js';
import { providePackages } from './packages.js';

const LINES_SHOWN = 15;

/** How a build is being made. */
export interface Making {
  /** When it aborts, nothing of an unfinished build is left. */
  readonly signal: AbortSignal;
  /** Told what takes its time. */
  readonly say: (text: string) => void;
  /** Whose commit it is; this project's unless said otherwise. */
  readonly checkout?: string;
}

/** Where builds are kept: `$XDG_CACHE_HOME/multifd-bench/builds/<sha>`. */
export function buildFolder(): string {
  return cacheFolder('builds');
}

/** Where the packages are that they share. */
function packagesFolder(): string {
  return cacheFolder('packages');
}

function cacheFolder(name: string): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'multifd-bench', name);
}

/**
 * The folder of a commit's build, which is made where it is not there. Nothing in it depends on the checkout.
 *
 * @throws UsageError when it does not build, or is too old to be driven; the signal's reason when that aborts
 */
export async function buildOf({ sha }: Commit, making: Making): Promise<string> {
  const home = join(buildFolder(), sha);
  const short = sha.slice(0, 12);
  if (!existsSync(home)) await make(sha, home, making);
  if (childProcessIn(home) === undefined) {
    throw new UsageError(
      `${short}: older than the protocol by which a build is driven: it has no ${CHILD_PROCESSES.join(' or ')}`,
    );
  }
  return home;
}

async function make(sha: string, home: string, { signal, say, checkout = PROJECT }: Making): Promise<void> {
  for (const folder of [buildFolder(), packagesFolder()]) removeLeftovers(folder);
  mkdirSync(buildFolder(), { recursive: true });
  const worktree = `${home}.${process.pid}.tmp`;
  const short = sha.slice(0, 12);
  const step = async (command: string, words: readonly string[], folder: string) => {
    say(`${short}: ${[command, ...words].join(' ')}`);
    const { code, output } = await run(command, words, folder, signal);
    signal.throwIfAborted();
    if (code === 0) return;
    const tail = output.trimEnd().split('\n').slice(-LINES_SHOWN).join('\n');
    throw new UsageError(`${short} does not build: \`${[command, ...words].join(' ')}\` ended with ${code}\n${tail}`);
  };
  try {
    // No hook of the checkout is to run there.
    const add = ['-c', 'core.hooksPath=/dev/null', 'worktree', 'add', '--detach', '--force', worktree, sha];
    await step('git', add, checkout);
    const ci = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--prefer-offline'];
    await providePackages(worktree, packagesFolder(), () => step('npm', ci, worktree));
    await step('npm', ['run', 'build'], worktree);
    // From here on it is a folder like any other, of which git need not know.
    rmSync(join(worktree, '.git'));
    takePlace(worktree, home);
  } finally {
    rmSync(worktree, { recursive: true, force: true });
    gitIn(checkout, ['worktree', 'prune']);
  }
}

async function run(command: string, words: readonly string[], cwd: string, signal: AbortSignal) {
  // A group of its own: Ctrl-C is for us, and what npm has started must end with it.
  const { NODE_ENV: _, ...env } = withoutGit(process.env);
  const child = spawn(command, words, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, name) => resolve(code ?? name ?? 'no code'));
  });
  const end = () => void endGroup(child.pid, ended);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  const code = await ended;
  signal.removeEventListener('abort', end);
  return { code, output };
}

const PATIENCE_MS = 2000;

async function endGroup(pid: number | undefined, ended: Promise<unknown>): Promise<void> {
  if (pid === undefined) return;
  const signalGroup = (name: NodeJS.Signals) => {
    try {
      process.kill(-pid, name);
    } catch {
      // It is gone.
    }
  };
  signalGroup('SIGTERM');
  await Promise.race([ended, setTimeout(PATIENCE_MS)]);
  signalGroup('SIGKILL');
}
