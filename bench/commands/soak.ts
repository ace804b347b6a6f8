// The soak command: random runs, sender and receiver in separate processes, for as long as is asked; every one is checked.
import type { Command } from 'commander';
import { type Held, heldBy } from '../../src/os/held.js';
import { exitWith } from '../base/exit-code.js';
import { Interrupts } from '../base/interrupts.js';
import { refuseBeside, requireMode } from '../base/modes.js';
import { parseNanoseconds, showNumber } from '../base/quantities.js';
import { badValue, seedOf, UsageError, wholeNumber } from '../base/usage-error.js';
import { type Growth, growthOf } from '../check/leftovers.js';
import { describeRun, drawRun, MOST_CHANNELS, RAM_BYTES } from '../check/soak-draw.js';
import { type Ended, takeRun } from '../check/soak-run.js';
import { type StressFlags, stress } from '../check/stress.js';
import { Child } from '../measure/child.js';
import { type Listed, loadVariants } from '../plan/catalogue.js';

export interface SoakFlags extends StressFlags {
  readonly stress?: boolean;
  readonly for: string;
  readonly run?: string;
}

const LONGEST_NS = 48 * 3600e9;
const MINUTE_MS = 60_000;
const WATCHDOG_MS = 20_000;
const SHARES = { zero: 20, text: 40, random: 40 };

export function declareSoak(program: Command): void {
  program
    .command('soak')
    .description(
      'run random designs, sizes, codecs and faults between two processes, each run checked end to end; exit 1 on the first error or leak',
    )
    .option('--for <time>', 'how long', '10min')
    .option('--seed <n>', 'seed of all runs; default random, and printed')
    .option('--run <n>', 'only this run of the seed')
    .option('--variants <names>', 'names from `list`, or paths of .js files; default all that can run here')
    .option(
      '--stress',
      'instead check that set-up and tear-down leave nothing behind, and delays at shared accesses lose nothing',
    )
    .option('--cycles <n>', 'with --stress: set-ups and tear-downs', '1000')
    .option('--spinning <n>', 'with --stress: hand-offs of each threaded design while spinning', '10000000')
    .option('--parked <n>', 'with --stress: hand-offs of each threaded design while parking', '200000')
    .action(async (flags: SoakFlags, command: Command) => {
      requireMode(command, 'stress', ['--cycles', '--spinning', '--parked']);
      refuseBeside(command, flags.stress === true, '--stress', ['--for', '--run']);
      refuseBeside(command, flags.run !== undefined, '--run', ['--for']);
      return exitWith(await (flags.stress ? stress(flags) : soak(flags)));
    });
}

interface Total {
  runs: number;
  /** Bytes whose arrival was checked by SHA-256. */
  bytes: number;
  readonly ended: Record<Ended, number>;
  readonly sender: Held[];
  readonly host: Held[];
}

/** Returns 0, 1 when a run went wrong or something grows, or 128 and the signal's number when it was interrupted. */
export async function soak(flags: SoakFlags): Promise<number> {
  const forNs = parseNanoseconds(flags.for);
  if (forNs === undefined || forNs < 1e9 || forNs > LONGEST_NS)
    throw badValue('--for', flags.for, '1s to 48h, as in 10min');
  const seed = seedOf(flags.seed, 2 ** 31);
  const only = flags.run === undefined ? undefined : wholeNumber('--run', flags.run, 1, 1e9);
  const designs = (await loadVariants(flags.variants)).filter(({ variant }) => variant.unavailable?.() === undefined);
  if (designs.length === 0) throw new UsageError('soak: no design that can run here');
  process.stdout.write(
    `seed ${seed}: ${designs.length} designs, ${only === undefined ? flags.for : `run ${only} alone`}\n`,
  );
  const interrupts = new Interrupts();
  const ram = { bytes: RAM_BYTES, seed, shares: SHARES };
  const client = await Child.start({ senders: MOST_CHANNELS, requesters: 1, ram, watchdogMs: WATCHDOG_MS }, designs, {
    execArgv: ['--expose-gc'],
  });
  const total: Total = {
    runs: 0,
    bytes: 0,
    ended: { equal: 0, 'failed as told': 0, 'receiver killed': 0 },
    sender: [],
    host: [],
  };
  try {
    const failed = await takeRuns({
      client,
      seed,
      designs,
      only,
      endMs: forNs / 1e6,
      total,
      signal: interrupts.signal,
    });
    if (failed !== undefined) {
      const again = `npm run soak -- --seed ${seed} --run ${failed.number}`;
      process.stdout.write(
        `FAILED ${failed.reason}\n${failed.what}\nonce more: ${again}${flags.variants === undefined ? '' : ` --variants ${flags.variants}`}\n`,
      );
    }
    const leaks = only === undefined ? conclude(total) : false;
    return interrupts.code ?? (failed !== undefined || leaks ? 1 : 0);
  } finally {
    interrupts.close();
    await client.kill();
  }
}

