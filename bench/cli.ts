#!/usr/bin/env node
// The command line: one command a file in commands/. Exit codes: 0 fine, 1 failed, 2 usage, 130 interrupted.
import { Command, CommanderError, Option } from 'commander';
import { DEFAULT_VARIANTS } from '../variants/index.js';
import { type CalibrateFlags, calibrate } from './commands/calibrate.js';
import { type DoctorFlags, doctor } from './commands/doctor.js';
import { list } from './commands/list.js';
import { type MigrateFlags, migrate } from './commands/migrate.js';
import { type MigrationsFlags, migrations } from './commands/migrations.js';
import { type ProfileFlags, profile } from './commands/profile.js';
import { readme } from './commands/readme.js';
import { type ReceiveFlags, receive } from './commands/receive.js';
import { type RunFlags, run } from './commands/run.js';
import { type SendFlags, send } from './commands/send.js';
import { type StressFlags, stress } from './commands/stress.js';
import { type VerifyFlags, verify } from './commands/verify.js';
import { verifyBenchmark } from './commands/verify-benchmark.js';
import { axes } from './plan/axes.js';
import { ONE_SHOT_AXES } from './plan/one-shot.js';
import { UsageError } from './plan/usage-error.js';

const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
if (process.platform !== 'linux')
  end(2, `multifd-bench runs on Linux only (it needs /proc, taskset and descriptors); this is ${process.platform}`);
if (major < 20 || (major === 20 && minor < 19))
  end(2, `multifd-bench needs Node 20.19 or newer; this is ${process.version}`);

const program = new Command('multifd-bench')
  .description('Compares ways to hand RAM pages from one provider to N sender threads, as QEMU multifd does.')
  .exitOverride()
  .configureOutput({ outputError: (text) => process.stderr.write(text.replace(/^error: /, 'multifd-bench: ')) });

const runCommand = program
  .command('run')
  .description('measure the default tables, or the matrix that axis flags describe; print and save them')
  .option('--variants <names>', `names from \`list\`, or paths of .js files; default ${DEFAULT_VARIANTS.join(',')}`);
for (const { flag, takes } of Object.values(axes)) {
  if (flag === '--dose') runCommand.option(`${flag} <list>`, `slopes: ${takes}`);
  else if (flag !== '--provider-wait')
    runCommand.option(`${flag} <list>`, takes + (flag === '--workload' ? ', primitives' : ''));
  else runCommand.option('--wait <list>', takes).option(`${flag} <list>`, 'the same for the provider alone');
}
runCommand
  .option('--ram <what>', 'a file, or a size as in 64m, with shares as in 64m:zero=20,text=40,random=40')
  .option('--rounds <n>', 'fresh processes; 6 are the least for a verdict')
  .option('--precision <percent>', 'measure until the ratios under study are known to this, as in 2%')
  .option('--budget <time>', 'measure no round that would end later than this, as in 90s or 5min')
  .option('--resume <file>', 'go on from a saved run that was interrupted; its flags count')
  .option('--seed <n>', 'order of cells, and contents of RAM; printed when it is not given')
  .option('--layout <bytes>', 'ablation: packed, 64 or 128 bytes between the words of two writers')
  .option('--no-elide', 'ablation: notify at every post, asleep or not')
  .option('--keep-awake', 'a thread of the idle class spins on each CPU: wake-ups without the halt of a CPU')
  .option('--force-spin', 'measure spinning even where threads exceed CPUs')
  .addOption(new Option('--quick', 'under 20 s; shows large differences only').conflicts('rigorous'))
  .option('--rigorous', 'twice the processes, four times the time in each')
  .option('--explain', 'count shared accesses before timing, and show what is behind each row')
  .option('--peer <name>', "qemu: QEMU's own sender beside ours, into the same drain")
  .option('--qemu <paths>', 'with --peer qemu: binaries; default every qemu-system-x86_64 on PATH')
  .option('--zero-pages <how>', 'with --peer qemu: who looks for pages of zeros, at both: legacy, none, multifd')
  .option('--docs', 'with --peer qemu: put the tables into README.md and docs/qemu-compared.md')
  .option('--dry-run', 'print the plan and its estimated time, measure nothing')
  .option('--no-save', 'write no file under results/')
  .option('--json', 'print the result document, and nothing else, on stdout')
  .option('--format <how>', 'table, or tsv; default table on a terminal, tsv when piped')
  .action(async (flags: RunFlags) => finish(await run(flags)));

