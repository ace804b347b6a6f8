// Conformance: what every design must do on real threads. One list, for the project's own tests and for whoever adds one.

import type { WriteFault } from '../faults/fault.js';
import { SCAN_KINDS } from '../memory/scan.js';
import type { Variant } from '../sender/variant.js';
import { CELL_DEFAULTS, type Cell, type CellFailure, type FleetPlan } from '../session/cell.js';
import type { Fleet } from '../session/fleet.js';
import type { VariantSource } from '../session/messages.js';

/** A design under test, and the threads that it is tested on. */
interface Subject {
  readonly variant: Variant;
  readonly source: VariantSource;
  /** Started by `CONFORMANCE_FLEET`, or with as many senders as the test needs. */
  readonly fleet: Fleet;
}

export interface ConformanceTest {
  readonly title: string;
  /** Sender threads that it needs. */
  readonly senders: number;
  /** Why it says nothing about a design; undefined where it does. */
  skipped(variant: Variant): string | undefined;
  /** Rejects with what was expected and what came. After that the fleet is spent. */
  run(subject: Subject): Promise<void>;
}

const MOST_CHANNELS = 64;
const MOST_REQUESTERS = 3;

/** What the tests need: threads for the largest of them. A hang is one after 10 s. */
export const CONFORMANCE_FLEET: FleetPlan = {
  senders: MOST_CHANNELS,
  requesters: MOST_REQUESTERS,
  ram: { bytes: 4 << 20, seed: 1, shares: { zero: 1, text: 1, random: 1 } },
  watchdogMs: 10_000,
};

const SLICES = 3;
const JOBS = 60;
const ALL_JOBS = SLICES * JOBS;
const PAGES_PER_BATCH = 3;
/** A failed write ends a run within this time. */
const LONGEST_ENDING_MS = 2000;

class NotConforming extends Error {
  override readonly name = 'NotConforming';
}

function same(what: string, expected: unknown, got: unknown): void {
  if (got !== expected) throw new NotConforming(`${what}: expected ${expected}, got ${got}`);
}

function cellOf({ name, depth }: Variant, changes: Partial<Cell> = {}): Cell {
  const base = { ...CELL_DEFAULTS, workload: 'throughput', transport: 'memory', checking: true } as const;
  return { ...base, variant: name, channels: 2, pagesPerBatch: PAGES_PER_BATCH, depth: depth[0], ...changes };
}

/** Runs a cell; every run checks itself, so a report says that all went once and whole. */
async function runCell({ variant, source, fleet }: Subject, changes?: Partial<Cell>, slices = SLICES, amount = JOBS) {
  await fleet.open(cellOf(variant, changes), source);
  for (let slice = 0; slice < slices; slice++) await fleet.slice(amount);
  return fleet.close();
}

/** Runs a cell that must fail; resolves with how. Which channel takes which job is up to the scheduler. */
async function failCell({ variant, source, fleet }: Subject, changes: Partial<Cell>): Promise<CellFailure> {
  await fleet.open(cellOf(variant, changes), source);
  let failure: CellFailure | undefined;
  for (let slice = 0; slice < 1000 && !failure; slice++) {
    await fleet.slice(JOBS).catch((cause: CellFailure) => {
      failure = cause;
    });
  }
  // What is left of the cell is closed: its threads must be there for the next one.
  await fleet.close().catch(() => {});
  if (!failure) throw new NotConforming('the write that fails never came: a channel gets no batch');
  return failure;
}

type Body = (subject: Subject) => Promise<void>;
const always = () => undefined;

const named: Body = async ({ variant }) => {
  if (/^.+[.:] .+\.$/s.test(variant.summary)) return;
  throw new NotConforming(
    `summary: expected the mechanism in one sentence and when to use it in a second, got "${variant.summary}"`,
  );
};

const handsOver =
  (channels: number): Body =>
  async (subject) => {
    const report = await runCell(subject, { channels });
    same('jobs', ALL_JOBS, report.jobs);
    same('pages', ALL_JOBS * PAGES_PER_BATCH, report.pages);
    same('SYNCs', SLICES * channels, report.syncs);
    same('channels', channels, report.jobsPerChannel.length);
  };

const eachDepth: Body = async (subject) => {
  const [least, most] = subject.variant.depth;
  for (const depth of [1, 2, 64].filter((each) => each >= least && each <= most)) {
    same(`jobs at depth ${depth}`, ALL_JOBS, (await runCell(subject, { depth, channels: 3 })).jobs);
  }
};

const syncs: Body = async (subject) => {
  const report = await runCell(subject, { workload: 'sync', channels: 3 }, 2, 20);
  same('SYNCs', 2 * 20 * 3, report.syncs);
};

const spinsAndNotifies: Body = async (subject) => {
  const wait = { spinNs: 5000 };
  const spun = await runCell(subject, { providerWait: wait, senderWait: wait });
  same('jobs while it spins', ALL_JOBS, spun.jobs);
  same('jobs without elision', ALL_JOBS, (await runCell(subject, { elide: false })).jobs);
};

const publishesTogether: Body = async (subject) => {
  const [, deepest] = subject.variant.depth;
  for (const [most, publishEvery] of [
    [8, 3],
    [2, 8],
    [64, 64],
  ] as const) {
    const late = { depth: Math.min(most, deepest), channels: 3, publishEvery };
    same('jobs', ALL_JOBS, (await runCell(subject, late)).jobs);
    same('SYNCs', 60, (await runCell(subject, { ...late, delaySeed: 5, workload: 'sync' }, 1, 20)).syncs);
    const failure = await failCell(subject, { ...late, faults: [{ kind: 'fail', channel: 1, write: 7 }] });
    same('failure', 'channel 1, write 7: injected failure', failure.message);
  }
};

