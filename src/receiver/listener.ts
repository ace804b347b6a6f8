// A listening socket that is made to be handed to a process: it is never accepted from here.

import { randomBytes } from 'node:crypto';
import { closeSync, constants, linkSync, openSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname } from 'node:path';
import { type Address, addressText, pathTooLong } from '../os/address.js';

export class Listener {
  /** Where it can be reached: with the port that it got. */
  readonly address: Address;
  readonly descriptor: number;
  private readonly server: Server;

  constructor(server: Server, address: Address) {
    this.server = server;
    this.address = address;
    this.descriptor = (server as unknown as { _handle: { fd: number } })._handle.fd;
  }

  /**
   * Listens; a unix socket is its owner's alone (0600) from the start. The caller starts the process that takes the
   * descriptor over, and calls `handedOver`, before it waits for anything: this event loop would take connections.
   */
  static open(address: Address): Promise<Listener> {
    return 'path' in address ? listenAtPath(address.path) : listen(address, address);
  }

  /** Closes this process's number of the socket. It goes on listening in the process that took it over. */
  handedOver(): void {
    this.server.close();
  }

  /** Removes the name of a unix socket. */
  remove(): void {
    if ('path' in this.address) rmSync(this.address.path, { force: true });
  }
}

function listen(options: { host: string; port: number } | { path: string }, name: Address): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => reject(new Error(`listening on ${addressText(name)}: ${error.message}`)));
    server.listen({ ...options, backlog: 511 }, () => {
      const bound = server.address();
      const address = 'path' in name || typeof bound === 'string' ? name : { host: name.host, port: bound!.port };
      resolve(new Listener(server, address));
    });
  });
}

/**
 * Node removes the path of a socket when it closes it: so it is bound to another name in the same directory, and given its
 * own by a link. That name is reached by the directory's number, which is short however long the path is.
 */
async function listenAtPath(path: string): Promise<Listener> {
  const tooLong = pathTooLong(path);
  if (tooLong !== undefined) throw new Error(`listening on ${path}: ${tooLong}`);
  const refuse = (cause: unknown) => {
    const { code, message } = cause as NodeJS.ErrnoException;
    return new Error(`listening on ${path}: ${code === 'EEXIST' ? 'the name is in use' : message}`, { cause });
  };
  let directory: number;
  try {
    directory = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (cause) {
    throw refuse(cause);
  }
  const bound = `/proc/self/fd/${directory}/.${process.pid}.${randomBytes(3).toString('hex')}`;
  try {
    // The mode comes from the umask, which holds for the moment of the binding only.
    const umask = process.umask(0o177);
    const listening = listen({ path: bound }, { path });
    process.umask(umask);
    const listener = await listening;
    try {
      linkSync(bound, path);
    } catch (cause) {
      listener.handedOver();
      throw refuse(cause);
    }
    return listener;
  } finally {
    rmSync(bound, { force: true });
    closeSync(directory);
  }
}
