// `run` with the workloads hand-off and sync, to the result: latencies and their histograms, syncs without jobs.

import { beforeAll, describe, expect, it } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import { cli } from '../fixtures/cli.js';
import { decodeCounts, distributionOf } from '../measure/latencies.js';
import type { Result } from '../result/document.js';

const FLAGS = '--workload hand-off --channels 1 --transport discard --batch-pages 1 --load closed';
const WORDS = `run --variants mutex,inline ${FLAGS} --rounds 1 --ram 1m --no-save`.split(' ');

describe.skipIf(isLong)('run --workload hand-off', () => {
  let result: Result;
  beforeAll(() => {
    const { stdout, stderr, status } = cli(...WORDS, '--json');
    expect(status, stderr).toBe(0);
    result = JSON.parse(stdout) as Result;
  }, 60_000);
  const cell = (variant: string) => result.cells.find((each) => each.variant === variant)!;

  it('gives percentiles with their count, and the histogram that they are of', () => {
    for (const variant of ['mutex', 'inline']) {
      const { status, metrics, histograms } = cell(variant);
      expect(status).toBe('measured');
      for (const name of ['handoffNs', 'takenNs', 'freedNs'] as const) {
        const { p50, max, count, low, high } = metrics[name]!;
        expect(p50).toBeGreaterThan(0);
        expect(max).toBeGreaterThanOrEqual(p50!);
        expect(low.p50).toBeLessThanOrEqual(p50!);
        expect(high.p50).toBeGreaterThanOrEqual(p50!);
        expect(distributionOf(decodeCounts(histograms![name]!))!.count).toBe(count);
      }
      expect(metrics.takenNs!.p50!).toBeLessThan(metrics.handoffNs!.p50!);
    }
  });
});

describe.runIf(isLong)('run --workload sync', () => {
  it('measures idle, busy and slow channels, also where nothing is handed over', () => {
    const flags = 'run --workload sync --sync-load idle,busy,slow --channels 2 --batch-pages 1 --variants inline,mutex';
    const words = [...flags.split(' '), '--quick', '--rounds', '1', '--ram', '1m', '--no-save', '--json'];
    const { stdout, stderr, status } = cli(...words);
    expect(status, stderr).toBe(0);
    const { cells } = JSON.parse(stdout) as Result;
    expect(cells.map(({ variant, syncLoad }) => `${variant} ${syncLoad ?? 'busy'}`)).toEqual(
      ['idle', 'busy', 'slow'].flatMap((load) => [`inline ${load}`, `mutex ${load}`]),
    );
    for (const { metrics, visits, syncLoad } of cells) {
      expect('jobsPerSecond' in metrics).toBe(syncLoad !== 'idle');
      expect(metrics.slowestDelayNs!.median).toBeGreaterThanOrEqual(metrics.delayNs!.median);
      expect(visits[0]!.delayNsPerChannel).toHaveLength(2);
    }
  }, 60_000);
});
