// The transports by name.
import { openDiscard } from './discard.js';
import { openMappedFile } from './mapped-file.js';
import { openMemory } from './memory.js';
import { openPackets } from './packet-writer.js';
import type { OpenWriter } from './transport.js';

export interface Transport {
  readonly open: OpenWriter;
  /** True where the writer itself adds up what arrived; elsewhere that is the receiver's work. */
  readonly movesBytes: boolean;
  /** What its channels need before they are opened: a connection each, one file for all, or nothing. */
  readonly line: 'socket' | 'file' | 'none';
}

export const transports: Readonly<Record<string, Transport>> = {
  discard: { open: openDiscard, movesBytes: false, line: 'none' },
  memory: { open: openMemory, movesBytes: true, line: 'none' },
  file: { open: openMappedFile, movesBytes: false, line: 'file' },
  unix: { open: openPackets, movesBytes: false, line: 'socket' },
  tcp: { open: openPackets, movesBytes: false, line: 'socket' },
};
