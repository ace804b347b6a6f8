// The controls of a report in a real browser, by mouse and keyboard, in both themes and at every width.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import { PROJECT } from '../system/project.js';
import { describeInBrowser, labels, open, valuesOf } from './fixtures/browser.js';
import { defaultRun } from './fixtures/default-run.js';
import { peerOf } from './peer.js';

/** Looked at by people; left where git does not look. */
const SCREENSHOTS = fileURLToPath(new URL('screenshots', import.meta.url));

const saved = defaultRun();

describeInBrowser('a report in Chromium', () => {
  it('every control changes what is shown, and the address keeps it', async () => {
    const { page, complaints } = await open(saved);
    const drawn = () => page.locator('#figures').innerHTML();
    const controls = [
      ['group', '#curve'],
      ['part', '#percentiles'],
      ['metric', '#curve'],
      ['scale', '#curve'],
    ] as const;
    for (const [name, sections] of isLong ? controls : controls.slice(0, 2)) {
      for (const value of (await valuesOf(page, name)).slice(0, isLong ? 4 : 2)) {
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
    expect(await page.locator('#curve').innerText()).toContain('None of the chosen designs was measured here');
    await page.check('[name=variant-0]');
    expect((await labels(page, 'curve')).length).toBeGreaterThan(0);

    const kept = await drawn();
    await page.reload();
    expect(await drawn()).toBe(kept);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.runIf(isLong)('is light or dark as the system is, or as the reader says', async () => {
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

  it.runIf(isLong)('values are said to the mouse and to the keyboard', async () => {
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

  it.runIf(isLong)('fits 400, 800 and 1400 pixels in both themes', async () => {
    const { page, complaints } = await open(saved, { peer: peerOf(`${PROJECT}results`, saved.machine.key)! });
    mkdirSync(SCREENSHOTS, { recursive: true });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [400, 800, 1400]) {
        await page.setViewportSize({ width, height: 900 });
        await page.waitForFunction(`document.querySelector('#curve svg').clientWidth <= ${width}`);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        await page.screenshot({ path: join(SCREENSHOTS, `${width}-${colorScheme}.png`), fullPage: true });
        await page.locator('summary', { hasText: 'All verdicts' }).click();
        const verdict = (await page.locator('td.verdict').first().boundingBox())!;
        expect(verdict.x + verdict.width).toBeLessThanOrEqual(width);
        await page.locator('summary', { hasText: 'All verdicts' }).click();
      }
    }
    expect(complaints).toEqual([]);
    await page.close();
  });
});