program
  .command('doctor')
  .description(
    'what this machine can and cannot resolve, and what to do about it; exit 1 when numbers are worth nothing',
  )
  .option('--json', 'as JSON, with every fact behind the lines')
  .option('--format <how>', 'table, or tsv; default table on a terminal, tsv when piped')
  .action(async (flags: DoctorFlags) => finish(await doctor(flags)));

program
  .command('list')
  .description('the variants: family, mechanism, when to use each')
  .option('--variants <names>', 'only these')
  .option('--json', 'as JSON')
  .action(async (flags: { json?: boolean; variants?: string }) => finish(await list(flags)));

const migrateCommand = program
  .command('migrate')
  .description('move a RAM image through N channels to a receiver process; exit 1 unless both ends are equal')
  .argument('<file>', 'the RAM image: a file of any kind');
oneShot(migrateCommand)
  .option('--transport <name>', 'tcp, unix', 'tcp')
  .option('--zero-pages <how>', 'who finds pages of zeros: none, multifd (the sender threads)', 'none')
  .option('--ceiling', 'compare with the same writes in a plain loop, in interleaved pairs')
  .option('--pairs <n>', 'how many pairs', '10')
  .option('--ram-out <file>', 'keep what the receiver has; the name appears only when all is well')
  .option('--json', 'as JSON')
  .action(async (file: string, flags: MigrateFlags) => finish(await migrate(file, flags)));

program
  .command('migrations')
  .description('migrate by every threaded variant, over tcp and unix, against the ceiling; a page for docs/ (minutes)')
  .argument('<file>', 'the RAM image')
  .option('--variants <names>', 'names from `list`; default those of `run` that have threads')
  .option('--channels <list>', axes.channels.takes, '1,2,4..16')
  .option('--pairs <n>', 'interleaved pairs for each row', '10')
  .option('--out <file>', 'where the page goes; default stdout')
  .action(async (file: string, flags: MigrationsFlags) => finish(await migrations(file, flags)));

oneShot(program.command('send').description('the sending end of a migration alone'))
  .requiredOption('--ram <what>', 'a file, or a size as in 64m')
  .requiredOption('--to <address>', 'HOST:PORT, or the path of a unix socket')
  .option(
    '--peer <name>',
    "receiver, qemu-7.2, qemu-10.0, or drain: anything that takes the channels' bytes",
    'receiver',
  )
  .option('--zero-pages <how>', 'who finds pages of zeros: none, legacy (the provider), multifd (the senders)')
  .option('--uuid <uuid>', "the machine's, as QEMU's -uuid; default all zero")
  .option('--block <name>', "the RAM block's name: id of a QEMU's memory-backend; default m0")
  .option('--capabilities <names>', "the destination QEMU's: multifd; others are refused by name")
  .option('--json', 'as JSON')
  .action(async (flags: SendFlags) => finish(await send(flags)));

program
  .command('receive')
  .description('the receiving end of a migration alone, also from a real QEMU: checks every packet')
  .requiredOption('--listen <address>', 'HOST:PORT (:PORT is this machine alone), or a path for a unix socket')
  .option(
    '--ram-bytes <size>',
    'size of the RAM that `send` will send; without it a QEMU is expected, which says its own',
  )
  .option('--ram-out <file>', 'keep the RAM; the name appears only when all is well, mode 0600')
  .option('--block <name>', "the RAM block of a QEMU that --ram-out keeps; default its first, the guest's RAM")
  .option('--blocks-out <directory>', 'keep every RAM block of a QEMU in a file of its own; must not be there yet')
  .option('--uuid <uuid>', "the machine's; default all zero, as of a QEMU without -uuid")
  .option('--strict-numbers', 'packet numbers of a QEMU must grow and leave none out: 9.0 and newer keep to that')
  .option('--channels <n>', axes.channels.takes, '2')
  .option('--page-size <size>', axes.pageSize.takes)
  .option('--batch-pages <n>', axes.pagesPerBatch.takes)
  .option('--codec <name>', axes.codec.takes)
  .option('--json', 'as JSON')
  .action(async (flags: ReceiveFlags) => finish(await receive(flags)));

