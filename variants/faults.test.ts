// Every threaded variant under every fault: the run ends, says what failed and where, and leaves nothing behind; the next
// migration in the same process arrives whole. In the first tier a design meets each fault once, over 1, 2, 5 or,
// for some designs, 16 channels; in the second over all of these, and a whole migration follows each fault. Two faults meet no design: a full disk is
// the receiver's, and a round's child takes the whole process with it. The tests of `migrate --fault` and `run` have those.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exhaustDescriptors } from '../src/faults/connect-faults.js';
import { type Fault, isPacketFault, isWriteFault } from '../src/faults/fault.js';
import { isLong } from '../src/fixtures/tier.js';
import { heldBy, THREADS_OF_THE_RUNTIME } from '../src/os/held.js';
import { OneThreadReceiver } from '../src/receiver/fixtures/one-thread.js';
import type { ReceiverPlan } from '../src/receiver/plan.js';
import { CELL_DEFAULTS, type Cell, CellFailure } from '../src/session/cell.js';
import { Fleet } from '../src/session/fleet.js';
import type { VariantSource } from '../src/session/messages.js';
import { Lines } from '../src/transport/lines.js';
import { availableVariants, loadRegistered } from './fixtures/available.js';

const CHANNELS = [1, 2, 5, 16];
/** A pool starts threads of its own for each cell: in the first tier over few channels. */
const FEW_CHANNELS = [1, 2];
const POOLS = ['piscina'];
/** Designs over all of these; the others, which differ from one of them in a lock or a word, over one of them. */
const EVERYWHERE = ['mutex', 'atomic-barrier', 'message-port', 'eventcount', 'shared-queue', 'fastest', 'piscina'];
const ELSEWHERE = [5];
/** A write that blocks for so long is stalled. */
const STALL_MS = 250;
const PATIENT_MS = 20_000;
/** Only runs in which a write may wait for ever have so little patience. */
const HASTY: ReadonlySet<Fault['kind']> = new Set(['stall', 'short']);
/** What the writing thread does by itself: nothing that another migration of this process would meet too. */
const OWN: ReadonlySet<Fault['kind']> = new Set(['fail', 'corrupt', 'refuse']);
const RAM = { bytes: 1 << 19, seed: 7, shares: { zero: 1, text: 1, random: 2 } };
const PAGES_PER_BATCH = 2;
/** More than a socket's buffers hold, for each channel. */
const JOBS_TO_STALL = 100;
/** A channel gets its write number 1 when the scheduler will; each transfer gives every channel a SYNC at least. */
const MOST_TRANSFERS = 400;

type AtChannel = (channel: number) => { readonly fault: Fault; readonly says: RegExp };

