// The report command as a script sees it: the files it writes, the paths it prints, and what it refuses.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { savedRuns } from '../report/fixtures/default-run.js';
import { latestRuns } from '../store/latest.js';
import { storeOf } from '../store/store-flags.js';
import { type ReportFlags, report } from './report.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-report-'));
const out = join(folder, 'deep', 'page.html');
afterAll(() => rmSync(folder, { recursive: true }));

let printed: string;
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const refused = async (file: string, flags: ReportFlags) =>
  report(file, flags).then(
    () => 'nothing was refused',
    (error: Error) => `${error.constructor.name} ${error.message}`,
  );

describe('report', () => {
  it('writes the newest run as one page, prints its path, and writes over it only when told to', async () => {
    expect(await report('latest', { out })).toBe(0);
    expect(printed).toBe(`${out}\n`);
    const page = readFileSync(out, 'utf8');
    expect(page).toContain('default-src &#39;none&#39;');
    expect(page.includes(latestRuns(storeOf({})).runs[0]!.id)).toBe(true);
    expect(await refused('latest', { out })).toMatch(/^UsageError --out: .*page\.html is there already; --force/);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['page.html']);
    writeFileSync(out, 'old');
    expect(await report('latest', { out, force: true })).toBe(0);
    expect(readFileSync(out, 'utf8')).toBe(page);
  });

  it('writes charts as SVG files', async () => {
    const svg = join(folder, 'charts');
    expect(await report(savedRuns().at(-1)!.path, { svg })).toBe(0);
    const paths = printed.trim().split('\n');
    expect(new Set(paths).size).toBeGreaterThan(0);
    expect(readdirSync(svg).sort()).toEqual(paths.map((path) => basename(path)).sort());
    for (const path of paths)
      expect(readFileSync(path, 'utf8')).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(await refused('latest', { svg })).toMatch(/^UsageError --svg: .*\.svg is there already/);
  });

  it('refuses what is no run, and where it cannot write, by name', async () => {
    const bad = join(folder, 'bad.json');
    writeFileSync(bad, '{"schema":');
    expect(await refused(bad, { out: join(folder, 'x.html') })).toMatch(/^UsageError .*bad\.json: /);
    expect(await refused(join(folder, 'none.json'), {})).toMatch(/^UsageError .*none\.json: no such file/);
    expect(await refused('latest', { out, svg: folder })).toMatch(/^UsageError --svg: /);
    expect(await refused('latest', { out: join(bad, 'page.html') })).toMatch(/^UsageError --out: cannot write .*page/);
    expect(existsSync(join(folder, 'x.html'))).toBe(false);
    expect(printed).toBe('');
  });
});