const profileCommand = program
  .command('profile')
  .description('run one cell under a profiler, name the files it wrote and show where each thread was')
  .argument('[cell]', 'its id, as `run --dry-run` prints it; else the flags say which')
  .option('--variants <name>', 'one variant, or the path of a .js file; default atomic-barrier');
for (const key of ['workload', 'transport', ...ONE_SHOT_AXES] as const) {
  profileCommand.option(`${axes[key].flag} <value>`, axes[key].takes);
}
profileCommand
  .option('--wait <policy>', axes.senderWait.takes)
  .option('--with <profiler>', 'cpu-prof, a file a thread; or perf, where it is installed', 'cpu-prof')
  .option('--time <time>', 'how long the cell runs', '2s')
  .option('--ram <what>', 'a file, or a size as in 64m')
  .option('--out <folder>', 'where the files go; default a new one under profiles/')
  .option('--json', 'as JSON')
  .action(async (id: string | undefined, flags: ProfileFlags) => finish(await profile(id, flags)));

program
  .command('stress')
  .description('set-up and tear-down leave nothing behind; delays at shared accesses lose nothing (several minutes)')
  .option('--variants <names>', 'names from `list`, or paths of .js files; default all')
  .option('--cycles <n>', 'set-ups and tear-downs', '1000')
  .option('--spinning <n>', 'hand-offs of each threaded variant while spinning', '10000000')
  .option('--parked <n>', 'hand-offs of each threaded variant while parking', '200000')
  .option('--seed <n>', 'of the delays', '1')
  .action(async (flags: StressFlags) => finish(await stress(flags)));

program
  .command('verify')
  .description(
    'model-check variants: every interleaving within bounds; exit 1 on a finding, 3 if a search met its bound',
  )
  .argument('[variant]', 'names from `list`, paths of .js files, or primitives; default all')
  .option('--channels <n>', 'channels, each with a sender thread', '2')
  .option('--jobs <n>', 'jobs before the sync', '2')
  .option('--strategy <name>', 'exhaustive, bounded, random, pct', 'exhaustive')
  .option('--states <n>', 'most states of a search; past them, searches within 2 preemptions', '500000')
  .option('--preemptions <n>', 'of a bounded search', '2')
  .option('--schedules <n>', 'of a random or pct search', '20000')
  .option('--seed <n>', 'of a random or pct search', '1')
  .option('--mutate', 'weaken each ordering in turn: each mutant must be found, or be listed with its reason')
  .option('--benchmark', "measure the checker's own speed against its goals instead (under a minute, idle machine)")
  .option('--json', 'as JSON')
  .action(async (name: string | undefined, flags: VerifyFlags & { benchmark?: boolean }) =>
    finish(flags.benchmark ? verifyBenchmark(flags) : await verify(name, flags)),
  );

program
  .command('calibrate')
  .description(
    'false verdicts and missed delays of the default run on this machine, from runs of known outcome (half an hour)',
  )
  .option('--runs <n>', 'default runs to measure; 100 comparisons take seven or more', '12')
  .option('--seed <n>', 'order of cells; printed when it is not given')
  .option('--no-save', 'store nothing under results/')
  .option('--json', 'print the stored outcome as JSON, and measure one run of it anew')
  .action(async (flags: CalibrateFlags) => finish(await calibrate(flags)));

program
  .command('readme')
  .description("put the tables of the newest saved run, or of a file, into this project's README.md")
  .argument('[file]', 'a result file')
  .action(async (file: string | undefined) => finish(await readme(file)));

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  await program.parseAsync();
} catch (cause) {
  if (cause instanceof CommanderError) process.exitCode = cause.exitCode === 0 ? 0 : 2;
  else if (cause instanceof UsageError) end(2, `multifd-bench: ${cause.message}`);
  else end(1, `multifd-bench: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
}

/** The axis flags of commands that run one cell. */
function oneShot(command: Command): Command {
  command.option('--variants <name>', 'one variant, or the path of a .js file', 'atomic-barrier');
  for (const key of ONE_SHOT_AXES) command.option(`${axes[key].flag} <value>`, axes[key].takes);
  return command.option('--wait <policy>', axes.senderWait.takes);
}

function finish(code: number): void {
  process.exitCode = code;
}

function end(code: number, message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