const searches: Body = async (subject) => {
  for (const scan of SCAN_KINDS) {
    for (const channels of [1, 3, MOST_CHANNELS]) {
      same(`jobs by ${scan}, ${channels} channels`, ALL_JOBS, (await runCell(subject, { channels, scan })).jobs);
    }
    // Rows of any length, and a provider that is held up.
    for (const rowBytes of [8, 64]) {
      same(
        `jobs by ${scan}, rows of ${rowBytes}`,
        ALL_JOBS,
        (await runCell(subject, { channels: 5, scan, rowBytes })).jobs,
      );
    }
    const held = { channels: 3, scan, delaySeed: 5 };
    same(`jobs by ${scan}, delayed`, SLICES * 300, (await runCell(subject, held, SLICES, 300)).jobs);
  }
};

function publishesEach({ publishesLate }: Variant): string | undefined {
  return publishesLate ? undefined : 'it publishes each batch by itself';
}

function searchesItsWay(variant: Variant): string | undefined {
  const { table } = variant.state({ channels: 1, requesters: 1, depth: variant.depth[0] });
  return Object.values(table).some(({ scan }) => scan === 'asked') ? undefined : 'it searches in one way';
}

const severalRequesters: Body = async (subject) => {
  for (const requesters of [2, MOST_REQUESTERS]) {
    for (const channels of [1, 3]) {
      same('jobs', ALL_JOBS * requesters, (await runCell(subject, { channels, requesters })).jobs);
      const delayed = { channels, requesters, delaySeed: 4, workload: 'sync' } as const;
      same('SYNCs', 20 * channels, (await runCell(subject, delayed, 1, 20)).syncs);
    }
  }
  const faults = [{ kind: 'fail', channel: 1, write: 7 }] as const;
  const failure = await failCell(subject, { requesters: 2, faults });
  same('failure', 'channel 1, write 7: injected failure', failure.message);
};

const delayed: Body = async (subject) => {
  for (const delaySeed of [1, 2, 3]) {
    same('jobs', ALL_JOBS, (await runCell(subject, { channels: 3, delaySeed })).jobs);
    same('SYNCs', 60, (await runCell(subject, { channels: 3, delaySeed, workload: 'sync' }, 1, 20)).syncs);
  }
};

/** No word of its own is shared by the design's threads: there is no access to delay. */
function sharesNothing(variant: Variant): string | undefined {
  const { table } = variant.state({ channels: 1, requesters: 1, depth: variant.depth[0] });
  return Object.keys(table).length === 0 ? 'no shared access in the design: nothing to delay' : undefined;
}

const fails =
  (fault: WriteFault): Body =>
  async (subject) => {
    const start = performance.now();
    const { message } = await failCell(subject, { faults: [fault] });
    const tookMs = performance.now() - start;
    const expected = new RegExp(`^channel ${fault.channel}, write ${fault.write ?? '\\d+'}: injected failure$`);
    if (!expected.test(message)) throw new NotConforming(`failure: expected ${expected.source}, got "${message}"`);
    if (tookMs >= LONGEST_ENDING_MS) {
      throw new NotConforming(`it ended after ${Math.round(tookMs)} ms; ${LONGEST_ENDING_MS} ms are the most`);
    }
    same('jobs of the next run', ALL_JOBS, (await runCell(subject)).jobs);
  };

const FAULTS: readonly (readonly [what: string, fault: WriteFault])[] = [
  ['the first write', { kind: 'fail', channel: 0, write: 0 }],
  ['a write under way', { kind: 'fail', channel: 1, write: 7 }],
  ['a SYNC write', { kind: 'fail', channel: 1, sync: 2 }],
  ['a write that stalled first', { kind: 'fail', channel: 0, write: 3, delayMs: 50 }],
];

const overChannels = (channels: number): ConformanceTest => ({
  title: `hands every batch over once, in order, over ${channels} channel${channels === 1 ? '' : 's'}`,
  senders: channels,
  skipped: always,
  run: handsOver(channels),
});

/** The rest needs no more. */
export const FEW_SENDERS = 5;
const few = { senders: FEW_SENDERS, skipped: always } as const;

/** In the order in which they say most about a design that is new, those that need many threads last. */
export const CONFORMANCE: readonly ConformanceTest[] = [
  { title: 'says what it is, and when to use it', ...few, run: named },
  ...[1, 2, FEW_SENDERS].map(overChannels),
  { title: 'does so at depths 1, 2 and 64, as it declares', ...few, run: eachDepth },
  {
    title: 'does so where batches are published together',
    senders: FEW_SENDERS,
    skipped: publishesEach,
    run: publishesTogether,
  },
  { title: 'has sent everything that came before a sync when the sync is over', ...few, run: syncs },
  { title: 'does so while it spins, and without notify elision', ...few, run: spinsAndNotifies },
  {
    title: 'does so with several requesters',
    senders: FEW_SENDERS,
    skipped: ({ requesters }) => (requesters === 'one' ? 'it takes one requester' : undefined),
    run: severalRequesters,
  },
  { title: 'does so with delays at its shared accesses', senders: FEW_SENDERS, skipped: sharesNothing, run: delayed },
  ...FAULTS.map(([what, fault]) => ({
    title: `ends the run when ${what} fails, says where, and leaves every thread ready for the next`,
    ...few,
    run: fails(fault),
  })),
  ...[16, MOST_CHANNELS].map(overChannels),
  {
    title: 'does so however it searches for a free channel',
    senders: MOST_CHANNELS,
    skipped: searchesItsWay,
    run: searches,
  },
];
