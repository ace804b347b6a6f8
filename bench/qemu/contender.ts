// Who sends the RAM to the drain: a QEMU, a variant of ours, or a loop without a hand-off.
import type { Cell, Placement, ZeroPages } from '../../src/session/cell.js';
import { CELL_DEFAULTS } from '../../src/session/cell.js';
import { Child } from '../measure/child.js';
import type { Listed } from '../plan/catalogue.js';
import { isSince, type QemuBinary } from './binary.js';
import type { Drain } from './drain.js';
import type { Drained } from './drain-messages.js';
import { placeQemu } from './placement.js';
import { Qemu, QemuError } from './qemu.js';
import type { RamFile } from './ram-file.js';

/** Sends the RAM once, over so many channels. Rejects with the reason. */
type Send = (channels: number) => Promise<Drained>;

export interface Contender {
  readonly name: string;
  readonly send: Send;
}

const LIMIT_MS = 60_000;
/** A drain may wait for a CPU for longer than a receiver of a run would. */
const STALL_MS = 10_000;
const PEER = 'drain';
/** QEMU's threads exist only while it migrates: it is held back until they are in their places. */
const TRICKLE = 100 << 10;
const UNLIMITED = 1e11;

/** Each time a process of its own: QEMU migrates once. Its threads are placed as ours. */
export function qemuContender(
  binary: QemuBinary,
  { ram, zeroPages, place }: Pick<OursPlan, 'ram' | 'zeroPages' | 'place'>,
  drain: Drain,
): Contender {
  const chooses = isSince(binary, 9, 0);
  return {
    name: qemuName(binary),
    async send(channels) {
      const settings = { channels, bytesPerSecond: TRICKLE, ...(chooses ? { zeroPages } : {}) };
      const qemu = await Qemu.start({ binary, ramFile: ram.path, settings });
      const sending = {
        async place() {
          await qemu.warmUp();
          await qemu.set({ bytesPerSecond: TRICKLE });
          await qemu.migrate(drain.address);
          await placeQemu(qemu.pid, channels, place, LIMIT_MS);
        },
        send: () => qemu.set({ bytesPerSecond: UNLIMITED }),
      };
      try {
        const came = await drain.expect({ pid: qemu.pid, bytes: ram.travels(zeroPages) }, sending, LIMIT_MS);
        const { status, error } = await qemu.ended();
        if (status !== 'completed') throw new QemuError(`QEMU ${binary.version}: migration ${status}: ${error}`);
        return came;
      } finally {
        await qemu.kill();
      }
    },
  };
}

export function qemuName({ version }: QemuBinary): string {
  return `qemu-${version}`;
}

/** A design of ours at one depth. */
export interface Design {
  readonly listed: Listed;
  readonly depth: number;
}

/** QEMU's own depth goes without saying. */
export function designName({ listed, depth }: Design): string {
  return depth === 1 ? listed.variant.name : `${listed.variant.name} depth ${depth}`;
}

export interface OursPlan {
  readonly ram: RamFile;
  readonly listed: readonly Listed[];
  /** The most that a cell will have. */
  readonly channels: number;
  readonly place: Placement;
  readonly zeroPages: ZeroPages;
}

/** A process of ours: its threads serve one variant after the other. */
export class Ours {
  private readonly client: Child;
  private readonly plan: OursPlan;
  private readonly drain: Drain;

  private constructor(client: Child, plan: OursPlan, drain: Drain) {
    this.client = client;
    this.plan = plan;
    this.drain = drain;
  }

  static async start(plan: OursPlan, drain: Drain): Promise<Ours> {
    const fleet = {
      senders: plan.channels,
      requesters: 1,
      ram: { file: plan.ram.path },
      watchdogMs: 2 * STALL_MS,
      stallMs: STALL_MS,
    };
    return new Ours(await Child.start(fleet, plan.listed), plan, drain);
  }

  /** Sends what a QEMU source sends, main stream included. */
  design(design: Design): Contender {
    const { listed, depth } = design;
    const variant = listed.variant.name;
    return {
      name: designName(design),
      send: (channels) => this.transfer({ variant, depth, workload: 'transfer', channels }),
    };
  }

  /** The same writes of the channels in a plain loop on each thread. */
  plainLoop(name: string): Contender {
    return {
      name,
      send: (channels) => this.transfer({ variant: 'ceiling', depth: 1, workload: 'ceiling', channels }),
    };
  }

  async stop(): Promise<void> {
    await this.client.kill();
  }

  private async transfer(what: Pick<Cell, 'variant' | 'depth' | 'workload' | 'channels'>): Promise<Drained> {
    const { client, drain, plan } = this;
    const main = what.workload === 'transfer';
    const { place, zeroPages } = plan;
    const cell: Cell = {
      ...CELL_DEFAULTS,
      ...what,
      ...(main ? { mainStream: '10.0', zeroPages } : {}),
      pagesPerBatch: 128,
      transport: 'tcp',
      place,
    };
    let sent: Promise<unknown> | undefined;
    let fail: (cause: Error) => void = () => {};
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const sending = {
      async place() {
        await client.connect(PEER, drain.address, cell.channels, { main });
        await client.open(cell, PEER);
      },
      async send() {
        sent = client.slice(1);
        sent.catch(fail);
      },
    };
    const bytes = main ? plan.ram.travels(zeroPages) : plan.ram.bytes;
    // A sender that has failed says why; the drain would only say that bytes did not come.
    const came = await Promise.race([drain.expect({ pid: client.pid, bytes }, sending, LIMIT_MS), failed]);
    await sent;
    await client.close();
    await client.disconnect(PEER);
    return came;
  }
}