/** On the last channel: what is injected, and what the run says of it.  */
const FAULTS: Readonly<Record<string, AtChannel>> = {
  'a write that fails': (channel) => ({
    fault: { kind: 'fail', channel, write: 1 },
    says: new RegExp(`^channel ${channel}, write 1: injected failure$`),
  }),
  'a SYNC write that fails': (channel) => ({
    fault: { kind: 'fail', channel, sync: 1 },
    says: new RegExp(`^channel ${channel}, write \\d+: injected failure$`),
  }),
  'a write that is late, and fails': (channel) => ({
    fault: { kind: 'fail', channel, write: 0, delayMs: 20 },
    says: new RegExp(`^channel ${channel}, write 0: injected failure$`),
  }),
  'a write cut short': (channel) => ({
    fault: { kind: 'short', channel, write: 1 },
    // Where nothing follows on it, what lacks is waited for, and the others behind their SYNC.
    says: new RegExp(`^channel (${channel}, packet [12], |\\d+: its peer has taken nothing for ${STALL_MS} ms)`),
  }),
  'a byte that is changed': (channel) => ({
    fault: { kind: 'corrupt', channel, write: 1 },
    says: new RegExp(`^channel ${channel}, packet 1, magic: `),
  }),
  'a channel that stalls': (channel) => ({
    fault: { kind: 'stall', channel, write: 1 },
    // Where its write 1 is a SYNC, the kernel may take that, and the others wait behind it: the first of them is named.
    says: new RegExp(`^channel \\d+: its peer has taken nothing for ${STALL_MS} ms$`),
  }),
  'a connection that is reset': (channel) => ({
    fault: { kind: 'reset', channel, write: 1 },
    says: new RegExp(`^channel ${channel}, packet 1: injected reset$`),
  }),
  'a sender thread that is killed': (channel) => ({
    fault: { kind: 'kill-sender', channel, write: 1 },
    says: new RegExp(`^channel ${channel}: (its sender thread ended with code 1|worker exited with code: 1)$`),
  }),
  'a provider that is killed': (channel) => ({
    fault: { kind: 'kill-provider', channel, write: 1 },
    says: /^the provider's thread ended with code 1$/,
  }),
  'a receiver that is killed': (channel) => ({
    fault: { kind: 'kill-receiver', channel, write: 1 },
    says: /^channel \d+, write \d+: .*(EPIPE|ECONNRESET)/,
  }),
  'a connection that is refused': (channel) => ({
    fault: { kind: 'refuse', channel },
    says: new RegExp(`^channel ${channel}: connecting to .*ENOENT`),
  }),
  'no descriptor left': () => ({
    fault: { kind: 'no-descriptors' },
    says: /^channel 0: connecting to .*EMFILE/,
  }),
};

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-faults-'));
const pathOf = (fleet: Fleet) => join(folder, fleet === fleets.hasty ? 'hasty' : 'patient');
let fleets: Readonly<Record<'patient' | 'hasty', Fleet>>;
let slowest = { ms: 0, what: '' };
beforeAll(async () => {
  const plan = { senders: Math.max(...CHANNELS), requesters: 1, ram: RAM, watchdogMs: 10_000 };
  fleets = {
    patient: await Fleet.start({ ...plan, stallMs: PATIENT_MS }),
    hasty: await Fleet.start({ ...plan, stallMs: STALL_MS }),
  };
}, 60_000);
afterAll(async () => {
  await Promise.all(Object.values(fleets).map((fleet) => fleet.terminate()));
  rmSync(folder, { recursive: true });
  process.stdout.write(`slowest end after a fault: ${slowest.ms.toFixed(0)} ms, ${slowest.what}\n`);
});

function planOf(path: string, channels: number, faults: readonly Fault[]): ReceiverPlan {
  return {
    ...{ listen: { path }, channels, pageSize: 4096, pagesPerPacket: PAGES_PER_BATCH, codec: 'none' },
    blocks: [{ name: 'm0', bytes: RAM.bytes }],
    ...{ numbersGrow: false, numbersDense: false, ignoreSync: false, pinned: false, digest: false },
    ...{ connectMs: 0, stallMs: 0, idleMs: 0, faults },
  } as ReceiverPlan;
}

/** A whole migration. Resolves with what failed first, or undefined when all arrived. */
async function migrate(fleet: Fleet, cell: Cell, source: VariantSource, fault?: Fault): Promise<Error | undefined> {
  const receiver = await OneThreadReceiver.listen(
    planOf(pathOf(fleet), cell.channels, fault && isPacketFault(fault) ? [fault] : []),
  );
  try {
    return await transfer(receiver, fleet, cell, source, fault);
  } finally {
    await receiver.close();
  }
}

async function transfer(
  receiver: OneThreadReceiver,
  fleet: Fleet,
  cell: Cell,
  source: VariantSource,
  fault?: Fault,
): Promise<Error | undefined> {
  const { channels } = cell;
  let there: Error | undefined;
  receiver.ram.catch((cause: Error) => {
    there = cause;
  });
  let met = performance.now();
  fleet.onFault = () => receiver.breakOff();
  const restore = fault?.kind === 'no-descriptors' ? exhaustDescriptors() : () => {};
  let lines: Lines;
  try {
    const address = { path: pathOf(fleet) };
    lines = await Lines.connect({ address, channels, connectMs: 5000, faults: fault ? [fault] : [] });
  } catch (cause) {
    return cause as Error;
  } finally {
    restore();
  }
  let here: Error | undefined;
  try {
    const faults = fault && isWriteFault(fault) ? { faults: [fault] } : {};
    const stalls = fault?.kind === 'stall';
    await fleet.open({ ...cell, ...faults, ...(stalls && { workload: 'throughput' }) }, source, lines);
    for (let transfer = 0; transfer < (fault ? MOST_TRANSFERS : 1) && !there; transfer++) {
      met = performance.now();
      await fleet.slice(stalls ? JOBS_TO_STALL * channels : 1);
    }
  } catch (cause) {
    here = cause as Error;
  }
  await fleet.close().catch(() => {});
  await lines.close();
  if (!here && !there) {
    const ram = await receiver.ram;
    expect(ram.digest()).toBe(fleet.digest());
    return undefined;
  }
  const ms = performance.now() - met;
  if (ms > slowest.ms) slowest = { ms, what: `${cell.variant}, ${channels} channels, ${fault?.kind}` };
  if (here instanceof CellFailure) expect(here.message).not.toContain('hang');
  receiver.breakOff();
  // As the migrate command says it: the end that failed by itself.
  return here && !/EPIPE|ECONNRESET/.test(here.message) ? here : (there ?? here);
}

