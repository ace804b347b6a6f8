// The writers of the transports, by name: for threads that send. Who asks only what a transport is does not load them.
import { openDiscard } from './discard.js';
import { openMappedFile } from './mapped-file.js';
import { openMappedRam } from './mapped-ram.js';
import { openMemory } from './memory.js';
import { openPackets } from './packet-writer.js';
import type { OpenWriter } from './transport.js';

export const writers: Readonly<Record<string, OpenWriter>> = {
  discard: openDiscard,
  memory: openMemory,
  file: openMappedFile,
  'mapped-ram': openMappedRam,
  'mapped-ram-direct': openMappedRam,
  unix: openPackets,
  tcp: openPackets,
};
