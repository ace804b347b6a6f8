// Our designs beside a real QEMU's own sender, as `run --peer qemu` measured them on a machine: ratios of pairs of a round.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { rounded } from '../base/rounding.js';
import { UsageError } from '../base/usage-error.js';
import { type QemuResult, readQemuResult } from '../qemu/result.js';
import { type Measure, pairedRatio } from '../qemu/summary.js';
import { QEMU_FOLDER } from '../store/read.js';
import { printable } from './printable.js';

/** Of a design to QEMU, at one number of channels; with its 95 % interval. */
export interface PeerRatio {
  /** Which QEMU: `qemu-10.0.2`. */
  readonly peer: string;
  readonly variant: string;
  readonly channels: number;
  readonly measure: Measure;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** Pairs, one a round. */
  readonly n: number;
}

export interface DrawnPeer {
  /** When, of which commit and under which Node. */
  readonly origin: string;
  readonly ratios: readonly PeerRatio[];
}

const MEASURES: readonly Measure[] = ['cpuSecondsPerGib', 'gibPerSecond'];

/** The newest comparison that can be read of those below `folder`; undefined where there is none. */
export function peerOf(folder: string, machineKey: string): DrawnPeer | undefined {
  const result = newest(join(folder, machineKey, QEMU_FOLDER));
  if (!result) return undefined;
  const { qemus, variants, channels, samples, startedAt, commit, node } = result;
  const ratios = qemus.flatMap(({ name: peer }) =>
    MEASURES.flatMap((measure) =>
      variants.flatMap((variant) =>
        channels.flatMap((count): PeerRatio[] => {
          const found = pairedRatio(samples, [peer, variant], count, measure);
          // One pair has no interval.
          if (!found || found.n < 2) return [];
          const [ratio, low, high] = [found.ratio, found.low, found.high].map(rounded) as [number, number, number];
          return [{ peer, variant, channels: count, measure, ratio, low, high, n: found.n }];
        }),
      ),
    ),
  );
  const at = commit ? `commit ${commit.sha.slice(0, 12)}` : 'no commit';
  return printable({ origin: `${startedAt.slice(0, 10)}, ${at}, Node ${node}`, ratios });
}

function newest(folder: string): QemuResult | undefined {
  for (const name of namesIn(folder).sort().reverse()) {
    try {
      const result = readQemuResult(join(folder, name));
      if (result) return result;
    } catch (cause) {
      // A damaged one: the one before it says what it says.
      if (!(cause instanceof UsageError)) throw cause;
    }
  }
  return undefined;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  } catch {
    return [];
  }
}
