// The transports by name.
import { openDiscard } from './discard.js';
import { openMappedFile } from './mapped-file.js';
import { openMappedRam } from './mapped-ram.js';
import { openMemory } from './memory.js';
import { openPackets } from './packet-writer.js';
import type { OpenWriter } from './transport.js';

export interface Transport {
  readonly open: OpenWriter;
  /** True where the writer itself adds up what arrived; elsewhere that is the receiver's work. */
  readonly movesBytes: boolean;
  /** What its channels need before they are opened: a connection each, one file for all, or nothing. */
  readonly line: 'socket' | 'file' | 'mapped-ram' | 'none';
  /** Whether what is written goes around the kernel's cache. */
  readonly direct?: boolean;
}

export const transports: Readonly<Record<string, Transport>> = {
  discard: { open: openDiscard, movesBytes: false, line: 'none' },
  memory: { open: openMemory, movesBytes: true, line: 'none' },
  file: { open: openMappedFile, movesBytes: false, line: 'file' },
  'mapped-ram': { open: openMappedRam, movesBytes: false, line: 'mapped-ram' },
  'mapped-ram-direct': { open: openMappedRam, movesBytes: false, line: 'mapped-ram', direct: true },
  unix: { open: openPackets, movesBytes: false, line: 'socket' },
  tcp: { open: openPackets, movesBytes: false, line: 'socket' },
};
