// The --fault flag: what goes wrong on purpose, sorted by who is to do it.
import { FAULTS_TAKEN, type Fault, isWriteFault, parseFaults, type WriteFault } from '../../src/faults/fault.js';
import { badValue, UsageError } from '../base/usage-error.js';

export interface FaultsByPlace {
  /** The threads that write. */
  readonly writing: readonly WriteFault[];
  /** The process that connects. */
  readonly connecting: readonly Fault[];
  readonly receiving: readonly Fault[];
}

/** Throws UsageError that names what is accepted. `output`: whether the receiver writes a file. */
export function faultsOf(list: string | undefined, channels: number, output: boolean): FaultsByPlace {
  const faults = list === undefined ? [] : parseFaults(list, channels);
  if (!faults) throw badValue('--fault', list!, `${FAULTS_TAKEN}; channels from 0 to ${channels - 1} here`);
  if (!output && faults.some(({ kind }) => kind === 'disk-full')) {
    throw new UsageError('--fault: disk-full fills the disk of --ram-out, which is not given');
  }
  const writing = faults.filter(isWriteFault);
  const connecting = faults.filter(({ kind }) => kind === 'refuse' || kind === 'no-descriptors');
  const receiving = faults.filter((fault) => !isWriteFault(fault) && !connecting.includes(fault));
  return { writing, connecting, receiving };
}

/** The same, where the process that `kill-receiver` kills is known. */
export function knowingReceiver(faults: readonly WriteFault[], pid: number): readonly WriteFault[] {
  return faults.map((fault) => (fault.kind === 'kill-receiver' ? { ...fault, pid } : fault));
}
