// The drain: takes all bytes of all connections and forgets them, on one event loop, and says when they came.
import { createServer, type Socket, Socket as SocketOf } from 'node:net';
import { leaveSignalsToParent } from '../../src/os/signals.js';
import type { Drained, Expect, Go, Listening, NotDrained } from './drain-messages.js';
import { processCpuSeconds } from './process-cpu.js';

/** Stays in the cache, and takes few calls: larger ones were slower. */
const BUFFER_BYTES = 256 << 10;
const buffer = new Uint8Array(BUFFER_BYTES);

/** What comes from one sender. */
class Reception {
  private readonly expected: Expect;
  private bytes = 0;
  private reads = 0;
  private armed = false;
  private start: ReturnType<Reception['now']> | undefined;
  private done = false;

  constructor(expected: Expect) {
    this.expected = expected;
  }

  go(): void {
    if (this.bytes >= this.expected.bytes) {
      say({
        reason: `all ${this.bytes} bytes came before the sender's threads were in their places: more RAM is needed`,
      });
    }
    this.armed = true;
  }

  came(bytes: number): void {
    // What starts the clock is not what it measures.
    if (this.armed && !this.start) this.start = this.now();
    this.bytes += bytes;
    this.reads++;
    if (this.done || !this.start || this.bytes < this.expected.bytes) return;
    this.done = true;
    const { start, reads } = this;
    const end = this.now();
    say({
      bytes: end.bytes - start.bytes,
      seconds: Number(end.ns - start.ns) / 1e9,
      senderCpuSeconds: end.senderCpu - start.senderCpu,
      drainCpuSeconds: end.drainCpu - start.drainCpu,
      reads,
    });
  }

  private now() {
    const { user, system } = process.cpuUsage();
    return {
      bytes: this.bytes,
      ns: process.hrtime.bigint(),
      senderCpu: processCpuSeconds(this.expected.pid),
      drainCpu: (user + system) / 1e6,
    };
  }
}

let reception: Reception | undefined;

const server = createServer({ pauseOnConnect: true }, (accepted) => drain(accepted, reception));
server.listen(0, '127.0.0.1', () => say({ port: (server.address() as { port: number }).port }));

process.on('message', (message: Expect | Go) => {
  if (message !== 'go') reception = new Reception(message);
  else reception?.go();
});
process.on('disconnect', () => process.exit());
if (process.connected === false) process.exit();
leaveSignalsToParent();

/** A server has no way to say where its connections' bytes go; a socket of our own over the same handle has. */
function drain(accepted: Socket, from: Reception | undefined): void {
  const bare = accepted as unknown as { _handle: unknown };
  const handle = bare._handle;
  bare._handle = null;
  const callback = (bytes: number): boolean => {
    attempt(() => from?.came(bytes));
    return true;
  };
  const socket = new SocketOf({ handle, onread: { buffer, callback } } as ConstructorParameters<typeof SocketOf>[0]);
  socket.on('error', () => {});
}

/** A sender that is gone has no CPU time to read. */
function attempt(what: () => void): void {
  try {
    what();
  } catch (cause) {
    say({ reason: (cause as Error).message });
  }
}

function say(message: Listening | Drained | NotDrained): void {
  process.send!(message);
}
