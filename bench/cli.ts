#!/usr/bin/env node
// The command line: one command a file in commands/. Exit codes: 0 fine, 1 failed, 2 usage, 3 inconclusive, 130 interrupted.
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { declareAgainst } from './commands/against.js';
import { declareBackfill } from './commands/backfill.js';
import { declareBaseline } from './commands/baseline.js';
import { declareBless } from './commands/bless.js';
import { declareCalibrate } from './commands/calibrate.js';
import { declareCheck } from './commands/check.js';
import { declareCompare } from './commands/compare.js';
import { declareDoctor } from './commands/doctor.js';
import { declareExport } from './commands/export.js';
import { declareFindings } from './commands/findings.js';
import { declareGate } from './commands/gate.js';
import { declareHistory } from './commands/history.js';
import { declareLimits } from './commands/limits.js';
import { declareList } from './commands/list.js';
import { declareMerge } from './commands/merge.js';
import { declareMigrate } from './commands/migrate.js';
import { declareMigrations } from './commands/migrations.js';
import { declareNew } from './commands/new.js';
import { declareProfile } from './commands/profile.js';
import { declareReadme } from './commands/readme.js';
import { declareReceive } from './commands/receive.js';
import { declareReport } from './commands/report.js';
import { declareRun } from './commands/run.js';
import { declareSend } from './commands/send.js';
import { declareSoak } from './commands/soak.js';
import { declareStress } from './commands/stress.js';
import { declareTune } from './commands/tune.js';
import { declareVerify } from './commands/verify.js';
import { failureOf } from './failure.js';
import { forTerminal } from './views/escape.js';

const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
if (process.platform !== 'linux')
  end(2, `multifd-bench runs on Linux only (it needs /proc, taskset and descriptors); this is ${process.platform}`);
if (!existsSync('/proc/self/status')) end(2, 'multifd-bench needs /proc, which is not mounted here');
if (major < 20 || (major === 20 && minor < 19))
  end(2, `multifd-bench needs Node 20.19 or newer; this is ${process.version}`);

const program = new Command('multifd-bench')
  .description('Compares ways to hand RAM pages from one provider to N sender threads, as QEMU multifd does.')
  .exitOverride()
  .configureOutput({ outputError: (text) => process.stderr.write(text.replace(/^error: /, 'multifd-bench: ')) });

/** In the order of the help. */
const declarations = [
  declareRun,
  declareCompare,
  declareAgainst,
  declareBackfill,
  declareBaseline,
  declareHistory,
  declareBless,
  declareGate,
  declareMerge,
  declareExport,
  declareDoctor,
  declareLimits,
  declareList,
  declareMigrate,
  declareMigrations,
  declareSend,
  declareReceive,
  declareProfile,
  declareTune,
  declareStress,
  declareSoak,
  declareVerify,
  declareNew,
  declareCheck,
  declareCalibrate,
  declareReport,
  declareFindings,
  declareReadme,
];
for (const declare of declarations) declare(program);

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

function end(code: number, message: string): never {
  process.stderr.write(`${message.split('\n').map(forTerminal).join('\n')}\n`);
  process.exit(code);
}
