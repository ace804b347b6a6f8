// The registry: one line a variant, in table order. Threads import a variant's module only when a cell needs it.
import type { VariantSource } from '../src/session/messages.js';

const from = (file: string, name = 'default'): VariantSource => ({
  module: new URL(file, import.meta.url).href,
  export: name,
});

export const registry: Readonly<Record<string, VariantSource>> = {
  mutex: from('./mutex.js'),
  'atomic-barrier': from('./atomic-barrier.js'),
  'message-port': from('./message-port.js'),
  'receive-on-port': from('./receive-on-port.js'),
  'mutex-spin': from('./mutex.js', 'spin'),
  'mutex-ticket': from('./mutex.js', 'ticket'),
  'mutex-mcs': from('./mutex.js', 'mcs'),
  'mutex-tas': from('./mutex.js', 'tas'),
  'mutex-classic': from('./mutex-classic.js'),
  'mutex-short': from('./mutex-short.js'),
  'mutex-global': from('./mutex-global.js'),
  'atomic-scan': from('./atomic-barrier.js', 'scan'),
  mailbox: from('./mailbox.js'),
  'free-bitmap': from('./free-bitmap.js'),
  eventcount: from('./eventcount.js'),
  'wait-async': from('./eventcount.js', 'waitAsync'),
  'spsc-ring': from('./spsc-ring.js'),
  'shared-queue': from('./shared-queue.js'),
  fastest: from('./fastest.js'),
  'requesters-mutex': from('./requesters-mutex.js'),
  'requesters-cas': from('./requesters-cas.js'),
  'gate-queue': from('./gate-queue.js'),
  piscina: from('./piscina.js'),
  'async-mutex': from('./async-mutex.js'),
  'async-flag': from('./async-flag.js'),
  inline: from('./inline.js'),
};

/** What `run` measures when no designs are named, and what tests over sockets and QEMUs take: the others hand over alike. */
export const DEFAULT_VARIANTS: readonly string[] = [
  'mutex',
  'atomic-barrier',
  'message-port',
  'async-mutex',
  'async-flag',
  'inline',
];
