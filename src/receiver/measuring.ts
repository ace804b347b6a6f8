// The far end of `tune --peer` as its parent sees it: listens, serves one tuning, and ends.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Address } from '../os/address.js';
import { Listener } from './listener.js';
import { STDIO } from './messages.js';

const ENTRY = fileURLToPath(new URL('./measuring-process.js', import.meta.url));

export interface MeasuringEnd {
  readonly address: Address;
  /** Resolves when whoever tuned has left. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

/** Listens. `mostBytes`: of RAM that a trial may take. Rejects when the address is not to be had. */
export async function startMeasuring(listen: Address, mostBytes: number): Promise<MeasuringEnd> {
  const listener = await Listener.open(listen);
  const numbers = [listener.descriptor, listener.descriptor];
  const child = fork(ENTRY, [String(mostBytes)], { stdio: [...STDIO, ...numbers], execArgv: [] });
  listener.handedOver();
  const ended = once(child, 'exit').finally(() => listener.remove());
  await Promise.race([once(child, 'message'), ended]);
  return {
    address: listener.address,
    ended,
    stop: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
