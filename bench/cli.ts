#!/usr/bin/env node
// The command line: one command a file in commands/. Exit codes: 0 fine, 1 failed, 2 usage, 3 inconclusive, 130 interrupted.
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { Command } from 'commander';
import { failureOf } from './base/failure.js';
import { badValue } from './base/usage-error.js';
import { foreignRuntime } from './system/runtime.js';
import { forTerminal } from './terminal/escape.js';

const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
const foreign = foreignRuntime(process.versions);
if (foreign !== undefined)
  end(2, `multifd-bench measures Node; this is ${foreign}, whose numbers would be saved as Node's`);
if (process.platform !== 'linux')
  end(2, `multifd-bench runs on Linux only (it needs /proc, taskset and descriptors); this is ${process.platform}`);
if (!existsSync('/proc/self/status')) end(2, 'multifd-bench needs /proc, which is not mounted here');
if (major < 20 || (major === 20 && minor < 19))
  end(2, `multifd-bench needs Node 20.19 or newer; this is ${process.version}`);

// Threads cannot be started there, and would be waited for.
try {
  process.cwd();
} catch {
  end(2, 'multifd-bench: the working directory is gone: it was removed or moved; change to one that is there');
}

const program = new Command('multifd-bench')
  .version(versionOf(), '--version', 'the version of this program')
  .description('Compares ways to hand RAM pages from one provider thread to N sender threads, as multifd in QEMU does.')
  .exitOverride()
  .configureOutput({ outputError: (text) => process.stderr.write(text.replace(/^error: /, 'multifd-bench: ')) });

/** After a command has come to its end. */
const LEAVE_MS = 1000;
const { SIGPIPE } = constants.signals;

type Declare = (program: Command) => void;

/** By group, in the order of the help. What is not asked for is not loaded: that would be most of a short command's time. */
const groups: Readonly<Record<string, Readonly<Record<string, () => Promise<Declare>>>>> = {
  'Measure:': {
    run: async () => (await import('./commands/run.js')).declareRun,
    compare: async () => (await import('./commands/compare.js')).declareCompare,
    report: async () => (await import('./commands/report.js')).declareReport,
    export: async () => (await import('./commands/export.js')).declareExport,
    limits: async () => (await import('./commands/limits.js')).declareLimits,
    profile: async () => (await import('./commands/profile.js')).declareProfile,
  },
  'Choose a channel count:': {
    tune: async () => (await import('./commands/tune.js')).declareTune,
  },
  'Over commits:': {
    history: async () => (await import('./commands/history.js')).declareHistory,
    gate: async () => (await import('./commands/gate.js')).declareGate,
    against: async () => (await import('./commands/against.js')).declareAgainst,
    bless: async () => (await import('./commands/bless.js')).declareBless,
    baseline: async () => (await import('./commands/baseline.js')).declareBaseline,
    backfill: async () => (await import('./commands/backfill.js')).declareBackfill,
    import: async () => (await import('./commands/import.js')).declareImport,
    merge: async () => (await import('./commands/merge.js')).declareMerge,
  },
  'Designs:': {
    list: async () => (await import('./commands/list.js')).declareList,
    new: async () => (await import('./commands/new.js')).declareNew,
    check: async () => (await import('./commands/check.js')).declareCheck,
    verify: async () => (await import('./commands/verify.js')).declareVerify,
    soak: async () => (await import('./commands/soak.js')).declareSoak,
  },
  'Migrate:': {
    migrate: async () => (await import('./commands/migrate.js')).declareMigrate,
    send: async () => (await import('./commands/send.js')).declareSend,
    receive: async () => (await import('./commands/receive.js')).declareReceive,
  },
  'This machine:': {
    doctor: async () => (await import('./commands/doctor.js')).declareDoctor,
  },
};
/** Commands of earlier versions that are modes of others. */
const MODES: Readonly<Record<string, readonly string[]>> = {
  calibrate: ['doctor', '--calibrate'],
  stress: ['soak', '--stress'],
};

const [first = '', ...rest] = process.argv.slice(2);
const commands = [...Object.values(groups).flatMap(Object.keys), ...Object.keys(MODES)];
if (first === 'help' && rest.length > 0 && !commands.includes(rest[0]!))
  end(2, `multifd-bench: ${badValue('help', rest[0]!, commands.join(', ')).message}`);
const modeOf = (name: string) => (Object.hasOwn(MODES, name) ? MODES[name]! : [name]);
const words = first === 'help' ? [first, ...rest.flatMap((name) => modeOf(name)[0]!)] : [...modeOf(first), ...rest];
const asked = Object.values(groups).find((commands) => Object.hasOwn(commands, words[0]!));
if (asked) (await asked[words[0]!]!())(program);
else {
  for (const [title, commands] of Object.entries(groups)) {
    program.commandsGroup(title);
    for (const load of Object.values(commands)) (await load())(program);
  }
}

// A reader that has seen enough (`| head`) is no error: the command's own exit code counts, if it is about to end. One that
// works on ends as other programs do whose reader has left. Nor is it an error when nobody reads what goes beside the answer.
let isRead = true;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (!isRead) return;
  isRead = false;
  if (error.code !== 'EPIPE') end(1, `multifd-bench: standard output: ${error.message}`);
  setTimeout(() => process.exit(128 + SIGPIPE), LEAVE_MS).unref();
});
process.stderr.on('error', () => {});

try {
  await program.parseAsync(first === '' ? [] : words, { from: 'user' });
} catch (cause) {
  const { code, message } = failureOf(cause);
  if (message !== undefined) end(code, message);
  process.exitCode = code;
}
// A command that is over ends: what it may have left behind goes with this process. Pipes, files and terminals are written at once.
setTimeout(() => process.exit(), LEAVE_MS).unref();

function versionOf(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function end(code: number, message: string): never {
  process.stderr.write(`${message.split('\n').map(forTerminal).join('\n')}\n`);
  process.exit(code);
}
