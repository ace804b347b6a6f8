// A RAM that is dirtied while it is migrated: with SYNCs both ends are equal; with SYNCs ignored, old pages win.
import { afterEach, describe, expect, it } from 'vitest';
import { isLong, runsNow } from '../src/fixtures/tier.js';
import { Receiver } from '../src/receiver/receiver.js';
import { CELL_DEFAULTS, type Cell } from '../src/session/cell.js';
import { Fleet } from '../src/session/fleet.js';
import { Lines } from '../src/transport/lines.js';
import { DEFAULT_VARIANTS, registry } from './index.js';

const RAM = { bytes: 8 << 20, seed: 3, shares: { zero: 0, text: 1, random: 1 } };
const CHANNELS = 4;
const ROUNDS = 40;
/** Those of the first tier. */
const FIRST = ['atomic-barrier', 'message-port'];

let stop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(stop.map((each) => each()));
  stop = [];
});

async function migrate(variant: string, ignoreSync: boolean): Promise<boolean> {
  const fleet = await Fleet.start({ senders: CHANNELS, requesters: 1, ram: RAM, watchdogMs: 10_000 });
  stop.push(() => fleet.terminate());
  const receiver = await Receiver.start({
    listen: { host: '127.0.0.1', port: 0 },
    channels: CHANNELS,
    pageSize: 4096,
    pagesPerPacket: 8,
    blocks: [{ name: 'm0', bytes: RAM.bytes }],
    codec: 'none',
    numbersGrow: true,
    numbersDense: true,
    ignoreSync,
    connectMs: 5000,
    stallMs: 5000,
    idleMs: 0,
    pinned: false,
    digest: true,
  });
  stop.push(() => receiver.stop());
  const lines = await Lines.connect({ address: receiver.address, channels: CHANNELS, connectMs: 5000 });
  const cell: Cell = {
    ...CELL_DEFAULTS,
    variant,
    workload: 'precopy',
    channels: CHANNELS,
    pagesPerBatch: 8,
    transport: 'tcp',
    place: 'none',
    checking: true,
  };
  await fleet.open(cell, registry[variant]!, lines);
  const { pagesPerRound } = await fleet.slice(ROUNDS);
  expect(pagesPerRound!.length).toBe(ROUNDS);
  expect(pagesPerRound![0]).toBe(RAM.bytes / 4096);
  // The guest keeps dirtying: later rounds have pages too.
  expect(pagesPerRound![1]).toBeGreaterThan(50);
  await fleet.close();
  await lines.close();
  return (await receiver.report).sha256 === fleet.digest();
}

describe('precopy', () => {
  it.each(DEFAULT_VARIANTS.filter((name) => runsNow(FIRST.includes(name))))(
    '%s: both ends are equal',
    async (variant) => {
      expect(await migrate(variant, false)).toBe(true);
    },
  );

  // Whether an old page overtakes a new one is up to the scheduler: most migrations end so, and one is enough.
  it.runIf(isLong)(
    'a receiver that ignores SYNC ends with stale pages: they are what keeps rounds apart',
    async () => {
      let equal = true;
      for (let tries = 0; tries < 25 && equal; tries++) equal = await migrate('atomic-barrier', true);
      expect(equal).toBe(false);
    },
    60_000,
  );
});
