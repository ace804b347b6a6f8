// Reports in a real browser: nothing is asked for or complained about, every control works, and what is shown is what was measured.
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { showNumber } from '../plan/quantities.js';
import { PROJECT } from '../store/project.js';
import type { Result } from '../store/result.js';
import { adviseChannels } from './channels.js';
import { defaultRun, oneOfEachKind } from './fixtures/default-run.js';
import { hostile } from './fixtures/hostile.js';
import { type Report, reportOf } from './model.js';
import { renderPage } from './page.js';
import { peerOf } from './peer.js';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];
const executablePath = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => BROWSERS.map((name) => join(folder, name)))
  .find(isExecutable);
/** What shown values of some metrics are multiplied by. */
const SCALES: Readonly<Record<string, number>> = {
  jobsPerSecond: 1e-3,
  mibPerSecond: 1,
  signalNs: 1e-3,
  'handoffNs.p99': 1e-3,
};
/** Looked at by people; left where git does not look. */
const SCREENSHOTS = fileURLToPath(new URL('screenshots', import.meta.url));

const saved = defaultRun();
let folder: string;
let browser: Browser;

const missing = `skipped: no ${BROWSERS.join(', ')} on PATH`;
describe.skipIf(!executablePath)(`a report in Chromium${executablePath ? '' : ` (${missing})`}`, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'multifd-bench-report-'));
    mkdirSync(SCREENSHOTS, { recursive: true });
    // Its own sandbox cannot be had as root.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    browser = await chromium.launch({ executablePath: executablePath!, args });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('opens a saved run of each kind without a request or a complaint, and says how long that took', async () => {
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
  });

  it('shows the values that were measured, for every group, metric and page size that can be chosen', async () => {
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
    for (const { metric, variant, channels, text } of wanted) {
      const found = [...shown].some((label) => {
        const [head, place, value] = label.split('\n');
        return head === `${metric} ${variant}` && place!.startsWith(`${channels} channel`) && value!.startsWith(text);
      });
      expect(found, `${metric} ${variant} ${channels} ch: ${text}`).toBe(true);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('heat map and verdict table say what the comparisons say', async () => {
    const { page } = await open(saved);
    const compared = saved.comparisons.filter(({ cell }) => cell.startsWith('hand-off '));
    const cells = await labels(page, 'ratios');
    expect(cells).toHaveLength(compared.length);
    for (const { b, ratio, low, high, verdict } of compared) {
      const own = cells.filter((label) => label.startsWith(`${b} against mutex`));
      // One process alone bounds nothing, and has no interval to show.
      const interval = Number.isFinite(high)
        ? ` (${low.toFixed(3)} to ${high.toFixed(3)}) of`
        : `${ratio.toFixed(2)} of`;
      expect(own.some((label) => label.includes(interval))).toBe(true);
      expect(own.some((label) => label.includes(verdict.toUpperCase().replace('-', ' ')))).toBe(true);
    }
    const named = saved.run.flags?.variants !== undefined;
    const studied = saved.comparisons.filter(({ b }) => named || b === 'atomic-barrier');
    expect(await page.locator('td.verdict').count()).toBe(studied.length);
    await page.close();
  });

  it('every control changes what is shown, and the address keeps it', async () => {
    const { page, complaints } = await open(saved);
    const drawn = () => page.locator('#figures').innerHTML();
    for (const [name, sections] of [
      ['group', '#curve'],
      ['metric', '#curve'],
      ['part', '#percentiles'],
      ['scale', '#curve'],
    ] as const) {
      for (const value of (await valuesOf(page, name)).slice(0, 4)) {
        const already = (await page.locator(`[name=${name}]`).inputValue()) === value;
        const before = await page.locator(sections).innerHTML();
        await page.focus(`[name=${name}]`);
        await page.selectOption(`[name=${name}]`, value);
        const after = await page.locator(sections).innerHTML();
        // `auto` is one of the other two scales.
        if (!already && name !== 'scale') expect(after, `${name} ${value}`).not.toBe(before);
        expect(await page.evaluate('document.activeElement.name')).toBe(name);
      }
    }
    await page.selectOption('[name=group]', '0');
    await page.selectOption('[name=scale]', 'linear');
    const linear = await page.locator('#curve').innerHTML();
    await page.selectOption('[name=scale]', 'log');
    expect(await page.locator('#curve').innerHTML()).not.toBe(linear);

    const points = (await labels(page, 'curve')).length;
    await page.uncheck('[name=variant-1]');
    const fewer = await labels(page, 'curve');
    expect(fewer.length).toBeLessThan(points);
    expect(fewer.some((label) => label.startsWith(`${saved.cells[1]!.variant}\n`))).toBe(false);
    for (const box of await page.locator('[type=checkbox]').all()) await box.uncheck();
    expect(await page.locator('#curve').innerText()).toContain('Nothing of the chosen variants');
    await page.check('[name=variant-0]');
    expect((await labels(page, 'curve')).length).toBeGreaterThan(0);

    const kept = await drawn();
    await page.reload();
    expect(await drawn()).toBe(kept);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('is light or dark as the system is, or as the reader says', async () => {
    const { page } = await open(saved);
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await paper();
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await paper();
    expect(dark).not.toBe(light);
    await page.selectOption('[name=theme]', 'light');
    expect(await paper()).toBe(light);
    await page.selectOption('[name=theme]', 'dark');
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await paper()).toBe(dark);
    await page.emulateMedia({ media: 'print' });
    expect(await paper()).toBe(light);
    expect(await page.locator('[name=theme]').isVisible()).toBe(false);
    await page.close();
  });

  it('values are said to the mouse and to the keyboard', async () => {
    const { page } = await open(saved);
    const chart = page.locator('#curve figure svg').first();
    const tip = page.locator('#curve .tip').first();
    await chart.focus();
    const order: string[] = [];
    const count = (await labels(page, 'curve')).length;
    for (let step = 0; step < count; step++) {
      await page.keyboard.press('ArrowRight');
      order.push((await tip.textContent())!);
    }
    expect(order.toSorted()).toEqual((await labels(page, 'curve')).toSorted());
    await page.keyboard.press('Home');
    expect(await tip.textContent()).toBe(order[0]);
    await page.keyboard.press('ArrowLeft');
    expect(await tip.textContent()).toBe(order.at(-1));
    await page.keyboard.press('Escape');
    expect(await tip.isVisible()).toBe(false);

    const mark = page.locator('#curve .values [aria-label]').last();
    await mark.hover({ force: true });
    expect(await tip.textContent()).toBe(await mark.getAttribute('aria-label'));
    await page.mouse.move(0, 0);
    expect(await tip.isVisible()).toBe(false);
    await page.close();
  });

  it('gives its data as CSV', async () => {
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

  it('shows a history, thinned and said so, whatever subjects its commits have', async () => {
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

  it('shows designs beside a real QEMU as ratios to its own sender, where that was measured', async () => {
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
  });

  it('hostile names in the data stay text', async () => {
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

  it('fits 400, 800 and 1400 pixels in both themes', async () => {
    const { page, complaints } = await open(saved, { peer: peerOf(`${PROJECT}results`, saved.machine.key)! });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [400, 800, 1400]) {
        await page.setViewportSize({ width, height: 900 });
        await page.waitForFunction(`document.querySelector('#curve svg').clientWidth <= ${width}`);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        await page.screenshot({ path: join(SCREENSHOTS, `${width}-${colorScheme}.png`), fullPage: true });
      }
    }
    expect(complaints).toEqual([]);
    await page.close();
  });
});

/** A report in a page of its own; `complaints`: errors, warnings, and requests for anything but the file itself. */
async function open(result: Result, beside: Pick<Report, 'history' | 'peer'> = {}) {
  const report = reportOf(result, result.run.id);
  const { advice, models } = adviseChannels(result, report);
  const text = renderPage(result, { ...report, models, ...beside }, advice);
  const path = join(folder, 'report.html');
  writeFileSync(path, text);
  const address = pathToFileURL(path).href;
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== address && !request.url().startsWith('blob:')) complaints.push(request.url());
  });
  const started = performance.now();
  await page.goto(address);
  await page.locator('#history').waitFor();
  return { page, complaints, openMs: performance.now() - started, bytes: Buffer.byteLength(text) };
}

function labels(page: Page, section: string): Promise<string[]> {
  return page
    .locator(`#${section} .values [aria-label]`)
    .evaluateAll((marks) => marks.map((mark) => mark.getAttribute('aria-label')!));
}

function valuesOf(page: Page, name: string): Promise<string[]> {
  return page.locator(`[name=${name}] option`).evaluateAll((all) => all.map((each) => each.getAttribute('value')!));
}

async function download(page: Page, name: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(`[name=csv-${name}]`)]);
  expect(file.suggestedFilename()).toBe(`${name}.csv`);
  return readFileSync(await file.path(), 'utf8');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
