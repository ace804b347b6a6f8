// receive --measure: the other end of one `tune --peer`, which sends to it; this end times what comes, and ends with it.
import { addressText } from '../../src/os/address.js';
import { startMeasuring } from '../../src/receiver/measuring.js';
import { isThisMachine, parseAddress } from '../base/address.js';
import { Interrupts } from '../base/interrupts.js';
import { flagOf } from '../base/modes.js';
import { UsageError } from '../base/usage-error.js';
import { availableBytes } from '../plan/memory.js';

/** Have a value without being given. */
const DEFAULTED = new Set(['channels']);

/** Returns 0 when whoever tuned has left. */
export async function serveTune({
  listen,
  measure: _,
  ...rest
}: {
  readonly listen?: string;
  readonly measure?: boolean;
}): Promise<number> {
  const other = Object.entries(rest).find(([key, value]) => value !== undefined && !DEFAULTED.has(key))?.[0];
  if (other !== undefined) {
    throw new UsageError(`${flagOf(other)}: not with --measure`);
  }
  if (listen === undefined) throw new UsageError('--listen: required with --measure');
  const address = parseAddress('--listen', listen);
  const interrupts = new Interrupts();
  try {
    // One receiver may still end while the next one begins.
    const end = await startMeasuring(address, availableBytes() / 2);
    interrupts.signal.addEventListener('abort', () => void end.stop());
    if (!isThisMachine(end.address)) {
      process.stderr.write('warning: whoever reaches this address can have it receive\n');
    }
    process.stderr.write(`listening on ${addressText(end.address)} for one tune --peer\n`);
    await end.ended;
    return interrupts.code ?? 0;
  } catch (cause) {
    process.stderr.write(`multifd-bench: receive: ${(cause as Error).message}\n`);
    return 1;
  } finally {
    interrupts.close();
  }
}
