// No command line crashes a command: each ends with an exit code and a message, and never with a stack. What a command
// would start or write outside its folder is stopped where it would, so that nothing is measured and nothing is touched.
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import workerThreads from 'node:worker_threads';
import { Command } from 'commander';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from './failure.js';

const SEED = 23;
const RUNS_PER_COMMAND = 70;
const LONGEST_MS = 10_000;
/** What computes for seconds in this process, and starts nothing. */
const COMPUTES = ['--histories', '--simulate', '--benchmark'];

/** Thrown where a command would begin to do what it is for. */
class Begun extends Error {}
/** In place of `process.exit`. */
class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

const sandbox = fs.mkdtempSync(join(tmpdir(), 'multifd-bench-arguments-'));
const before = process.cwd();
let guarding = false;
let begun = false;

const begin = (what: string): never => {
  begun = true;
  throw new Begun(what);
};

/** Puts a guard before a function of a module of Node's. Importers see it: their bindings are live. */
function guard(module: object, name: string, isHarmless: (...operands: unknown[]) => boolean = () => false): void {
  const functions = module as Record<string, (...operands: unknown[]) => unknown>;
  const plain = functions[name]!;
  functions[name] = function guarded(this: unknown, ...operands: unknown[]) {
    if (guarding && !isHarmless(...operands)) begin(name);
    return new.target ? Reflect.construct(plain, operands, new.target) : plain.apply(this, operands);
  };
  if (plain.prototype) functions[name].prototype = plain.prototype;
}

const isInside = (path: unknown) => typeof path === 'string' && resolve(path).startsWith(sandbox);

type Declare = (program: Command) => void;
const declarations: Declare[] = [];

beforeAll(async () => {
  for (const name of ['fork', 'spawn', 'exec', 'execFile', 'spawnSync', 'execFileSync']) guard(childProcess, name);
  guard(workerThreads, 'Worker');
  guard(net.Server.prototype, 'listen');
  guard(net.Socket.prototype, 'connect');
  for (const name of ['writeFileSync', 'mkdirSync', 'rmSync', 'mkdtempSync', 'unlinkSync', 'appendFileSync']) {
    guard(fs, name, isInside);
  }
  for (const name of ['renameSync', 'symlinkSync', 'copyFileSync'])
    guard(fs, name, (from, to) => isInside(from) && isInside(to));
  guard(fs, 'openSync', (path, flags = 'r') => flags === 'r' || flags === fs.constants.O_RDONLY || isInside(path));
  guard(process, 'kill');
  syncBuiltinESMExports();
  // Loaded after the guards: some keep what they import.
  const folder = fileURLToPath(new URL('./commands/', import.meta.url));
  for (const file of fs.readdirSync(folder).filter((name) => /^[\w-]+\.js$/.test(name))) {
    const module = (await import(join(folder, file))) as Record<string, Declare | undefined>;
    const inCapitals = file.slice(0, -3).replace(/(?:^|-)(\w)/g, (_, first: string) => first.toUpperCase());
    const declare = module[`declare${inCapitals}`];
    if (declare) declarations.push(declare);
  }
  process.chdir(sandbox);
  fs.writeFileSync('ram.img', Buffer.alloc(8192, 1));
  fs.writeFileSync('empty', '');
  fs.writeFileSync('broken.json', '{ "schema": 1, "cells": ');
  fs.writeFileSync('null.json', 'null');
  fs.writeFileSync('hollow.json', '{ "schema": 1 }');
  fs.writeFileSync('none.mjs', 'export default {};');
});
afterAll(() => {
  process.chdir(before);
  fs.rmSync(sandbox, { recursive: true });
});

function makeProgram(says: (text: string) => void): Command {
  const program = new Command('multifd-bench').exitOverride().configureOutput({ writeOut: says, writeErr: says });
  for (const declare of declarations) declare(program);
  return program;
}

interface Ended {
  readonly code: number;
  readonly said: string;
  readonly begun: boolean;
}

