// Everything that doctor looks at, gathered once: what the kernel says, what is measured, what is installed, what was saved.

import { cpus } from 'node:os';
import { allowedCpus } from '../../src/os/cpus.js';
import { type ClockReading, measureClock } from '../measure/clock.js';
import { type FloorReading, measureFloors } from '../measure/floors.js';
import { harnessHash } from '../system/code-hash.js';
import { type Confinement, confinementOf } from '../system/confinement.js';
import { Kernel, type Pressure, type Quota } from '../system/kernel.js';
import { describeMachine, type Machine } from '../system/machine.js';
import { WORKPLACE } from '../system/project.js';
import { measuredFlags, ownFlags } from '../system/runtime.js';
import { type Feature, nodeFeatures, programs } from './features.js';
import { newestResolution, type Resolution } from './resolution.js';

export interface Facts {
  readonly machine: Machine;
  /** CPUs that this process may use, and how many the machine has. */
  readonly allowedCpus: readonly number[];
  readonly onlineCpus: number;
  readonly quota: Quota;
  readonly governors: readonly string[] | undefined;
  readonly smtActive: boolean | undefined;
  /** CPUs of the same core as the first, itself among them. */
  readonly siblings: readonly number[] | undefined;
  readonly hypervisor: boolean | undefined;
  readonly idleStates: readonly string[];
  readonly transparentHugePages: string | undefined;
  readonly loadAverage: number | undefined;
  readonly pressure: Pressure;
  /** Share of the time of the allowed CPUs that the hypervisor gave to others while doctor measured. */
  readonly stealShare: number | undefined;
  readonly clockSource: { readonly current: string; readonly available: readonly string[] } | undefined;
  readonly clock: ClockReading;
  readonly floors: readonly FloorReading[];
  /** Undefined where nothing limits it. */
  readonly addressSpaceBytes: number | undefined;
  readonly confinement: Confinement;
  /** Since the group was made. */
  readonly throttledPeriods: number | undefined;
  readonly node: {
    readonly version: string;
    /** In force in what is measured, and in this process alone. */
    readonly flags: readonly string[];
    readonly ownFlags: readonly string[];
    readonly features: readonly Feature[];
  };
  readonly programs: readonly Feature[];
  readonly resolution: Resolution | undefined;
  /** Hash of the measuring code as it is now. */
  readonly harness: string;
}

const FLOOR_MS = 300;
/** With less, Node cannot start threads, and shared memory is not to be had. */
const LEAST_ADDRESS_SPACE = 8 * 2 ** 30;

export function hasAddressSpace(bytes: number | undefined): boolean {
  return bytes === undefined || bytes >= LEAST_ADDRESS_SPACE;
}

/** Reads and measures all of it, in about three seconds. */
export async function gatherFacts(kernel = new Kernel()): Promise<Facts> {
  const allowed = allowedCpus();
  const machine = describeMachine(kernel);
  // Before doctor itself is what keeps the machine busy.
  const [loadAverage, pressure, before] = [kernel.loadAverage(), kernel.pressure(), kernel.ticks(allowed)];
  const clock = measureClock();
  const addressSpaceBytes = kernel.addressSpaceBytes();
  // Node ends at once where a thread finds too little of it.
  const floors = hasAddressSpace(addressSpaceBytes) ? await measureFloors(allowed, FLOOR_MS) : [];
  const after = kernel.ticks(allowed);
  return {
    machine,
    allowedCpus: allowed,
    onlineCpus: cpus().length,
    quota: kernel.quota(),
    governors: kernel.governors(allowed),
    smtActive: kernel.smtActive(),
    siblings: kernel.siblings(allowed[0]!),
    hypervisor: kernel.hypervisor(),
    idleStates: kernel.idleStates(allowed[0]!),
    transparentHugePages: kernel.transparentHugePages(),
    loadAverage,
    pressure,
    stealShare: before && after && (after.steal - before.steal) / Math.max(1, after.total - before.total),
    clockSource: kernel.clockSource(),
    clock,
    floors,
    addressSpaceBytes,
    confinement: confinementOf(kernel),
    throttledPeriods: kernel.throttledPeriods(),
    node: { version: process.version, flags: measuredFlags(), ownFlags: ownFlags(), features: nodeFeatures() },
    programs: programs(),
    resolution: newestResolution(`${WORKPLACE}results`, machine.key),
    harness: harnessHash(),
  };
}
