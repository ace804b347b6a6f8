// The comparison with QEMU as text: two tables, the ratios of the pairs, and the drain.

import { percentOf, showBytes, showNumber } from '../base/quantities.js';
import type { MeanRatio } from '../stats/ratio.js';
import { boxedTable } from '../terminal/boxed-table.js';
import type { Records } from '../terminal/grid.js';
import { PLAIN_LOOP } from './compare.js';
import type { QemuResult } from './result.js';
import { busiestDrain, type Measure, pairedRatio, summary } from './summary.js';

const TITLES: Readonly<Record<Measure, string>> = {
  cpuSecondsPerGib: 'CPU seconds of the whole sending process for each GiB (lower is better)',
  gibPerSecond: 'GiB/s (higher is better)',
};
/** A drain that is at work for more of the time than this may be what binds. */
const BUSY = 0.9;

/** Everything, as `run --peer qemu` prints it. */
export function renderQemu(result: QemuResult): string {
  const parts = [...mainTables(result), ratios(result), drainLine(result), caption(result)];
  return `${parts.filter(Boolean).join('\n')}\n`;
}

/** Every sample on a line. */
export function qemuRecords({ samples }: QemuResult): Records {
  const rows = samples.map(({ name, channels, round, ...measured }) => [
    name,
    channels,
    round,
    ...Object.values(measured),
  ]);
  const head = ['sender', 'channels', 'round', 'cpu_s_per_gib', 'gib_per_s', 'drain_busy'];
  return { head, rows };
}

/** How samples name a QEMU whose migration thread writes all. */
const alone = (qemu: string) => `${qemu} without multifd`;

/** What guards a hand-over, by QEMU's version. */
function handOverOf(major: number): string {
  if (major < 9) return 'mutex per channel (to 8.2)';
  return major < 10 ? 'none (9.x)' : 'one mutex around each hand-over (10.0 and later)';
}

function mainTables(result: QemuResult): string[] {
  const { samples, channels, qemus, variants } = result;
  const rows = [
    ...qemus.flatMap(({ name, major }) => [
      [name, `${name}: ${handOverOf(major)}`] as const,
      ...(samples.some((sample) => sample.name === alone(name)) ? [[alone(name), alone(name)] as const] : []),
    ]),
    ...variants.map((name) => [name, `${name} (ours)`] as const),
    [PLAIN_LOOP, 'ours without a hand-off'] as const,
  ];
  return (Object.keys(TITLES) as Measure[]).map((measure) => {
    const valuesOf = (name: string) => channels.map((count) => valueText(summary(samples, name, count, measure)));
    const head = ['sender', ...channels.map((count) => `${count} ch`)];
    return `${TITLES[measure]}\n${boxedTable(
      head,
      rows.map(([name, label]) => [label, ...valuesOf(name)]),
    )}\n`;
  });
}

function ratios({ samples, channels, qemus, variants }: QemuResult): string {
  const pairs = new Set(samples.map(({ round }) => round)).size;
  const others = [...qemus.map(({ name }) => [name, name] as const), [PLAIN_LOOP, 'ours without a hand-off'] as const];
  const lines = variants.flatMap((variant) =>
    others.flatMap(([name, label]) => {
      const rows = channels.flatMap((count) => {
        const [cpu, throughput] = (Object.keys(TITLES) as Measure[]).map((measure) =>
          pairedRatio(samples, [name, variant], count, measure),
        );
        if (!cpu || !throughput) return [];
        return [`${`${count} ch`.padStart(7)}  CPU ${ratioText(cpu)}  GiB/s ${ratioText(throughput)}`];
      });
      return rows.length === 0 ? [] : [`${variant} to ${label}, ${pairs} pairs, 95 % interval:`, ...rows];
    }),
  );
  return `${lines.join('\n')}\n`;
}

function drainLine({ samples, qemus, variants, transport = 'tcp' }: QemuResult): string {
  if (transport !== 'tcp') return '';
  const most = busiestDrain(samples, [...qemus.map(({ name }) => name), ...variants]);
  if (!most) return '';
  const binds = most.busy > BUSY;
  return (
    `The drain used at most ${(100 * most.busy).toFixed(0)} % of a CPU (${most.name}, ${most.channels} ch), so ` +
    `${binds ? 'that row may be its own limit' : 'it waited for its senders'}.\nWith a full CPU the drain absorbs ` +
    `${showNumber(most.ceilingGibPerSecond)} GiB/s.`
  );
}

function caption(result: QemuResult): string {
  const { machine, node, commit, transport = 'tcp', ram, ramBytes, travelBytes, zeroPages, place, rounds } = result;
  const at = commit ? `commit ${commit.sha.slice(0, 12)}${commit.dirty ? ' (dirty)' : ''}` : 'no commit';
  return [
    ...(travelBytes === undefined || travelBytes >= ramBytes
      ? []
      : [
          `Of ${showBytes(ramBytes)} of RAM ${showNumber(travelBytes / 2 ** 20)} MiB travelled: each GiB above is one that did.`,
        ]),
    ...(transport === 'tcp' ? [] : [`Into ${transport} files, without waiting for the disk at the end.`]),
    `RAM ${ram}; zero pages looked for: ${zeroPages}; threads of all senders placed: ${place}.`,
    `Medians over ${rounds} rounds ± half their 95 % interval. ${machine.cpuModel}, ${machine.cores} cores, Node ${node}, ${at}`,
  ].join('\n');
}

function valueText(interval: { readonly estimate: number; readonly low?: number; readonly high?: number } | undefined) {
  if (!interval) return '';
  const { estimate, low = estimate, high = estimate } = interval;
  if (estimate === 0) return '0';
  return `${showNumber(estimate)} ±${percentOf((high - low) / 2 / estimate)}%`;
}

function ratioText({ ratio, low, high }: MeanRatio): string {
  return `x${ratio.toFixed(3)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
