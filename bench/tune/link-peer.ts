// Transfers over a link, one trial at a time: real senders here, a receiver per trial at the other end, whose clock counts.
import { connect, type Socket } from 'node:net';
import type { Address } from '../../src/os/address.js';
import { addressText } from '../../src/os/address.js';
import type { RamSource } from '../../src/ram/image.js';
import {
  type FromMeasuring,
  hearLines,
  LINK_VERSION,
  sayLine,
  type TrialReport,
} from '../../src/receiver/link-messages.js';
import { CELL_DEFAULTS, type Cell, CellFailure } from '../../src/session/cell.js';
import { Child } from '../measure/child.js';
import type { Listed } from '../plan/catalogue.js';

const PINGS = 5;
const ANSWER_MS = 30_000;
const STALL_MS = 20_000;
const LINE = 'link';
/** Sent over and over: more than a cache has, little enough to be had at both ends. */
const RAM_BYTES = 64 << 20;
/** Threads that are there from the start. */
const SENDERS = 32;

export interface LinkPeerPlan {
  readonly address: Address;
  readonly listed: Listed;
  readonly pageSize: number;
  readonly pagesPerBatch: number;
  readonly signal: AbortSignal;
}

export class LinkPeer {
  private readonly plan: LinkPeerPlan;
  private readonly socket: Socket;
  private heard: (message: FromMeasuring) => void = () => {};
  private lost: (cause: Error) => void = () => {};
  private broken: Error | undefined;
  private child: Child | undefined;
  private senders = 0;

  private constructor(plan: LinkPeerPlan, socket: Socket) {
    this.plan = plan;
    this.socket = socket;
    const end = (reason: string) => {
      this.broken ??= new CellFailure(`${addressText(plan.address)}: ${reason}`);
      this.lost(this.broken);
    };
    socket.on('error', ({ message }) => end(message)).once('close', () => end('the other end has left'));
    hearLines<FromMeasuring>(socket, (message) => this.heard(message), end);
  }

  /** Rejects with CellFailure where nobody answers who knows these messages. */
  static async connect(plan: LinkPeerPlan): Promise<LinkPeer> {
    const socket = await new Promise<Socket>((resolve, reject) => {
      const connecting = connect({ ...plan.address });
      connecting.once('connect', () => resolve(connecting.setNoDelay(true)));
      connecting.once('error', ({ message }) => reject(new CellFailure(`--peer: ${message}`)));
    });
    const peer = new LinkPeer(plan, socket);
    try {
      await peer.ask(() => sayLine(socket, { kind: 'hello', version: LINK_VERSION }), 'hello', 5000);
      return peer;
    } catch (cause) {
      await peer.close();
      throw new CellFailure(`${(cause as Error).message}; the other end is to run: multifd-bench receive --measure`);
    }
  }

  /** The least of some round trips, in milliseconds. */
  async roundTripMs(): Promise<number> {
    let least = Number.POSITIVE_INFINITY;
    for (let ping = 0; ping < PINGS; ping++) {
      const begun = performance.now();
      await this.ask(() => sayLine(this.socket, { kind: 'ping' }), 'ping');
      least = Math.min(least, performance.now() - begun);
    }
    return least;
  }

  /**
   * Sends so many bytes of pages, rounded to whole batches, over so many connections: the RAM over and over. Reports the pages'
   * bytes. Rejects with CellFailure.
   */
  async trial(channels: number, bytes: number): Promise<TrialReport> {
    const { listed, pageSize, pagesPerBatch, address, signal } = this.plan;
    signal.throwIfAborted();
    const child = await this.childFor(channels);
    const trial = { channels, bytes: RAM_BYTES, pageSize, pagesPerBatch };
    await this.ask(() => sayLine(this.socket, { kind: 'trial', trial }), 'ready');
    await child.connect(LINE, address, channels);
    const cell: Cell = {
      ...{ ...CELL_DEFAULTS, variant: listed.variant.name, workload: 'throughput' },
      ...{ channels, pageSize, pagesPerBatch, transport: 'path' in address ? 'unix' : 'tcp' },
    };
    const done = this.ask(() => {}, 'done', 0);
    // Reported when the sending end fails first.
    done.catch(() => {});
    await child.open(cell, LINE);
    const { pages } = await child.slice(Math.max(1, Math.round(bytes / pageSize / pagesPerBatch)));
    await child.close();
    await child.disconnect(LINE);
    const message = await done;
    if (message.kind !== 'done') throw new CellFailure('the other end did not report');
    const sent = pages * pageSize;
    const { report } = message;
    if (report.bytes < sent) throw new CellFailure(`the other end: ${report.bytes} bytes came, ${sent} were sent`);
    return { ...report, bytes: sent };
  }

  async close(): Promise<void> {
    this.socket.destroy();
    await this.child?.kill();
    this.child = undefined;
  }

  /** The process that holds the RAM, with threads for so many channels. */
  private async childFor(channels: number): Promise<Child> {
    if (this.child && channels <= this.senders) return this.child;
    await this.child?.kill();
    const senders = Math.max(channels, SENDERS);
    this.senders = senders;
    const ram: RamSource = { bytes: RAM_BYTES, seed: 1, shares: { zero: 0, text: 50, random: 50 } };
    const fleet = { senders, requesters: 1, ram, watchdogMs: 2 * STALL_MS, stallMs: STALL_MS };
    this.child = await Child.start(fleet, [this.plan.listed], { signal: this.plan.signal });
    return this.child;
  }

  /** Says something, and resolves with the answer of that kind. `withinMs` 0: whenever it comes. */
  private ask(say: () => void, kind: FromMeasuring['kind'], withinMs = ANSWER_MS): Promise<FromMeasuring> {
    if (this.broken) return Promise.reject(this.broken);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new CellFailure(`no answer within ${withinMs} ms`)),
        withinMs || 2 ** 31 - 1,
      );
      const over =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          then(value);
        };
      this.lost = over(reject);
      this.heard = (message) => {
        if (message.kind === 'failed') over(reject)(new CellFailure(`the other end: ${message.reason}`));
        else if (message.kind === kind) over(resolve)(message);
      };
      say();
    });
  }
}
