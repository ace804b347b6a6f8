// The note for upstream: what the model says of each shape, and that the page shows exactly the run that it names.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareWithBaseline } from '../bench/result/comparisons.js';
import type { Result } from '../bench/result/document.js';
import { madeUpResult } from '../bench/store/fixtures/result.js';
import { readResult } from '../bench/store/read.js';
import { PROJECT } from '../bench/system/project.js';
import { shownRuns, UPSTREAM_PAGE, withTables } from './upstream.js';
import { predicted } from './upstream-model.js';
import { shortOf } from './upstream-short.js';

const COSTS = { providerNs: 4000, senderNs: 1000, wakeNs: 5000 };
const load = (requesters: number, channels = 16) => ({ channels, requesters, depth: 1, cpuNs: 1, cpus: 1000 });

describe('the model', () => {
  it('gives one requester the same in all shapes without a queue, and the provider as the limit', () => {
    const perSecond = predicted('requesters-mutex', COSTS, load(1));
    for (const name of ['requesters-cas', 'mutex', 'atomic-barrier'])
      expect(predicted(name, COSTS, load(1))).toBeCloseTo(perSecond, 3);
    expect(perSecond).toBeLessThanOrEqual(1e9 / COSTS.providerNs);
    expect(perSecond).toBeGreaterThan(0.95e9 / COSTS.providerNs);
  });

  it('lets a claim grow with the requesters, and one mutex not', () => {
    const [one, four] = [1, 4].map((requesters) => predicted('requesters-mutex', COSTS, load(requesters)));
    expect(four).toBeCloseTo(one!, 3);
    expect(predicted('requesters-cas', COSTS, load(4))).toBeGreaterThan(2 * four!);
    // The queue's lock is held for 0.3 us per batch.
    expect(predicted('gate-queue', COSTS, load(8))).toBeLessThan(predicted('requesters-cas', COSTS, load(8)));
  });

  it('is cut off by the CPUs', () => {
    expect(predicted('requesters-cas', COSTS, { ...load(8), cpuNs: 20_000, cpus: 2 })).toBe(100_000);
  });
});

/** A run with 10.0's shape and one that is twice as fast; a ping-pong of 100 us, of which a write takes 10 and a wake-up 30 or 60. */
function run(): Result {
  const variants = ['requesters-mutex', 'requesters-cas'];
  const made = madeUpResult({
    ...{ variants, noise: 1e-4, speed: (variant) => (variant === variants[0] ? 10_000 : 20_000) },
    unmeasured: (variant, channels) =>
      channels === 2 && variant === variants[1] ? { status: 'failed', reason: 'a reason' } : undefined,
  });
  const summary = (median: number) => ({ median, low: median, high: median, rounds: 6 });
  const cells = made.cells.map((cell) => ({
    ...cell,
    table: 'upstream-hand-off',
    id: cell.id.replace(/^hand-off /, 'upstream-hand-off '),
    metrics: cell.status === 'measured' ? { ...cell.metrics, cpuNsPerJob: summary(150_000) } : {},
    visits: cell.visits.map((visit) => ({ ...visit, counters: { ...visit.counters, providerCpuNs: 1000 * 1000 } })),
  }));
  const parts = cells.slice(0, 2).map((cell) => ({
    ...cell,
    table: 'upstream-parts',
    metrics: { 'takenNs.p50': summary(30_000), 'freedNs.p50': summary(60_000), 'handoffNs.p50': summary(100_000) },
  }));
  const comparisons = compareWithBaseline(cells, 'jobsPerSecond', variants);
  return { ...made, cells: [...cells, ...parts], comparisons } as unknown as Result;
}

/** The lines of the first table, without the one that rules it. */
function tableOf(text: string): string[] {
  const lines = text.slice(text.indexOf('| requesters |')).split('\n');
  return lines.slice(0, lines.indexOf('')).filter((line) => /^\|(?!---)/.test(line));
}

describe(UPSTREAM_PAGE, () => {
  const page = readFileSync(`${PROJECT}${UPSTREAM_PAGE}`, 'utf8');

  it('shows exactly what the runs that it names hold: `npm run upstream` writes it', () => {
    const runs = shownRuns(page).map((path) => ({ result: readResult(`${PROJECT}${path}`), path }));
    expect(runs.length).toBeGreaterThan(0);
    expect(withTables(page, runs)).toBe(page);
  });

  it('says in short which shapes differ, and of what the run does not have nothing', () => {
    const asMutex = JSON.parse(JSON.stringify(run()).replaceAll('requesters-cas', 'mutex')) as Result;
    expect(shortOf([asMutex]).slice(2)).toEqual([
      '- **With one thread that hands over, 1 of 1 row of the shapes before 10.0 differs** (x2.00).',
    ]);
    const inBursts = JSON.parse(JSON.stringify(run()).replaceAll('upstream-hand-off', 'upstream-bursts')) as Result;
    expect(shortOf([inBursts])[2]).toMatch(
      /it does cost\.\*\* .+ is faster in 1 of 1 row \(x2\.00\) and slower in none\.$/,
    );
    const text = JSON.stringify(run()).replaceAll('upstream-hand-off', 'upstream-packet');
    const overTcp = JSON.parse(text.replaceAll('jobsPerSecond', 'mibPerSecond')) as Result;
    expect(shortOf([asMutex, overTcp]).at(-1)).toBe(
      `- **Over tcp** (${overTcp.run.rounds} processes): as fast as they can, the claim that was dropped is faster in 1 of 1 row (x2.00) and slower in none.`,
    );
  });

  it('has a row for each design, with its ratio to the first, and the model beside where there is a ping-pong', () => {
    const text = withTables(page, [{ result: run(), path: 'run.json' }]);
    const reading = '`requesters-cas` to `requesters-mutex`, 1 row: FASTER in 1 (x2.00); 1 of 1 known to ±3 %.';
    expect(text).toContain(`nothing is written\n\n- ${reading}\n\n| requesters |`);
    const [head, ...rows] = tableOf(text);
    expect(head).toContain("| thousand batches/s | to 10.0's | CPU us per batch | model | model, 16 CPUs |");
    expect(rows).toHaveLength(4);
    // 1 us of the provider's, 10 of the write, and of wake-ups what is left of the 100.
    expect(rows[0]).toMatch(/^\| 1 \| 1 \| `requesters-mutex` \| 10\.00? \| {2}\| 150 \| 10\.00? \| 10\.00? \|$/);
    expect(rows[1]).toMatch(/^\| 1 \| 1 \| `requesters-cas` \| 20\.0 \| x2\.000 ±0\.\d % FASTER \| 150 \|/);
    expect(rows[3]).toContain('| 1 | 2 | `requesters-cas` | FAILED: a reason |');
    expect(text).toContain('| `requesters-mutex` | 1.00 | 10.0 | 89.0 |');
  });

  it('shows a second run below, with the model of the first', () => {
    const { cells, ...rest } = run();
    const second = { ...rest, cells: cells.filter(({ table }) => table === 'upstream-hand-off') } as Result;
    const text = withTables(page, [
      { result: run(), path: 'run.json' },
      { result: second, path: 'more.json' },
    ]);
    const below = text.slice(text.indexOf('From [`more.json`]'));
    expect(shownRuns(text)).toEqual(['run.json', 'more.json']);
    expect(tableOf(below)).toEqual(tableOf(text));
    expect(below).not.toContain('What the model starts from');
  });

  it('takes no other run', () => {
    expect(() => withTables(page, [{ result: madeUpResult(), path: 'other.json' }])).toThrow(
      'other.json: not a run of --table upstream',
    );
  });
});
