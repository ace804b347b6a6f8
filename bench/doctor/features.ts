// What this Node has and lacks of what the suite can use, and which programs are there.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import * as zlib from 'node:zlib';
import { HAS_PAUSE } from '../../src/memory/wait-policy.js';

export interface Feature {
  readonly name: string;
  readonly present: boolean;
  /** What is not possible, or different, without it. */
  readonly without: string;
}

export function nodeFeatures(): Feature[] {
  return [
    {
      name: 'zstd',
      present: 'createZstdCompress' in zlib,
      without: '--codec zstd is refused; it needs Node 22.15 or 23.8',
    },
    {
      name: 'Atomics.pause',
      present: HAS_PAUSE,
      without: 'spinning cannot tell the CPU that it waits; needs Node 24',
    },
    {
      name: 'Atomics.waitAsync',
      present: 'waitAsync' in Atomics,
      without: 'designs cannot await a shared word',
    },
  ];
}

const PROGRAMS: readonly Omit<Feature, 'present'>[] = [
  { name: 'taskset', without: 'threads cannot be pinned: install util-linux' },
  { name: 'chrt', without: '--keep-awake is refused: install util-linux' },
  { name: 'git', without: 'results do not know their commit: install git' },
  { name: 'perf', without: 'profiles come from --cpu-prof alone: install perf (linux-perf, linux-tools)' },
];

export function programs(path = process.env.PATH ?? ''): Feature[] {
  return PROGRAMS.map((program) => ({
    ...program,
    present: path.split(delimiter).some((at) => runs(at, program.name)),
  }));
}

function runs(folder: string, name: string): boolean {
  try {
    accessSync(join(folder, name), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