const leftovers = () => ({ ...heldBy(), files: readdirSync(folder) });

/** A socket that was destroyed is closed some turns of the event loop later. */
const SETTLED_WITHIN = { timeout: 2000, interval: 5 };
const STEADY_MS = 25;
/** What is left once nothing closes any more: as many descriptors as a moment before. */
async function settled() {
  for (let last = leftovers(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, STEADY_MS));
    const now = leftovers();
    if (now.descriptors === last.descriptors) return now;
    last = now;
  }
}

const threaded = (
  await Promise.all(
    (
      await availableVariants()
    ).map(async ([name, source]) => ({ name, source, variant: await loadRegistered(source) })),
  )
).filter(({ variant }) => variant.sender.waits !== 'never' && !('on' in variant.sender));

/** Over how many channels a design meets each fault. */
interface Matrix {
  readonly title: string;
  readonly channelsOf: (fault: number) => number;
}
const over = (channels: number): Matrix => ({ title: `over ${channels} channels`, channelsOf: () => channels });
function matricesOf(name: string, design: number): readonly Matrix[] {
  if (isLong) return (EVERYWHERE.includes(name) ? CHANNELS : ELSEWHERE).map(over);
  const counts = POOLS.includes(name) ? FEW_CHANNELS : EVERYWHERE.includes(name) ? CHANNELS : CHANNELS.slice(0, -1);
  const channelsOf = (fault: number) => counts[(design + fault) % counts.length]!;
  return [{ title: 'each over another number of channels', channelsOf }];
}

describe.each(threaded.map((each, at) => [each.name, at, each] as const))('%s', (name, design, { source, variant }) => {
  const base: Omit<Cell, 'channels'> = {
    ...{ ...CELL_DEFAULTS, variant: name, workload: 'transfer', pagesPerBatch: PAGES_PER_BATCH, transport: 'unix' },
    ...{ depth: variant.depth[0], place: 'none', checking: true },
  };

  it.each(matricesOf(name, design))(
    '$title',
    async ({ channelsOf }) => {
      const faults = Object.entries(FAULTS).map(([what, at], index) => {
        const channels = channelsOf(index);
        return { what, channels, ...at(channels - 1) };
      });
      const most = Math.max(...faults.map(({ channels }) => channels));
      const whole = async (fleet: Fleet, channels: number, when: string) =>
        expect(await migrate(fleet, { ...base, channels }, source), when).toBeUndefined();
      // Both have whatever threads the design brings along.
      for (const fleet of Object.values(fleets)) await whole(fleet, most, 'before');
      const before = await settled();
      const meet = async (those: typeof faults) => {
        for (const { what, channels, fault, says } of those) {
          const fleet = HASTY.has(fault.kind) ? fleets.hasty : fleets.patient;
          expect((await migrate(fleet, { ...base, channels }, source, fault))?.message, what).toMatch(says);
          if (isLong) await whole(fleets.patient, channels, `after ${what}`);
        }
      };
      if (isLong) await meet(faults);
      else {
        // While one fleet waits for a stall to be one, the other meets what concerns it alone.
        const of = (kinds: typeof HASTY) => faults.filter(({ fault }) => kinds.has(fault.kind));
        await Promise.all([meet(of(HASTY)), meet(of(OWN))]);
        await meet(faults.filter(({ fault }) => !HASTY.has(fault.kind) && !OWN.has(fault.kind)));
      }
      for (const fleet of Object.values(fleets)) await whole(fleet, most, 'after all');
      await vi.waitFor(() => {
        const { threads, descriptors, files } = leftovers();
        expect(files).toEqual(before.files);
        // Fewer where a thread that was killed, and its descriptors, are not needed over so few channels.
        expect(descriptors).toBeLessThanOrEqual(before.descriptors);
        expect(threads).toBeLessThanOrEqual(before.threads + THREADS_OF_THE_RUNTIME);
      }, SETTLED_WITHIN);
    },
    300_000,
  );
});
