// The floors of this machine: what a round trip between two threads costs before any design has done anything.

import { Worker } from 'node:worker_threads';
import { pin } from '../../src/os/cpus.js';
import { medianInterval } from '../stats/quantile.js';
import { type FloorStart, type FloorTask, floorWords } from './floor-words.js';
import { KeepAwake } from './keep-awake.js';

/** A pair of threads: how they wait, and where they run. */
export interface Floor {
  readonly waits: 'spin' | 'park';
  readonly where: 'two CPUs' | 'one CPU';
  /** True while a thread of the idle class spins on both CPUs. */
  readonly keptAwake: boolean;
}

export interface FloorReading extends Floor {
  readonly medianNs: number;
  readonly lowNs: number;
  readonly highNs: number;
  readonly samples: number;
  /** False where the threads could not be pinned: then `where` is only a wish. */
  readonly pinned: boolean;
}

const FLOORS: readonly Floor[] = [
  { waits: 'spin', where: 'two CPUs', keptAwake: false },
  { waits: 'park', where: 'two CPUs', keptAwake: false },
  { waits: 'park', where: 'two CPUs', keptAwake: true },
  { waits: 'park', where: 'one CPU', keptAwake: false },
  // Each waits for the scheduler to take the CPU from the other: what spinning beyond the CPUs costs.
  { waits: 'spin', where: 'one CPU', keptAwake: false },
];
const PATIENCE_MS = 10_000;
const RECORDED_MS = 100;

/** Measures the floors one after the other, `forMs` each, on the first two CPUs; those that this machine cannot have are left out. */
export async function measureFloors(cpus: readonly number[], forMs: number): Promise<FloorReading[]> {
  const readings: FloorReading[] = [];
  for (const floor of FLOORS) {
    const reading = await measureFloor(floor, cpus, forMs);
    if (reading) readings.push(reading);
  }
  return readings;
}

/** What a run keeps of them: the two that tell one host from another, in about half a second. */
export async function recordedFloors(cpus: readonly number[]): Promise<{ spinNs?: number; parkNs?: number }> {
  const [spin, park] = [
    await measureFloor({ waits: 'spin', where: 'two CPUs', keptAwake: false }, cpus, RECORDED_MS),
    await measureFloor({ waits: 'park', where: 'two CPUs', keptAwake: false }, cpus, RECORDED_MS),
  ];
  return {
    ...(spin?.pinned ? { spinNs: Math.round(spin.medianNs) } : {}),
    ...(park?.pinned ? { parkNs: Math.round(park.medianNs) } : {}),
  };
}

/** Undefined where there is one CPU and two are needed, or where the machine is too busy. */
export async function measureFloor(
  floor: Floor,
  cpus: readonly number[],
  forMs: number,
): Promise<FloorReading | undefined> {
  if (floor.where === 'two CPUs' && cpus.length < 2) return undefined;
  const memory = new SharedArrayBuffer(floorWords.end * Int32Array.BYTES_PER_ELEMENT);
  const roles = ['answerer', 'asker'] as const;
  const workers = roles.map((role) => {
    const url = new URL('./floor-thread.js', import.meta.url);
    return new Worker(url, { workerData: { role, memory } satisfies FloorStart });
  });
  let awake: KeepAwake | undefined;
  try {
    const ids = await Promise.all(workers.map((worker) => hear<number>(worker)));
    const used = floor.where === 'one CPU' ? [cpus[0]!, cpus[0]!] : [cpus[1]!, cpus[0]!];
    const pins = await Promise.all(ids.map((id, index) => pin(id, used[index], cpus)));
    if (floor.keptAwake) {
      awake = await KeepAwake.start(used).catch(() => undefined);
      if (!awake) return undefined;
    }
    const heard = Promise.all(workers.map((worker) => hear<number[]>(worker)));
    for (const worker of workers) worker.postMessage({ waits: floor.waits, forMs } satisfies FloorTask);
    const samples = (await withPatience(heard))?.[1];
    if (!samples) return undefined;
    const { estimate, low, high } = medianInterval(samples);
    const pinned = pins.every(Boolean);
    return { ...floor, medianNs: estimate, lowNs: low, highNs: high, samples: samples.length, pinned };
  } finally {
    await Promise.all([awake?.stop(), ...workers.map((worker) => worker.terminate())]);
  }
}

function hear<T>(worker: Worker): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** Undefined where it takes too long: a machine so busy has no floors. */
async function withPatience<T>(promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
