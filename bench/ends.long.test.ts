// After an error at its start every command ends, with its exit code: nothing that it started keeps it alive or outlives it.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI } from './fixtures/cli.js';
import { markedEnvironment } from './fixtures/left-behind.js';
import { git } from './system/git.js';
import { PROJECT } from './system/project.js';

const SHA = git('rev-parse', 'HEAD');
/** From the error to the end. */
const END_MS = 2000;
/** A regular file whose end comes before its size says so: as one that is cut while it is read. */
const CUT_FILE = '/sys/kernel/mm/transparent_hugepage/enabled';
/** Too little for the memory that threads share, enough for Node. */
const ADDRESS_SPACE_KIB = 3_000_000;
const SAVED_NOWHERE = ['--no-save', '--variants', 'mutex', '--channels', '1', '--ram', '1m'];

let folder: string;
/** Where `against` finds this build as that of HEAD. */
let cache: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ends-'));
  writeFileSync(join(folder, 'image'), Buffer.alloc(1 << 20, 7));
  cache = mkdtempSync(join(tmpdir(), 'ends-cache-'));
  const builds = join(cache, 'multifd-bench/builds');
  mkdirSync(builds, { recursive: true });
  symlinkSync(PROJECT.slice(0, -1), join(builds, SHA ?? 'none'));
});
afterAll(() => {
  for (const made of [folder, cache]) rmSync(made, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly says: string;
  readonly afterMs: number;
  /** Processes of this test that are left. */
  readonly left: readonly string[];
}

/** Runs the command, and says how long it went on after the last thing that it said. */
function run(words: readonly string[], { jitless = false, limited = false } = {}): Promise<Ended> {
  const marked = markedEnvironment();
  const own = { TMPDIR: folder, XDG_CACHE_HOME: cache, ...marked.env };
  const env = { ...process.env, ...own, ...(jitless && { NODE_OPTIONS: '--jitless' }) };
  const limit = limited ? `ulimit -v ${ADDRESS_SPACE_KIB}; ` : '';
  const child = spawn('bash', ['-c', `${limit}exec "$@"`, 'bash', process.execPath, CLI, ...words], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let says = '';
  let said = performance.now();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      says += text;
      said = performance.now();
    });
  }
  const deadline = setTimeout(() => child.kill('SIGKILL'), 80_000);
  return new Promise((resolve) => {
    child.once('close', (code) => {
      clearTimeout(deadline);
      resolve({ code, says: says.replace(/\s+/g, ' '), afterMs: performance.now() - said, left: marked.left() });
    });
  });
}

async function expectEnd(ended: Promise<Ended>, code: number, says: RegExp): Promise<void> {
  const { afterMs, left, ...rest } = await ended;
  expect(rest).toEqual({ code, says: expect.stringMatching(says) });
  expect(afterMs).toBeLessThan(END_MS);
  expect(left).toEqual([]);
  expect(readdirSync(folder).filter((name) => name !== 'image')).toEqual([]);
}

/** What may be missing here: how the command is run, and what it then says. */
const LACKS = [
  ['where shared memory is not to be had', { limited: true }, /memory|ended with/i],
  ['without WebAssembly', { jitless: true }, /no WebAssembly; --jitless/],
] as const;

const REFUSED = '127.0.0.1:9';
/** What each command that starts processes is called with, where `image` is the RAM. */
const COMMANDS: Readonly<Record<string, (image: string) => readonly string[]>> = {
  migrate: (image) => ['migrate', image],
  send: (image) => ['send', '--ram', image, '--to', REFUSED],
  'send to a file': (image) => ['send', '--ram', image, '--to', 'file:out'],
  run: (image) => ['run', ...SAVED_NOWHERE.slice(0, -1), image, '--quick'],
  tune: (image) => ['tune', ...SAVED_NOWHERE.slice(0, 3), '--channels', '1,2', '--ram', image, '--budget', '10s'],
  profile: (image) => ['profile', ...SAVED_NOWHERE.slice(1, -1), image],
};

describe.each(Object.keys(COMMANDS))('%s ends', (name) => {
  const words = COMMANDS[name]!;

  it('where the RAM file ends before its size', async () => {
    await expectEnd(run(words(CUT_FILE)), 1, /ended at byte \d+ of \d+ while being read/);
  });
  it.each(LACKS)('%s', async (_, how, says) => {
    await expectEnd(run(words('image'), how), 1, says);
  });
});

describe.each([
  ['tune for a link', ['tune', '--rtt', '25ms', '--most', '2', '--budget', '2s']],
  ['receive', ['receive', '--listen', './socket', '--ram-bytes', '1m']],
  ['limits', ['limits', '--quick']],
  ['soak', ['soak', '--for', '1s', '--seed', '1']],
  ['check', ['check', 'mutex']],
] as const)('%s ends', (_, words) => {
  it.each(LACKS)('%s', async (__, how, says) => {
    await expectEnd(run(words, how), 1, says);
  });
});

describe('verify needs no memory that threads share, and doctor says what is missing', () => {
  const verify = ['verify', 'mutex', '--channels', '1', '--jobs', '1'];

  it('where shared memory is not to be had', async () => {
    await expectEnd(run(verify, { limited: true }), 0, /verified for 1 channel and 1 job/);
    await expectEnd(run(['doctor'], { limited: true }), 1, /PROBLEM address space 2\.9 GiB/);
  });
  it('without WebAssembly', async () => {
    await expectEnd(run(verify, { jitless: true }), 0, /verified for 1 channel and 1 job/);
    await expectEnd(run(['doctor'], { jitless: true }), 1, /PROBLEM options --jitless/);
  }, 60_000);
});

describe.skipIf(SHA === undefined)('against ends, and blames no build,', () => {
  const words = ['against', 'HEAD', ...SAVED_NOWHERE.slice(1, -2), '--quick', '--transport', 'discard'];

  it.each(LACKS)('%s', async (_, how) => {
    await expectEnd(run(words, how), 1, /^(?!.*too old).*shared memory: (no address space|.*--jitless)/);
  });
});

describe('a size where a file belongs', () => {
  it.each([
    [['migrate', '64m', '--channels', '2'], 'file: no file 64m; it takes the path of a regular file or a block device'],
    [['receive', '64m'], 'file: got "64m", takes the path of a regular file'],
    [['send', '--ram', '64', '--to', REFUSED], '--ram: got "64"'],
    [['run', '--ram', '64', '--no-save'], '--ram: got "64"'],
    [['tune', '--ram', '64', '--no-save'], '--ram: got "64"'],
    [['profile', '--ram', '64'], '--ram: got "64"'],
    [['check', '64m'], 'check: got "64m", takes mutex'],
    [['verify', '64m'], 'verify: got "64m", takes mutex'],
    [['against', '64m'], 'against: got "64m", takes a commit'],
    [['doctor', '64m'], "too many arguments for 'doctor'"],
  ])('%j', async (words, says) => {
    await expectEnd(run(words), 2, new RegExp(says.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  });
});
