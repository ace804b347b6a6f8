// Rounds of migrations by turns: every sender at every number of channels, in every second round the other way round.

import type { RamSource } from '../../src/ram/image.js';
import type { Placement, ZeroPages } from '../../src/session/cell.js';
import type { QemuBinary } from './binary.js';
import { type Contender, type Design, Ours, qemuContender } from './contender.js';
import { Drain } from './drain.js';
import type { Drained } from './drain-messages.js';
import { drainCpu } from './placement.js';
import type { RamFile } from './ram-file.js';

export interface ComparePlan {
  readonly qemus: readonly QemuBinary[];
  readonly designs: readonly Design[];
  readonly channels: readonly number[];
  readonly rounds: number;
  readonly ram: RamSource;
  readonly zeroPages: ZeroPages;
  readonly place: Placement;
}

/** One migration, for each GiB of RAM. */
export interface Sample {
  readonly name: string;
  readonly channels: number;
  readonly round: number;
  /** Of the whole sending process, from the first byte at the drain to the last. */
  readonly cpuSecondsPerGib: number;
  readonly gibPerSecond: number;
  /** Share of that time in which the drain used a CPU: below 1, it waited for the sender. */
  readonly drainBusy: number;
}

/** The same writes of the same threads, without a hand-off. */
export const PLAIN_LOOP = 'plain-loop';

/** After so many the threads of the compiler do nothing, also with eight sending threads that each compile for themselves. */
const WARM_UPS = 10;
/** Processes of ours serve so many rounds, for the sake of the warm-up. */
const ROUNDS_A_PROCESS = 4;

export interface Step {
  readonly round: number;
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

/** What was measured. */
export interface Compared {
  readonly samples: readonly Sample[];
  /** What each sender sent at the least. */
  readonly travelBytes: number;
}

/** Measures; the samples of a round that is not finished are left out. Rejects with the first sender's failure. */
export async function compare(
  plan: ComparePlan,
  ram: RamFile,
  progress: (step: Step) => void,
  signal: AbortSignal,
): Promise<Compared> {
  const finished: Sample[] = [];
  let drain: Drain | undefined;
  try {
    drain = await Drain.start(drainCpu(plan.place));
    for (let first = 0; first < plan.rounds && !signal.aborted; first += ROUNDS_A_PROCESS) {
      const end = Math.min(first + ROUNDS_A_PROCESS, plan.rounds);
      await measureRounds({ plan, ram, drain, first, end, progress, signal, finished }).catch((cause) => {
        // Ctrl-C reaches QEMU too, which ends: that is no failure.
        if (!signal.aborted) throw cause;
      });
    }
    return { samples: finished, travelBytes: ram.travels(plan.zeroPages) };
  } finally {
    await drain?.stop();
  }
}

/** How many there will be, warm-ups included. */
export function migrationsOf({ qemus, designs, channels, rounds }: ComparePlan): number {
  const ours = designs.length + 1;
  const processes = Math.ceil(rounds / ROUNDS_A_PROCESS);
  return rounds * (qemus.length + ours) * channels.length + processes * WARM_UPS * ours;
}

interface Rounds {
  readonly plan: ComparePlan;
  readonly ram: RamFile;
  readonly drain: Drain;
  readonly first: number;
  /** The first that is not measured. */
  readonly end: number;
  readonly progress: (step: Step) => void;
  readonly signal: AbortSignal;
  /** Takes the samples of each round that is finished. */
  readonly finished: Sample[];
}

async function measureRounds({ plan, ram, drain, first, end, progress, signal, finished }: Rounds): Promise<void> {
  const { place, zeroPages, qemus } = plan;
  const listed = [...new Set(plan.designs.map((design) => design.listed))];
  const channels = Math.max(...plan.channels);
  const ours = await Ours.start({ ram, listed, channels, place, zeroPages }, drain);
  try {
    const designs = plan.designs.map((design) => ours.design(design));
    const plain = ours.plainLoop(PLAIN_LOOP);
    const contenders = [
      ...qemus.map((binary) => qemuContender(binary, { ram, zeroPages, place }, drain)),
      ...designs,
      plain,
    ];
    await warmUp([...designs, plain], channels, signal);
    for (let round = first; round < end; round++) {
      const cells = plan.channels.flatMap((count) =>
        turned(contenders, round).map((contender) => ({ contender, count })),
      );
      const total = plan.rounds * cells.length;
      const samples: Sample[] = [];
      for (const [index, { contender, count }] of cells.entries()) {
        if (signal.aborted) return;
        progress({ round, done: round * cells.length + index, total, what: `${contender.name}, ${count} ch` });
        samples.push(sampleOf(await named(contender, count), contender.name, count, round));
      }
      finished.push(...samples);
    }
  } finally {
    await ours.stop();
  }
}

function sampleOf(came: Drained, name: string, channels: number, round: number): Sample {
  const gib = came.bytes / 2 ** 30;
  return {
    name,
    channels,
    round,
    cpuSecondsPerGib: came.senderCpuSeconds / gib,
    gibPerSecond: gib / came.seconds,
    drainBusy: came.drainCpuSeconds / came.seconds,
  };
}

/**
 * Compiling is no part of what is compared: it goes on for seconds, and what was compiled for one design is compiled
 * anew when the threads meet another. So all are met before each is warmed up again.
 */
async function warmUp(contenders: readonly Contender[], channels: number, signal: AbortSignal): Promise<void> {
  for (let time = 0; time < WARM_UPS; time++) {
    for (const contender of contenders) {
      if (signal.aborted) return;
      await named(contender, channels);
    }
  }
}

/** Every second round in reverse: in pairs of rounds, each sender comes as often before another as after it. */
export function turned<T>(items: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? items : items.toReversed();
}

export async function named<T>(
  { name, send }: { readonly name: string; readonly send: (channels: number) => Promise<T> },
  channels: number,
): Promise<T> {
  try {
    return await send(channels);
  } catch (cause) {
    throw new Error(`${name}, ${channels} ch: ${(cause as Error).message}`, { cause });
  }
}
