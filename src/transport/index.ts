// The transports by name.
import { openDiscard } from './discard.js';
import { openMemory } from './memory.js';
import type { OpenWriter } from './transport.js';

export const transports: Readonly<Record<string, { readonly open: OpenWriter; readonly movesBytes: boolean }>> = {
  discard: { open: openDiscard, movesBytes: false },
  memory: { open: openMemory, movesBytes: true },
};
