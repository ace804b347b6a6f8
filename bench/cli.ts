#!/usr/bin/env node
// The command line: one command a file in commands/. Exit codes: 0 fine, 1 failed, 2 usage, 3 inconclusive, 130 interrupted.
import { existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { failureOf } from './base/failure.js';
import { forTerminal } from './terminal/escape.js';

const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
if (process.platform !== 'linux')
  end(2, `multifd-bench runs on Linux only (it needs /proc, taskset and descriptors); this is ${process.platform}`);
if (!existsSync('/proc/self/status')) end(2, 'multifd-bench needs /proc, which is not mounted here');
if (major < 20 || (major === 20 && minor < 19))
  end(2, `multifd-bench needs Node 20.19 or newer; this is ${process.version}`);

const program = new Command('multifd-bench')
  .version(versionOf(), '--version', 'the version of this program')
  .description('Compares ways to hand RAM pages from one provider to N sender threads, as QEMU multifd does.')
  .exitOverride()
  .configureOutput({ outputError: (text) => process.stderr.write(text.replace(/^error: /, 'multifd-bench: ')) });

/** In the order of the help. What is not asked for is not loaded: that would be most of the time of a short command. */
const commands: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  run: async () => (await import('./commands/run.js')).declareRun,
  compare: async () => (await import('./commands/compare.js')).declareCompare,
  against: async () => (await import('./commands/against.js')).declareAgainst,
  backfill: async () => (await import('./commands/backfill.js')).declareBackfill,
  baseline: async () => (await import('./commands/baseline.js')).declareBaseline,
  history: async () => (await import('./commands/history.js')).declareHistory,
  bless: async () => (await import('./commands/bless.js')).declareBless,
  gate: async () => (await import('./commands/gate.js')).declareGate,
  merge: async () => (await import('./commands/merge.js')).declareMerge,
  export: async () => (await import('./commands/export.js')).declareExport,
  doctor: async () => (await import('./commands/doctor.js')).declareDoctor,
  limits: async () => (await import('./commands/limits.js')).declareLimits,
  list: async () => (await import('./commands/list.js')).declareList,
  migrate: async () => (await import('./commands/migrate.js')).declareMigrate,
  send: async () => (await import('./commands/send.js')).declareSend,
  receive: async () => (await import('./commands/receive.js')).declareReceive,
  profile: async () => (await import('./commands/profile.js')).declareProfile,
  tune: async () => (await import('./commands/tune.js')).declareTune,
  stress: async () => (await import('./commands/stress.js')).declareStress,
  soak: async () => (await import('./commands/soak.js')).declareSoak,
  verify: async () => (await import('./commands/verify.js')).declareVerify,
  new: async () => (await import('./commands/new.js')).declareNew,
  check: async () => (await import('./commands/check.js')).declareCheck,
  calibrate: async () => (await import('./commands/calibrate.js')).declareCalibrate,
  report: async () => (await import('./commands/report.js')).declareReport,
};
const asked = process.argv[2] ?? '';
for (const load of Object.hasOwn(commands, asked) ? [commands[asked]!] : Object.values(commands))
  (await load())(program);

// A reader that has seen enough (`| head`) is no error; nor is one of what goes beside the answer.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  end(1, `multifd-bench: standard output: ${error.message}`);
});
process.stderr.on('error', () => {});

try {
  await program.parseAsync();
} catch (cause) {
  const { code, message } = failureOf(cause);
  if (message !== undefined) end(code, message);
  process.exitCode = code;
}

function versionOf(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function end(code: number, message: string): never {
  process.stderr.write(`${message.split('\n').map(forTerminal).join('\n')}\n`);
  process.exit(code);
}
