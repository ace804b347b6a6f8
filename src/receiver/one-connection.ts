// Takes exactly one connection from a listening socket that several threads listen on, and reads it into given places.
import { createServer, Socket } from 'node:net';

export interface Reading {
  /** Where the next bytes go: never empty. */
  target(): Uint8Array;
  /** So many bytes are there. False pauses the reading until `resume`. */
  received(bytes: number): boolean;
  connected(): void;
  ended(): void;
  failed(error: Error): void;
}

export interface Connection {
  resume(): void;
  /** Says something to the peer. */
  write(text: string): void;
  /**
   * Says the last thing, ends the connection and passes over what still comes until the peer ends it too, at most for
   * `patienceMs`: one that is closed over bytes that nobody read takes what was said last with it.
   */
  finish(text: string, patienceMs: number, done: () => void): void;
  destroy(): void;
  /** Loses what is not read; a unix socket has no such end, and is closed. */
  reset(): void;
}

/**
 * `listening` is a number of the listening socket of this thread's own, which it closes with the first connection. So
 * the connection is born on the event loop that reads it, nothing is handed over, and no number has two owners.
 */
export function takeConnection(listening: number, reading: Reading, opened: () => void): Connection {
  let socket: Socket | undefined;
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (accepted) => {
    server.close();
    socket = readInto(accepted, reading);
  });
  server.once('error', (error) => reading.failed(error));
  server.listen({ fd: listening }, opened);
  return {
    resume: () => socket?.resume(),
    write: (text) => socket?.write(text),
    finish: (text, patienceMs, done) => {
      if (!socket || socket.destroyed) return done();
      const timer = setTimeout(() => socket?.destroy(), patienceMs);
      socket.once('close', () => {
        clearTimeout(timer);
        done();
      });
      socket.resume();
      socket.end(text);
    },
    destroy: () => {
      socket?.destroy();
      server.close();
    },
    reset: () => {
      try {
        socket?.resetAndDestroy();
      } catch {
        socket?.destroy();
      }
      server.close();
    },
  };
}

/** A server has no way to say where its connections' bytes go; a socket of our own over the same handle has. */
function readInto(accepted: Socket, reading: Reading): Socket {
  const bare = accepted as unknown as { _handle: unknown };
  const handle = bare._handle;
  bare._handle = null;
  reading.connected();
  const socket = new Socket({
    handle,
    allowHalfOpen: true,
    onread: { buffer: () => reading.target(), callback: (bytes: number) => reading.received(bytes) },
  } as ConstructorParameters<typeof Socket>[0]);
  return socket.once('end', () => reading.ended()).once('error', (error) => reading.failed(error));
}

/** Listens for what must not come any more, on the thread that calls it. `listening` is its own number. */
export function refuseConnections(listening: number, came: () => void): void {
  const server = createServer((socket) => {
    socket.destroy();
    came();
  });
  server.once('error', () => {});
  server.listen({ fd: listening }).unref();
}
