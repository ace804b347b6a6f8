// A line: the connection of one channel. Opened, ended and closed by one thread; written to, by number, by another.

import { connect, type Socket } from 'node:net';
import { invariant } from '../memory/invariant.js';
import { type Address, addressText } from '../os/address.js';
import { MOST_ANSWER_BYTES } from '../wire/acknowledgement.js';
import { socketInode, unacknowledged } from './taken.js';

const LOOK_MS = 100;

/** How the peer ended a connection. */
export interface Parting {
  /** What it said, without signs of life. */
  readonly answer: string;
  readonly answerBytes: number;
  /** What it did instead of ending the connection. */
  readonly problem?: string;
}

/** The part of a socket that Node does not document: its descriptor, and whether calls on it block. */
interface Handle {
  readonly fd: number;
  setBlocking(blocking: boolean): number;
}

/**
 * Neither `terminate` nor `destroy` frees a thread that blocks in a write; a shutdown of the connection does. And a
 * socket that is closed while a thread still uses its number gives that number to the next file opened, which then gets
 * the guest's RAM. So the thread that opened the line keeps it, and closes it only when nobody holds its number:
 *
 *   owner                            writing thread
 *   1. connect, hold()          -->  2. blocking writes to the number
 *   3. end(): writes fail       -->  4. EPIPE; leaves, says so
 *   5. release(), close()       <--
 *
 * Nothing is read from a line until nobody holds it: libuv would close it by itself at the first error.
 */
export class Line {
  private readonly socket: Socket;
  private readonly handle: Handle;
  private held = false;
  private ended: Promise<void> | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.handle = (socket as unknown as { _handle: Handle })._handle;
    this.handle.setBlocking(true);
    socket.removeAllListeners('error').on('error', () => {});
    socket.once('close', () => invariant(!this.held, `descriptor ${this.handle.fd} was closed while a thread held it`));
  }

  /** Connects, and writes the first bytes. Rejects with the reason and where it happened. */
  static connect(address: Address, first: Uint8Array, timeoutMs: number): Promise<Line> {
    return new Promise((resolve, reject) => {
      // Paused before it is connected, it never starts to read.
      const socket = connect({ ...address, allowHalfOpen: true }).pause();
      const fail = (reason: string) => {
        clearTimeout(timer);
        socket.destroy();
        reject(new Error(`connecting to ${addressText(address)}: ${reason}`));
      };
      const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
      socket.once('error', (error) => fail(error.message));
      socket.once('connect', () => {
        socket.setNoDelay(true);
        socket.write(first, (error) => {
          if (error || socket.destroyed) return;
          clearTimeout(timer);
          resolve(new Line(socket));
        });
      });
    });
  }

  /** The number to write to. From here on the line stays open until it is released. */
  hold(): number {
    invariant(!this.held, `descriptor ${this.handle.fd} is held already`);
    this.held = true;
    return this.handle.fd;
  }

  /** The thread that held the number has said that it left. */
  release(): void {
    this.held = false;
  }

  /** Ends the connection: the receiver sees its end, and a write that blocks or comes later fails with EPIPE. */
  end(): Promise<void> {
    this.ended ??= new Promise((resolve) => {
      this.socket.once('close', () => resolve());
      this.socket.end(resolve);
    });
    return this.ended;
  }

  /**
   * Ends the connection and waits for the peer to end it too, until nothing has happened for `patienceMs`. Resolves with what it
   * said, and what it did instead: a connection that is reset has lost what the peer had not read. Only when no thread holds
   * the number.
   */
  async partWith(patienceMs: number): Promise<Parting> {
    invariant(!this.held, `descriptor ${this.handle.fd} is read from while a thread holds it`);
    if (this.socket.destroyed) return { answer: '', answerBytes: 0, problem: 'the connection broke' };
    this.handle.setBlocking(false);
    let [answer, answerBytes] = ['', 0];
    const parted = new Promise<Parting>((resolve) => {
      // What the kernel still holds may take long to arrive: silence counts, not that.
      let [left, waitedMs] = [this.untaken(), 0];
      const timer = setInterval(() => {
        const now = this.untaken();
        waitedMs = now === left ? waitedMs + LOOK_MS : 0;
        left = now;
        if (waitedMs >= patienceMs) over(`the peer did not end the connection within ${patienceMs} ms`);
      }, LOOK_MS);
      const over = (what?: string) => {
        clearInterval(timer);
        resolve({ answer, answerBytes, ...(what === undefined ? {} : { problem: what }) });
      };
      this.socket.on('data', (bytes) => {
        waitedMs = 0;
        answerBytes += bytes.length;
        // Signs of life may come for as long as the peer is at work.
        answer = `${answer}${bytes.toString('latin1')}`.trimStart().slice(0, MOST_ANSWER_BYTES);
      });
      this.socket.once('end', () => over());
      this.socket.once('error', ({ message }) => over(message));
      this.socket.once('close', () => over('the connection broke'));
    });
    this.socket.resume();
    void this.end();
    return parted;
  }

  /** Bytes that the peer has not acknowledged, where the kernel tells. */
  private untaken(): number | undefined {
    const inode = socketInode(this.handle.fd);
    return inode === undefined ? undefined : unacknowledged().get(inode);
  }

  /** Ends and closes. Rejects while a thread holds the number. */
  async close(): Promise<void> {
    invariant(!this.held, `descriptor ${this.handle.fd}: closed while a thread holds it`);
    await this.end();
    if (this.socket.closed) return;
    const closed = new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
    this.socket.destroy();
    await closed;
  }
}
