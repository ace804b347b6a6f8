// The receivers of a round: one process for each shape of packet, connected once with the most channels and reused.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { roundUp } from '../../src/ram/ram.js';
import { RECEIVER_KILLED, Receiver } from '../../src/receiver/receiver.js';
import { type Cell, CellFailure, type VisitReport } from '../../src/session/cell.js';
import { transports } from '../../src/transport/index.js';
import { type Child, ProcessKilled } from './child.js';

const CONNECT_MS = 5000;
const STALL_MS = 5000;
const END_KNOWN_MS = 200;
let made = 0;

export interface PeerPlan {
  /** Bytes of the RAM: both ends must have the same. */
  readonly ramBytes: number;
  /** Most channels that a cell of the round has. */
  readonly channels: number;
  /** True lets older pages overtake newer ones at the receiver: to show that it matters. */
  readonly ignoreSync?: boolean;
}

/** A receiver with its connections, for one or more cells. */
export class Peer {
  readonly name = `peer-${++made}`;
  private readonly client: Child;
  private readonly receiver: Receiver;
  private readonly folder: string | undefined;
  private seen = { pages: 0, syncs: 0, chunks: 0 };

  private constructor(client: Child, receiver: Receiver, folder: string | undefined) {
    this.client = client;
    this.receiver = receiver;
    this.folder = folder;
  }

  /**
   * Starts a receiver for packets of the cell's shape, while the process that writes to it may be starting as well, and
   * connects it. Rejects with the reason.
   */
  static async start(starting: Child | Promise<Child>, cell: Cell, plan: PeerPlan): Promise<Peer> {
    const folder = cell.transport === 'unix' ? temporaryFolder() : undefined;
    const receiver = await Receiver.start({
      listen: folder === undefined ? { host: '127.0.0.1', port: 0 } : { path: join(folder, 'receiver') },
      channels: plan.channels,
      pageSize: cell.pageSize,
      pagesPerPacket: cell.pagesPerBatch,
      blocks: [{ name: 'm0', bytes: roundUp(plan.ramBytes, 4096) }],
      codec: cell.codec,
      // Every cell numbers its packets from 0; the sending end checks that numbers are dense.
      numbersGrow: false,
      deviceState: cell.workload === 'device-state',
      numbersDense: false,
      ignoreSync: plan.ignoreSync === true,
      connectMs: CONNECT_MS,
      stallMs: STALL_MS,
      idleMs: 0,
      pinned: cell.place !== 'none',
      digest: cell.workload === 'precopy',
    }).catch(failed);
    const client = await Promise.resolve(starting).catch(async (cause) => {
      await ended(receiver, folder);
      throw cause;
    });
    const peer = new Peer(client, receiver, folder);
    try {
      await client.connect(peer.name, receiver.address, plan.channels);
      await receiver.untilReading().catch(failed);
    } catch (cause) {
      await peer.stop();
      throw cause;
    }
    return peer;
  }

  /** Before a cell is opened: only its channels take part in SYNCs. */
  prepare(cell: Cell): void {
    this.receiver.setParticipants(cell.channels);
  }

  /** After a cell: what was sent must have come. Rejects with CellFailure. */
  async check(report: VisitReport): Promise<void> {
    const expected = {
      pages: this.seen.pages + report.pages,
      syncs: this.seen.syncs + report.syncs,
      chunks: this.seen.chunks + (report.chunks ?? 0),
    };
    const limit = performance.now() + STALL_MS;
    do {
      this.seen = await this.countAll();
      // What was written last may still be on its way.
    } while (this.seen.syncs < expected.syncs && performance.now() < limit);
    const [sent, came] = [expected, this.seen].map(
      ({ pages, syncs, chunks }) =>
        `${pages} pages and ${syncs} SYNCs${expected.chunks > 0 ? `, ${chunks} chunks of device state` : ''}`,
    );
    if (sent !== came) {
      throw new CellFailure(`receiver: ${sent} were sent, ${came} came`);
    }
  }

  private async countAll() {
    const channels = await this.receiver.count().catch((cause: Error) => {
      throw new CellFailure(cause.message);
    });
    const sum = (key: 'pages' | 'syncs' | 'chunks') => channels.reduce((total, each) => total + (each[key] ?? 0), 0);
    return { pages: sum('pages'), syncs: sum('syncs'), chunks: sum('chunks') };
  }

  /** Disconnects; resolves with the SHA-256 of the receiver's RAM, if it was asked for. */
  async finish(): Promise<string | undefined> {
    await this.client.disconnect(this.name);
    const { sha256 } = await this.receiver.report;
    await this.stop();
    return sha256;
  }

  /** Resolves with the reason once the receiver is killed from outside. */
  async killed(): Promise<string> {
    await this.receiver.report.catch(() => {});
    return this.receiver.killed ? RECEIVER_KILLED : new Promise(() => {});
  }

  /** Ends the receiver at once. */
  async stop(): Promise<void> {
    await ended(this.receiver, this.folder);
  }
}

async function ended(receiver: Receiver, folder: string | undefined): Promise<void> {
  await receiver.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

function failed({ message }: Error): never {
  throw message === RECEIVER_KILLED ? new ProcessKilled(message) : new CellFailure(message);
}

function temporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'multifd-bench-'));
  } catch (cause) {
    throw new CellFailure(`no folder for a socket (TMPDIR): ${(cause as Error).message}`);
  }
}

export function writesToPeer({ transport }: Cell): boolean {
  return transports[transport]!.line === 'socket';
}

/** The peers of one process of a round, by transport and shape of packet. */
export class Peers {
  private readonly client: Child | Promise<Child>;
  private readonly plan: PeerPlan;
  private readonly peers = new Map<string, Peer>();
  private over = false;

  /** @param client may still be starting */
  constructor(client: Child | Promise<Child>, plan: PeerPlan) {
    this.client = client;
    this.plan = plan;
  }

  /** The peer that a cell writes to, one for each lane; undefined for transports that need none. */
  async for(cell: Cell, lane = 0): Promise<Peer | undefined> {
    if (!writesToPeer(cell)) return undefined;
    const { transport, pageSize, pagesPerBatch, codec, place, workload } = cell;
    const shape = [transport, pageSize, pagesPerBatch, codec, place === 'none', workload === 'device-state'];
    const key = [lane, ...shape].join(' ');
    let peer = this.peers.get(key);
    // A stream of packed pages lasts as long as its connection, and each cell starts one.
    if (peer && codec !== 'none') {
      this.peers.delete(key);
      await peer.finish();
      peer = undefined;
    }
    if (!peer) {
      peer = await Peer.start(this.client, cell, this.plan);
      if (this.over) {
        // They were stopped while this one was being started: nobody else knows of it.
        await peer.stop();
        throw new CellFailure('the round is over');
      }
      this.peers.set(key, peer);
    }
    return peer;
  }

  /** Why a receiver was killed from outside, if one was. Its connections break a moment before its end is known. */
  async killed(): Promise<string | undefined> {
    const all = [...this.peers.values()].map((peer) => peer.killed());
    return Promise.race([...all, setTimeout(END_KNOWN_MS, undefined)]);
  }

  /** Ends all receivers at once. */
  async stop(): Promise<void> {
    this.over = true;
    await Promise.all([...this.peers.values()].map((peer) => peer.stop()));
    this.peers.clear();
  }
}
