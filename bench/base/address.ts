// Addresses on the command line: HOST:PORT for tcp, a path for a unix socket.
import { type Address, pathTooLong } from '../../src/os/address.js';
import { badValue, UsageError } from './usage-error.js';

const TAKES = 'HOST:PORT, :PORT for this machine alone, [IPv6]:PORT, or a path with a slash for a unix socket';

export function parseAddress(flag: string, text: string): Address {
  if (text.includes('/')) {
    const tooLong = pathTooLong(text);
    if (tooLong !== undefined) throw new UsageError(`${flag}: the path of the unix socket is ${tooLong}`);
    return { path: text };
  }
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) throw badValue(flag, text, TAKES);
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port };
}

/** True for addresses that other machines do not reach. */
export function isThisMachine(address: Address): boolean {
  return 'path' in address || /^(?:127\.|::1$|localhost$)/.test(address.host);
}