interface Soaking {
  readonly client: Child;
  readonly seed: number;
  readonly designs: readonly Listed[];
  readonly only: number | undefined;
  readonly endMs: number;
  readonly total: Total;
  readonly signal: AbortSignal;
}

/** Until the time is over, a signal comes or a run goes wrong, which is then described. */
async function takeRuns({ client, seed, designs, only, endMs, total, signal }: Soaking) {
  const sha256 = await client.digest(RAM_BYTES);
  const start = performance.now();
  let minute = 1;
  for (let number = only ?? 1; !signal.aborted; number++) {
    const run = drawRun(seed, number, designs);
    try {
      const ended = await takeRun(client, run, sha256);
      total.runs++;
      total.ended[ended]++;
      if (ended === 'equal') total.bytes += RAM_BYTES;
    } catch (cause) {
      return { number, reason: (cause as Error).message, what: describeRun(run) };
    }
    total.sender.push(heldBy(client.pid));
    total.host.push(heldBy(process.pid));
    const elapsed = performance.now() - start;
    if (only !== undefined) {
      process.stdout.write(`${describeRun(run)}: ok\n`);
      return undefined;
    }
    if (elapsed >= minute * MINUTE_MS) process.stdout.write(`minute ${minute++}: ${soFar(total)}\n`);
    if (elapsed >= endMs) return undefined;
  }
  return undefined;
}

function soFar({ runs, bytes, ended, sender }: Total): string {
  const held = sender.at(-1);
  const holds = held
    ? `; sender: ${showNumber(held.residentBytes / 2 ** 20)} MiB, ${held.descriptors} descriptors, ${held.threads} threads`
    : '';
  return (
    `${runs} runs, ${ended['failed as told']} failed as told, ${ended['receiver killed']} receivers killed, ` +
    `${showNumber(bytes / 2 ** 30)} GiB arrived equal${holds}`
  );
}

/** Says what grew. Returns true where something did that must not. */
function conclude(total: Total): boolean {
  process.stdout.write(`in all: ${soFar(total)}\n`);
  let leaks = false;
  for (const [name, held] of [
    ['sender', total.sender],
    ['host', total.host],
  ] as const) {
    const growth = growthOf(held);
    if (!growth) process.stdout.write(`${name}: too few runs to say whether it grows\n`);
    for (const each of growth ?? []) {
      leaks ||= each.grows;
      process.stdout.write(`${name}: ${growthText(each)}\n`);
    }
  }
  return leaks;
}

function growthText({ what, slope, low, high, grows }: Growth): string {
  const scale = what === 'residentBytes' ? 2 ** 20 : 1;
  const unit = what === 'residentBytes' ? 'MiB' : what;
  const [mean, from, to] = [slope, low, high].map((each) => (each / scale).toFixed(3));
  return `${grows ? 'GROWS' : 'flat'}: ${mean} ${unit} for 1000 runs (${from} to ${to})`;
}
