// Every registered variant that blocks on both sides, under the model checker; and bugs made by hand in copies of two.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isLong } from '../src/fixtures/tier.js';
import type { Variant } from '../src/sender/variant.js';
import {
  checkDesign,
  designScenario,
  designSuite,
  upstreamSuite,
  whyNotModelled,
} from '../src/verify/designs/index.js';
import { inTask, replay, verify } from '../src/verify/index.js';
import { loadCopy, SEEDED_BUGS, writeCopy } from './fixtures/seeded-bugs.js';
import { SEEDED_DESIGNS } from './fixtures/seeded-designs.js';
import { SEEDED_MESSAGES } from './fixtures/seeded-messages.js';
import { registry } from './index.js';

const BOUNDS = { channels: 2, jobs: 2 };
/** In the first tier a design is searched whole, on one channel. */
const SMALL = { channels: 1, jobs: 1 };
/** So that a design with many states does not hold up the second: the command searches further. */
const SEARCH = { mostStates: 12_000 };
const FEW = { mostStates: 2000 };
/** Schedules that the first tier draws of each larger scenario; the second draws as many as the command. */
const DRAWN = 3;
/** QEMU's designs, which are searched whole at these bounds: the patch's in the first tier, its parent's in the second. */
const QEMU = ['mutex', 'atomic-barrier'];
const WHOLE_FIRST = 'atomic-barrier';
/** Their states on one channel are so many that the second tier goes through them. */
const LARGE = ['gate-queue', 'fastest'];

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-seeded-'));
afterAll(() => rmSync(folder, { recursive: true }));

const load = async (name: string): Promise<Variant> => {
  const { module, export: exported } = registry[name]!;
  return ((await import(module)) as Record<string, Variant>)[exported]!;
};

/** One line a file, for most that share one differ in their locks, which are checked by themselves; these differ in more. */
const FILES = Object.keys(registry).filter((name, at, names) => {
  const first = names.findIndex((other) => registry[other]!.module === registry[name]!.module);
  return first === at || ['atomic-scan', 'wait-async'].includes(name);
});

describe.each(FILES.filter((name) => !(isLong && name === WHOLE_FIRST)))('%s', (name) => {
  it('has no finding, or is said not to be modelled', async () => {
    const variant = await load(name);
    if (whyNotModelled(variant) !== undefined) {
      expect(['own-threads', 'never']).toContain(variant.sender.waits);
      return;
    }
    const isWhole = name === WHOLE_FIRST || (isLong && QEMU.includes(name));
    const expectClean = async (bounds: typeof BOUNDS, options: Parameters<typeof checkDesign>[2]) => {
      const checked = await inTask(() => checkDesign(variant, bounds, options));
      expect(checked.findings.map(({ scenario, kind, message }) => `${scenario}: ${kind} ${message}`)).toEqual([]);
      return checked.complete;
    };
    if (isLong && !isWhole) await expectClean(BOUNDS, { search: SEARCH });
    if (isLong && LARGE.includes(name)) expect(await expectClean(SMALL, { schedules: DRAWN })).toBe(true);
    if (isLong && !isWhole) return;
    const search = LARGE.includes(name) ? { search: FEW } : {};
    const complete = await expectClean(isWhole ? BOUNDS : SMALL, { ...search, schedules: DRAWN });
    expect(complete).toBe(!LARGE.includes(name));
  }, 300_000);
});

describe.skipIf(isLong).each(QEMU)("upstream's error path in %s", (name) => {
  it('hangs in a sync as QEMU does, and is replayed', async () => {
    const { scenario } = upstreamSuite(await load(name), BOUNDS)[0]!;
    const { findings } = verify(scenario, { mostFindings: 9 });
    expect(findings.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
      expect.stringMatching(/^deadlock: provider in semSync\[0\]\.wait\(\) at .*variants.* \(collectSync\)/),
    ]);
    expect(replay(scenario, findings[0]!.schedule).problem?.key).toBe(findings[0]!.key);
  });
});

describe.skipIf(isLong)('an access that no scenario reaches', () => {
  it('is named: it was neither checked nor mutated', async () => {
    const from = 'signalSync() {\n';
    const path = writeCopy(folder, 'atomic-barrier', [[from, `${from}if (channels > 9) Atomics.load(words, 0);\n`]]);
    const checked = checkDesign(await loadCopy(path), { channels: 1, jobs: 1 }, { schedules: 1 });
    expect(checked.unreached).toEqual([expect.stringMatching(/atomic-barrier-\d+\.js:\d+ Atomics\.load$/)]);
    const whole = checkDesign(await load('atomic-barrier'), { channels: 2, jobs: 1 }, { schedules: 1 });
    expect(whole.unreached).toEqual([]);
  });
});

describe.skipIf(isLong)('pendingSync needs no barrier', () => {
  it('because the semaphores order it: a plain one has no race', async () => {
    const plain = writeCopy(folder, 'atomic-barrier', [
      ['Atomics.store(words, pendingSync[channel], 1)', 'words[pendingSync[channel]] = 1'],
      ['Atomics.load(words, pendingSync[channel])', 'words[pendingSync[channel]]'],
      ['Atomics.store(words, pendingSync, 0)', 'words[pendingSync] = 0'],
      ['Atomics.load(words, pendingSync)', 'words[pendingSync]'],
    ]);
    for (const { scenario } of designSuite(await loadCopy(plain), BOUNDS)) {
      expect(verify(scenario)).toMatchObject({ findings: [], complete: true });
    }
  }, 60_000);
});

describe.skipIf(isLong)('a sender that leaves while it holds the lock', () => {
  const edits = [['fail() {\nmutex.unlock();', 'fail() {']] as const;
  const fault = { channel: 0, write: 0 };
  const shape = { channels: 2, requesters: 1, depth: 1 };

  it('strands the provider where nobody closes the lock, and nobody where the framework does', async () => {
    const variant = await loadCopy(writeCopy(folder, 'mutex', edits));
    const steps = ['job', 'sync'] as const;
    const upstream = verify(designScenario(variant, { shape, steps, fault, errorPath: 'upstream' }), {
      mostFindings: 9,
    });
    expect(upstream.findings.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('provider in mutex[0].lock()'),
    );
    expect(verify(designScenario(variant, { shape, steps, fault }))).toMatchObject({ findings: [], complete: true });
  });
});

describe('a bug made by hand', () => {
  it.each(isLong ? SEEDED_DESIGNS : [...SEEDED_BUGS, ...SEEDED_MESSAGES])(
    '$design: $name',
    async ({ design, export: exported, edits, finding: expected }) => {
      const path = writeCopy(folder, design, edits);
      const variant = await loadCopy(path, exported);
      for (const { scenario } of designSuite(variant, BOUNDS)) {
        const [finding] = (await inTask(() => verify(scenario))).findings;
        if (!finding) continue;
        expect(`${finding.kind} ${finding.message}`).toMatch(expected);
        // This one shares no words, and so it does nothing that a trace shows.
        if (design !== 'async-flag')
          expect(finding.trace.some(({ line }) => line.includes(`${path.split('/').at(-1)}:`))).toBe(true);
        const again = await inTask(() => replay(scenario, finding.schedule));
        expect(again.problem?.key).toBe(finding.key);
        expect(again.trace).toEqual(finding.trace);
        return;
      }
      expect.unreachable('the bug was not found');
    },
    60_000,
  );
});