async function run(words: readonly string[]): Promise<Ended> {
  let said = '';
  const keep = (text: unknown) => {
    said += String(text);
    return true;
  };
  const real = { out: process.stdout.write, err: process.stderr.write, exit: process.exit };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const listeners = signals.map((signal) => process.listeners(signal));
  process.stdout.write = keep as never;
  process.stderr.write = keep as never;
  process.exit = ((code?: number) => {
    throw new Exit(code ?? 0);
  }) as never;
  process.exitCode = undefined;
  begun = false;
  guarding = true;
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not ended in ${LONGEST_MS} ms`)), LONGEST_MS);
    });
    await Promise.race([makeProgram(keep).parseAsync(words, { from: 'user' }), late]);
    return { code: Number(process.exitCode ?? 0), said, begun };
  } catch (cause) {
    if (cause instanceof Exit) return { code: cause.code, said, begun };
    if (cause instanceof Begun) return { code: 0, said, begun };
    const { code, message = '' } = failureOf(cause);
    return { code, said: said + message, begun };
  } finally {
    clearTimeout(timer);
    guarding = false;
    process.stdout.write = real.out;
    process.stderr.write = real.err;
    process.exit = real.exit;
    process.exitCode = undefined;
    for (const [at, signal] of signals.entries()) {
      for (const each of process.listeners(signal))
        if (!listeners[at]!.includes(each)) process.removeListener(signal, each);
    }
  }
}

const value = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ...[
        '0',
        '1',
        '2',
        '-1',
        '64',
        '65',
        '1e9',
        '0.5',
        'NaN',
        'Infinity',
        '9007199254740993',
        '1,2,4..16',
        '1..',
        '..',
        ',',
      ],
      ...[
        '4k',
        '64k',
        '2m',
        '8g',
        '900g',
        '1m:zero=20,text=40,random=40',
        '1m:zero=x',
        '10s',
        '20us',
        '90s',
        '5min',
        '2%',
        '0%',
      ],
      ...[
        'park',
        'adaptive',
        'spin:20us',
        'spin:',
        'mutex',
        'atomic-barrier',
        'mutex,inline',
        'lock-free',
        'constructor',
      ],
      ...[
        '__proto__',
        './none.mjs',
        './nosuch.js',
        'ram.img',
        'empty',
        '.',
        '..',
        '/',
        '/dev/null',
        'broken.json',
        'null.json',
      ],
      ...[
        'hollow.json',
        'tcp',
        'unix',
        'discard',
        'memory',
        'file',
        'none',
        'zlib',
        'zstd',
        'legacy',
        'multifd',
        'table',
        'tsv',
      ],
      ...[
        'throughput',
        'sync',
        'hand-off',
        'precopy',
        'primitives',
        'lock=0,1',
        'hold=0,1ms',
        'lock=',
        'spread',
        'same',
        '128',
      ],
      ...[
        'HEAD',
        'HEAD~1',
        'qemu',
        'receiver',
        'drain',
        'qemu-10.0',
        ':0',
        '127.0.0.1:1',
        '127.0.0.1:99999',
        '[::1]:x',
        's.sock',
      ],
      ...[
        'exhaustive',
        'pct',
        'm0',
        '00000000-0000-0000-0000-000000000000',
        'cpu-prof',
        'perf',
        'newdir',
        '',
        ' ',
        '-',
        '--',
        '\u0000',
      ],
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
);

/** Words for one command: mostly its own flags, each with or without a value. */
function wordsFor(command: Command): fc.Arbitrary<string[]> {
  const flags = command.options.map(({ long, short }) => long ?? short!).filter((name) => !COMPUTES.includes(name));
  const flag = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...flags, '--help') },
    { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
  );
  const option = fc.tuple(flag, fc.option(value, { nil: undefined, freq: 8 })).map(([name, given]) => {
    const takes = command.options.find(({ long }) => long === name)?.required ?? true;
    return given === undefined || !takes ? [name] : [name, given];
  });
  const most = command.registeredArguments.length;
  const given = fc.array(value, { minLength: 0, maxLength: most + 1 });
  const required = command.options
    .filter(({ mandatory }) => mandatory)
    .map(({ long }) => fc.tuple(fc.constant(long!), value));
  const all = fc.tuple(
    given,
    fc.oneof({ weight: 4, arbitrary: fc.tuple(...required) }, fc.constant([])),
    fc.array(option, { maxLength: 5 }),
  );
  return all.map(([words, needed, options]) => [command.name(), ...words, ...needed.flat(), ...options.flat()]);
}

function check({ code, said, begun: hasBegun }: Ended): void {
  expect([0, 1, 2, 3]).toContain(code);
  expect(said).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  expect(said).not.toMatch(/\b(TypeError|RangeError|ReferenceError|undefined is not|Cannot read prop)/);
  if (code !== 0 && !hasBegun) expect(said.trim()).not.toBe('');
}

describe('a command line', () => {
  it('of any command, whatever its arguments and flags', async () => {
    const names = makeProgram(() => {}).commands.map((command) => command.name());
    expect(names).toContain('run');
    const outcomes = { 0: 0, 1: 0, 2: 0, 3: 0, begun: 0 };
    for (const name of names) {
      const command = makeProgram(() => {}).commands.find((each) => each.name() === name)!;
      await fc.assert(
        fc.asyncProperty(wordsFor(command), async (words) => {
          const ended = await run(words);
          check(ended);
          if (ended.begun) outcomes.begun++;
          else outcomes[ended.code as 0]++;
        }),
        { seed: SEED, numRuns: RUNS_PER_COMMAND, endOnFailure: true },
      );
    }
    // They get past the parsers as well as into them.
    expect(outcomes.begun).toBeGreaterThan(names.length * 5);
    expect(outcomes[2]).toBeGreaterThan(names.length * 20);
  }, 120_000);

  it('of no command', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 3 }), async (words) => check(await run(words))),
      { seed: SEED, numRuns: 100 },
    );
  });
});
