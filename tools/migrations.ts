// The migrations command: every threaded variant, transport and channel count against the ceiling, as a page of docs.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { exitWith } from '../bench/base/exit-code.js';
import { badValue, wholeNumber } from '../bench/base/usage-error.js';
import { axes } from '../bench/plan/axes.js';
import { parseAxis } from '../bench/plan/axis.js';
import { loadVariants } from '../bench/plan/catalogue.js';
import { parseRam, ramBytes } from '../bench/plan/ram-flag.js';
import { describeCommit } from '../bench/system/commit.js';
import { describeMachine } from '../bench/system/machine.js';
import { WORKPLACE } from '../bench/system/project.js';
import { DEFAULT_VARIANTS } from '../variants/index.js';

interface MigrationsFlags {
  readonly variants?: string;
  readonly channels: string;
  readonly depth?: string;
  readonly transport: string;
  readonly pairs: string;
  readonly out?: string;
}

interface Row {
  readonly variant: string;
  readonly channels: number;
  readonly transport: string;
  readonly equal: boolean;
  readonly cpuSecondsPerGib: number;
  readonly ceiling: {
    readonly median: number;
    readonly low: number;
    readonly high: number;
    readonly ceilingMibPerSecond: number;
  };
}

const CLI = fileURLToPath(new URL('../bench/cli.js', import.meta.url));
const call = promisify(execFile);

export function declareMigrations(program: Command): void {
  program
    .command('migrations')
    .description(
      'migrate by every threaded variant, over tcp and unix, against the ceiling; a page for docs/ (minutes)',
    )
    .argument('<file>', 'the RAM image')
    .option('--variants <names>', 'names from `list`; default those of `run` that have threads')
    .option('--channels <list>', axes.channels.takes, '1,2,4..16')
    .option('--depth <n>', axes.depth.takes)
    .option('--transport <names>', 'tcp, unix', 'tcp,unix')
    .option('--pairs <n>', 'interleaved pairs for each row', '10')
    .option('--out <file>', 'where the page goes; default stdout')
    .action(async (file: string, flags: MigrationsFlags) => exitWith(await migrations(file, flags)));
}

/** Runs `migrate --ceiling` for each cell in processes of its own; returns 1 when one did not arrive equal. */
async function migrations(file: string, flags: MigrationsFlags): Promise<number> {
  const channels = parseAxis(axes.channels, flags.channels);
  const pairs = wholeNumber('--pairs', flags.pairs, 1, 1000);
  const transports = parseAxis(axes.transport, flags.transport);
  for (const each of transports)
    if (each !== 'tcp' && each !== 'unix') throw badValue('--transport', each, 'tcp, unix');
  const depth = flags.depth === undefined ? [] : ['--depth', flags.depth];
  const bytes = ramBytes(parseRam(file, 1));
  const listed = (await loadVariants(flags.variants ?? DEFAULT_VARIANTS.join(','))).filter(
    ({ variant }) => variant.sender.waits !== 'never' && !('on' in variant.sender),
  );
  const rows: Row[] = [];
  let failed = false;
  for (const transport of transports) {
    for (const { variant } of listed) {
      for (const count of channels) {
        const words = ['--variants', variant.name, '--channels', `${count}`, '--transport', transport, ...depth];
        try {
          const { stdout } = await call(process.execPath, [
            CLI,
            'migrate',
            file,
            ...words,
            '--ceiling',
            '--pairs',
            `${pairs}`,
            '--json',
          ]);
          rows.push(JSON.parse(stdout) as Row);
        } catch (cause) {
          failed = true;
          process.stderr.write(
            `${transport}, ${variant.name}, ${count} ch: ${(cause as { stderr?: string }).stderr ?? cause}\n`,
          );
        }
        process.stderr.write(
          `${transport}, ${variant.name}, ${count} ch: ${rows.at(-1)?.ceiling.median.toFixed(3)} of the ceiling\n`,
        );
      }
    }
  }
  const words = process.argv.slice(2).map((word) => (word === file ? basename(file) : word));
  const command = `multifd-bench ${words.join(' ')}`;
  const page = render(rows, { bytes, pairs, command, depth: flags.depth ?? '1' });
  if (flags.out === undefined) process.stdout.write(page);
  else writeFileSync(flags.out, page);
  return failed || rows.some(({ equal }) => !equal) ? 1 : 0;
}

function render(
  rows: readonly Row[],
  about: { readonly bytes: number; readonly pairs: number; readonly command: string; readonly depth: string },
): string {
  const machine = describeMachine();
  const commit = describeCommit(WORKPLACE);
  const lines = [
    '# Migrations compared with a plain write loop',
    '',
    `Written by \`${about.command}\`: ${(about.bytes / 2 ** 20).toFixed(0)} MiB in QEMU's packets of 512 KiB, into a receiver process`,
    'that checks every field, SHA-256 compared at the end of each. The ceiling is a plain loop of the same gathered writes on',
    "each sender thread, without a hand-off. A share is the design's throughput divided by the ceiling's: the median over",
    `${about.pairs} interleaved pairs, with its 95 % order-statistic interval. ${
      about.depth === '1' ? 'Two parked wake-ups per batch are the price of depth 1.' : `Depth ${about.depth}.`
    }`,
    '',
    `${machine.cpuModel}, ${machine.cores} cores, Node ${process.version}, commit ${commit?.sha.slice(0, 12) ?? 'none'}${commit?.dirty ? ' (dirty)' : ''}.`,
    'Sender, receiver and kernel share the cores: more channels than one or two measure the scheduler too.',
    '',
    '| transport | variant | channels | share of the ceiling | interval | ceiling MiB/s | CPU s/GiB | equal |',
    '|---|---|---:|---:|---|---:|---:|---|',
    ...rows.map(({ transport, variant, channels, ceiling, cpuSecondsPerGib, equal }) => {
      const { median, low, high, ceilingMibPerSecond } = ceiling;
      const interval = `${low.toFixed(2)} to ${high.toFixed(2)}`;
      const cells = [
        transport,
        variant,
        channels,
        median.toFixed(3),
        interval,
        ceilingMibPerSecond.toFixed(0),
        cpuSecondsPerGib.toFixed(3),
      ];
      return `| ${[...cells, equal ? 'yes' : '**NO**'].join(' | ')} |`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}
