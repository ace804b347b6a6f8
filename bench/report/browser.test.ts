// Reports in a real browser: nothing is asked for or complained about, and what is shown is what was measured.
import { expect, it } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import { showNumber } from '../base/quantities.js';
import { PROJECT } from '../system/project.js';
import { describeInBrowser, download, labels, open, valuesOf } from './fixtures/browser.js';
import { defaultRun, oneOfEachKind } from './fixtures/default-run.js';
import { hostile } from './fixtures/hostile.js';
import { reportOf } from './model.js';
import { peerOf } from './peer.js';
import { ratioWords } from './words.js';

/** What shown values of some metrics are multiplied by. */
const SCALES: Readonly<Record<string, number>> = {
  jobsPerSecond: 1e-3,
  mibPerSecond: 1,
  signalNs: 1e-3,
  'handoffNs.p99': 1e-3,
};

const saved = defaultRun();

describeInBrowser('a report in Chromium', () => {
  it.runIf(isLong)(
    'opens a saved run of each kind without a request or a complaint, and says how long that took',
    async () => {
      const all = oneOfEachKind();
      expect(all.length).toBeGreaterThan(1);
      for (const result of all) {
        const { page, complaints, openMs, bytes } = await open(result);
        const { id, command } = result.run;
        expect(complaints, id).toEqual([]);
        expect(await page.locator('figure svg').count(), id).toBeGreaterThan(1);
        expect(await page.locator('#slopes svg').count(), id).toBe(
          new Set(result.slopes?.map(({ table }) => table)).size,
        );
        expect(bytes).toBeLessThan(1 << 20);
        process.stderr.write(`report of ${id} (${command}): ${bytes >> 10} KiB, open in ${openMs.toFixed(0)} ms\n`);
        await page.close();
      }
    },
  );

  it.skipIf(isLong)(
    'shows the values that were measured, for every group, metric and page size that can be chosen',
    async () => {
      const { page, complaints } = await open(saved);
      const shown = new Set<string>();
      for (const group of await valuesOf(page, 'group')) {
        await page.selectOption('[name=group]', group);
        for (const metric of (await valuesOf(page, 'metric')).filter((name) => name in SCALES)) {
          await page.selectOption('[name=metric]', metric);
          for (const label of await labels(page, 'curve')) shown.add(`${metric} ${label}`);
        }
      }
      const wanted = saved.cells.flatMap(({ variant, channels, metrics }) =>
        Object.entries(SCALES).flatMap(([metric, factor]) => {
          const value = metrics[metric];
          if (!value) return [];
          const [median, low, high] = [value.median, value.low, value.high].map((each) => showNumber(each * factor));
          return [{ metric, variant, channels, text: `${median} (${low} to ${high})` }];
        }),
      );
      expect(wanted.length).toBeGreaterThan(100);
      const lines = [...shown].map((label) => label.split('\n'));
      for (const { metric, variant, channels, text } of wanted) {
        const found = lines.some(
          ([head, place, value]) =>
            head === `${metric} ${variant}` && place!.startsWith(`${channels} channel`) && value!.startsWith(text),
        );
        expect(found, `${metric} ${variant} ${channels} ch: ${text}`).toBe(true);
      }
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  it.runIf(isLong)('heat map and verdict table say what the comparisons say', async () => {
    const { page } = await open(saved);
    const compared = saved.comparisons.filter(({ cell }) => cell.startsWith('hand-off '));
    const cells = await labels(page, 'ratios');
    expect(cells).toHaveLength(compared.length);
    for (const each of compared) {
      const { b, low, high, verdict } = each;
      const own = cells.filter((label) => label.startsWith(`${b} against mutex`));
      // One process alone bounds nothing, and has no interval to show.
      const interval = Number.isFinite(high)
        ? ` (${low.toFixed(3)} to ${high.toFixed(3)}) of`
        : `${ratioWords(each)} of`;
      expect(own.some((label) => label.includes(interval))).toBe(true);
      expect(own.some((label) => label.includes(verdict.toUpperCase().replace('-', ' ')))).toBe(true);
    }
    const named = saved.run.flags?.variants !== undefined;
    const studied = saved.comparisons.filter(({ b }) => named || b === 'atomic-barrier');
    expect(await page.locator('td.verdict').count()).toBe(studied.length);
    await page.close();
  });

  it.skipIf(isLong)('gives its data as CSV', async () => {
    const { page } = await open(saved);
    const text = await download(page, 'cells');
    for (const { variant, metrics } of saved.cells) {
      const { median, low, high, rounds } = metrics.cpuNsPerJob!;
      expect(text).toContain(`,cpuNsPerJob,${median},${low},${high},${rounds}\r\n`);
      expect(text).toContain(`,${variant},`);
    }
    expect((await download(page, 'comparisons')).split('\r\n')).toHaveLength(saved.comparisons.length + 2);
    expect((await download(page, 'percentiles')).split('\r\n').length).toBeGreaterThan(100);
    await page.close();
  });

  it.runIf(isLong)('shows a history, thinned and said so, whatever subjects its commits have', async () => {
    const commits = Array.from({ length: 50 }, (_, at) => ({
      ...{ name: `${at}`.padStart(12, '0'), time: new Date(Date.UTC(2026, 0, 1 + at)).toISOString() },
      subject: at === 30 ? '</script><img src=x onerror=alert(1)>' : 'a subject',
    }));
    const series = {
      ...{ group: 0, variant: 'mutex', channels: 2, pageSize: 4096, metric: 'jobsPerSecond' },
      ...{ at: commits.map((_, at) => at), medians: commits.map((_, at) => (at < 30 ? 7e4 : 6e4)) },
      changes: [{ kind: 'step', verdict: 'slower', ratio: 6 / 7, low: 0.8, high: 0.9, from: 30, to: 30 } as const],
    };
    const history = { order: 'along main', measured: 9000, searched: 1000, commits, series: [series] };
    const { page, complaints } = await open(saved, { history });
    const points = await labels(page, 'history');
    expect(points).toHaveLength(50);
    expect(points[29]).toContain('70.0 thousand batches/s');
    expect(points[30]).toContain('60.0 thousand batches/s\n000000000030 of 2026-01-31: </script><img src=x');
    const text = await page.locator('#history').innerText();
    expect(text).toContain('50 of 9000 measured commits are drawn, along main, changes are those of the newest 1000');
    expect(text).toContain('mutex, 2 ch: step, x0.857 (0.800 to 0.900), ▼ SLOWER at 000000000030');
    await page.uncheck('[name=variant-0]');
    expect(await page.locator('#history').innerText()).toContain('No saved runs');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.runIf(isLong)(
    'shows designs beside a real QEMU as ratios to its own sender, where that was measured',
    async () => {
      const peer = peerOf(`${PROJECT}results`, saved.machine.key)!;
      const { page, complaints } = await open(saved, { peer });
      const points = await labels(page, 'peer');
      expect(points).toHaveLength(peer.ratios.length);
      for (const { variant, peer: name, channels, ratio, low, high } of peer.ratios) {
        const interval = `x${ratio.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
        const place = `${channels} channel${channels === 1 ? '' : 's'}`;
        expect(points).toContainEqual(expect.stringContaining(`${variant} against ${name}\n${place}\n${interval}`));
      }
      expect((await download(page, 'peer')).split('\r\n')).toHaveLength(peer.ratios.length + 2);
      await page.uncheck(`[name=variant-${reportOf(saved, '').variants.indexOf(peer.ratios[0]!.variant)}]`);
      expect((await labels(page, 'peer')).length).toBeLessThan(points.length);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  it.skipIf(isLong)('hostile names in the data stay text', async () => {
    const { result, names } = hostile(saved);
    const { page, complaints } = await open(result);
    expect(complaints).toEqual([]);
    expect(await page.locator('img, script').count()).toBe(2);
    expect(await page.evaluate(() => 'owned' in globalThis)).toBe(false);
    const all = await page.locator('body').innerText();
    for (const name of names) expect(all).toContain(name);
    expect(await labels(page, 'curve')).toContainEqual(expect.stringContaining(names[0]!));
    const text = await download(page, 'cells');
    expect(text).toContain('"</script><img src=x onerror=""owned=1"">"');
    await page.close();
  });
});
