// The child process of a round: it holds the fleet and does what its parent asks, one question at a time.

import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { exhaustDescriptors } from '../../src/faults/connect-faults.js';
import { allowedCpus } from '../../src/os/cpus.js';
import { leaveSignalsToParent } from '../../src/os/signals.js';
import { type Cell, CellFailure } from '../../src/session/cell.js';
import { Fleet } from '../../src/session/fleet.js';
import type { VariantSource } from '../../src/session/messages.js';
import { transports } from '../../src/transport/index.js';
import { type Lender, Lines } from '../../src/transport/lines.js';
import { MappedRamFile } from '../../src/transport/mapped-ram-file.js';
import { SharedFile } from '../../src/transport/shared-file.js';
import type { Acknowledgement } from '../../src/wire/acknowledgement.js';
import { NO_UUID, uuidBytes } from '../../src/wire/initial-packet.js';
import { registry } from '../../variants/index.js';
import { measureFloor } from './floors.js';
import {
  ALIVE_EVERY_MS,
  type Alive,
  type Answer,
  type Ask,
  type Connection,
  PROTOCOL,
  type Question,
} from './protocol.js';

let fleet: Fleet | undefined;
const CONNECT_MS = 5000;
/** Not registered: it is no design, but what designs are held against. */
const CEILING: VariantSource = {
  module: new URL('../../src/sender/ceiling.js', import.meta.url).href,
  export: 'default',
};
const lines = new Map<string, Lines | MappedRamFile>();
const mapped = new Map<string, MappedRamFile>();
const MEMORY_FOLDER = '/dev/shm';
let file: SharedFile | undefined;
let outside: Readonly<Record<string, string>> = {};

/** Without its parent nobody would end it: SIGKILL also ends threads that block in a system call. */
process.on('disconnect', leave);
// A parent that was gone before this line was reached is not told again.
if (process.connected === false) leave();
leaveSignalsToParent();

setInterval(() => {
  // A parent that has just gone is told of by 'disconnect'.
  process.send?.({ protocol: PROTOCOL, alive: true } satisfies Alive, () => {});
}, ALIVE_EVERY_MS).unref();

process.on('message', async (question: Question) => {
  const { number } = question;
  const answer = (rest: { value: unknown } | { reason: string; dump: readonly string[]; lane: number }) =>
    process.send!({ protocol: PROTOCOL, number, ...rest } as Answer);
  try {
    if (question.protocol !== PROTOCOL) {
      throw new Error(`protocol: expected version ${PROTOCOL}, got ${question.protocol}`);
    }
    answer({ value: (await reply(question.ask)) ?? null });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const { dump, lane } = cause instanceof CellFailure ? cause : { dump: [], lane: 0 };
    answer({ reason, dump, lane });
  }
});

async function reply(ask: Ask): Promise<unknown> {
  switch (ask.kind) {
    case 'start':
      outside = ask.outside;
      fleet = await Fleet.start(ask.plan);
      return undefined;
    case 'open':
      return fleet!.open(ask.cell, sourceOf(ask.cell.variant), linesOf(ask.cell, ask.peer), ask.lane, ask.begins);
    case 'slice':
      return fleet!.slice(ask.amount, ask.lane);
    case 'turns':
      return fleet!.turns(ask.order);
    case 'latencies':
      return fleet!.latencies(ask.lane);
    case 'close':
      return fleet!.close(ask.lane);
    case 'connect':
      lines.set(ask.peer, await connect(ask));
      return undefined;
    case 'disconnect':
      return disconnect(ask.peer, ask.patienceMs);
    case 'packets':
      return fleet!.packets;
    case 'floor':
      return measureFloor({ waits: ask.waits, where: 'two CPUs', keptAwake: false }, allowedCpus(), ask.forMs);
    case 'digest':
      return fleet!.digest(ask.bytes);
    case 'end':
      await fleet?.terminate();
      // After the answer has left; nothing else would end it while its parent is there.
      setImmediate(() => process.exit(0));
      return undefined;
  }
}

async function connect(connection: Connection): Promise<Lines | MappedRamFile> {
  const { address, channels, main = false, uuid, token, announced, file: given, faults = [] } = connection;
  if (given) return new MappedRamFile({ ...given, folder: '', blocks: fleet!.blocks });
  const id = uuid === undefined ? NO_UUID : uuidBytes(uuid);
  const restore = faults.some(({ kind }) => kind === 'no-descriptors') ? exhaustDescriptors() : () => {};
  try {
    return await Lines.connect({ address, channels, main, uuid: id, connectMs: CONNECT_MS, token, announced, faults });
  } finally {
    restore();
  }
}

async function disconnect(peer: string, patienceMs: number | undefined): Promise<Acknowledgement | undefined> {
  const connected = lines.get(peer);
  lines.delete(peer);
  try {
    return patienceMs === undefined ? undefined : ((await connected?.partWith(patienceMs)) ?? undefined);
  } finally {
    await connected?.close();
  }
}

function sourceOf(variant: string): VariantSource {
  if (variant === 'ceiling') return CEILING;
  const module = outside[variant];
  const source = module === undefined ? registry[variant] : { module, export: 'default' };
  if (!source) throw new CellFailure(`this build has no variant ${variant}`);
  return source;
}

function linesOf(cell: Cell, peer: string | undefined): Lender | undefined {
  const { line } = transports[cell.transport]!;
  if (line === 'none') return undefined;
  // Memory-backed where there is such a place: a disk would be all that is measured.
  if (line === 'file') {
    file ??= new SharedFile(existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir());
    return file;
  }
  // On the disk of temporary files: TMPDIR names another.
  if (line === 'mapped-ram' && peer === undefined) {
    const { transport } = cell;
    const direct = transports[transport]!.direct === true;
    const made = mapped.get(transport) ?? new MappedRamFile({ folder: tmpdir(), blocks: fleet!.blocks, direct });
    mapped.set(transport, made);
    return made;
  }
  const found = peer === undefined ? undefined : lines.get(peer);
  if (!found) throw new CellFailure(`transport ${cell.transport}: nothing is connected`);
  return found;
}

/** Threads that block in a write do not let a process exit. */
function leave(): void {
  process.kill(process.pid, 'SIGKILL');
}
