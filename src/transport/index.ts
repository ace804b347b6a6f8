// The transports by name, and what others need to know of each; `writers.ts` opens them.

export interface Transport {
  /** True where the writer itself adds up what arrived; elsewhere that is the receiver's work. */
  readonly movesBytes: boolean;
  /** What its channels need before they are opened: a connection each, one file for all, or nothing. */
  readonly line: 'socket' | 'file' | 'mapped-ram' | 'none';
  /** Whether what is written goes around the kernel's cache. */
  readonly direct?: boolean;
}

export const transports: Readonly<Record<string, Transport>> = {
  discard: { movesBytes: false, line: 'none' },
  memory: { movesBytes: true, line: 'none' },
  file: { movesBytes: false, line: 'file' },
  'mapped-ram': { movesBytes: false, line: 'mapped-ram' },
  'mapped-ram-direct': { movesBytes: false, line: 'mapped-ram', direct: true },
  unix: { movesBytes: false, line: 'socket' },
  tcp: { movesBytes: false, line: 'socket' },
};
