// The comparison with QEMU as text: two tables, the ratios of the pairs, the drain, and what pieces cost.

import { percentOf, showBytes, showNumber } from '../base/quantities.js';
import { heldAbove, heldBelow } from '../stats/held.js';
import type { MeanRatio } from '../stats/ratio.js';
import { boxed, boxedTable, WIDEST } from '../terminal/boxed-table.js';
import type { Records } from '../terminal/grid.js';
import { PLAIN_LOOP } from './compare.js';
import { goalOf, plainLoopGoal } from './goals.js';
import { PIECES, type Pieces } from './pieces.js';
import type { QemuResult } from './result.js';
import { busiestDrain, type Measure, pairedRatio, pieceCostNs, summary } from './summary.js';

const TITLES: Readonly<Record<Measure, string>> = {
  cpuSecondsPerGib: 'CPU seconds of the whole sending process for each GiB (lower is better)',
  gibPerSecond: 'GiB/s (higher is better)',
};
const WHAT_PIECES: Readonly<Record<Pieces, string>> = {
  cached: 'one packet again and again: nothing read from memory',
  joined: "a packet's 128 pages as one piece",
  pages: 'the same pages as 128 pieces',
  random: '128 pieces, pages in random order',
};
/** A drain that is at work for more of the time than this may be what binds. */
const BUSY = 0.9;

/** Everything, as `run --peer qemu` prints it. */
export function renderQemu(result: QemuResult): string {
  const parts = [...mainTables(result), ratios(result), piecesTable(result), drainLine(result), caption(result)];
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
  const lines = variants.flatMap((variant) => [
    ...qemus.flatMap(({ name, major }) => {
      const rows = channels.flatMap((count) => {
        const [cpu, throughput] = bothRatios(samples, [name, variant], count);
        if (!cpu || !throughput) return [];
        const goal = goalOf(variant, major, count);
        const cpuGoal = goal ? ` (at most ${goal.cpu.toFixed(2)}: ${heldBelow(cpu, goal.cpu)})` : '';
        const throughputGoal = goal ? ` (above ${goal.throughput}: ${heldAbove(throughput, goal.throughput)})` : '';
        return [ratioLine(count, cpu, cpuGoal, throughput, throughputGoal)];
      });
      return rows.length === 0 ? [] : [`${variant} to ${name}, ${pairs} pairs, 95 % interval:`, ...rows];
    }),
    ...toPlainLoop(samples, channels, variant),
  ]);
  return `${lines.join('\n')}\n`;
}

/** Beside the same writes without a hand-off: where a goal says how near a design should come. */
function toPlainLoop(samples: QemuResult['samples'], channels: readonly number[], variant: string): string[] {
  const goal = plainLoopGoal(variant);
  if (goal === undefined) return [];
  const rows = channels.flatMap((count) => {
    const [cpu, throughput] = bothRatios(samples, [PLAIN_LOOP, variant], count);
    if (!cpu || !throughput) return [];
    return [ratioLine(count, cpu, ` (at most ${goal.toFixed(2)}: ${heldBelow(cpu, goal)})`, throughput, '')];
  });
  return rows.length === 0 ? [] : [`${variant} to ours without a hand-off:`, ...rows];
}

function bothRatios(samples: QemuResult['samples'], pair: readonly [string, string], channels: number) {
  return (Object.keys(TITLES) as Measure[]).map((measure) => pairedRatio(samples, pair, channels, measure));
}

function ratioLine(channels: number, cpu: MeanRatio, cpuGoal: string, throughput: MeanRatio, goal: string): string {
  const count = `${channels} ch`.padStart(5);
  const [first, second] = [`  ${count}  CPU ${ratioText(cpu)}${cpuGoal}`, `GiB/s ${ratioText(throughput)}${goal}`];
  const line = `${first}  ${second}`;
  return line.length <= WIDEST ? line : `${first}\n${' '.repeat(9)}${second}`;
}

function piecesTable({ samples }: QemuResult): string {
  if (!samples.some(({ name }) => name === PIECES[0])) return '';
  const table = boxed(['one thread, no hand-off', 'CPU s/GiB', 'GiB/s'], 'l');
  for (const pieces of PIECES) {
    const measured = (Object.keys(TITLES) as Measure[]).map((measure) =>
      valueText(summary(samples, pieces, 1, measure)),
    );
    table.push([WHAT_PIECES[pieces], ...measured]);
  }
  const cost = pieceCostNs(samples);
  const piece = cost
    ? `one more piece in a write: ${cost.estimate.toFixed(0)} ns of CPU (${cost.low?.toFixed(0)} to ${cost.high?.toFixed(0)})\n`
    : '';
  return `${table}\n${piece}`;
}

function drainLine({ samples, qemus, variants, transport = 'tcp' }: QemuResult): string {
  if (transport !== 'tcp') return '';
  const most = busiestDrain(samples, [...qemus.map(({ name }) => name), ...variants]);
  if (!most) return '';
  const cached = summary(samples, 'cached', 1, 'gibPerSecond')?.estimate ?? Number.NaN;
  const binds = most.busy > BUSY;
  return (
    `The drain used at most ${(100 * most.busy).toFixed(0)} % of a CPU (${most.name}, ${most.channels} ch), so ` +
    `${binds ? 'that row may be its own limit' : 'it waited for its senders'}.\nWith a full CPU the drain absorbs ` +
    `${showNumber(most.ceilingGibPerSecond)} GiB/s; from one packet again and again it took ${showNumber(cached)} GiB/s.`
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
