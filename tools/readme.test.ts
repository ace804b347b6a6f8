import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../bench/system/project.js';
import { chartsOf, RESULTS_PAGE, shownResult, shownTuning, withAnswer, withResults, withTuning } from './readme.js';

const page = readFileSync(`${PROJECT}${RESULTS_PAGE}`, 'utf8');
const readme = readFileSync(`${PROJECT}README.md`, 'utf8');

describe('docs/results.md and README.md', () => {
  it('show exactly what the run that they name holds: `npm run readme` writes it', async () => {
    const shown = shownResult(page);
    expect(shown).toBeDefined();
    expect(withResults(page, shown!)).toBe(page);
    expect(withAnswer(readme, shown!)).toBe(readme);
    for (const { path, svg } of await chartsOf(shown!))
      expect(readFileSync(`${PROJECT}${path}`, 'utf8'), path).toBe(svg);
  });

  it('show exactly what the run of tune says', () => {
    const shown = shownTuning(page);
    expect(shown).toBeDefined();
    expect(withTuning(page, shown!)).toBe(page);
    expect(() => withTuning('', shown!)).toThrow('expected the marks');
  });

  it('write JSON by npm only with -s: npm prints a banner first', () => {
    const pages = [
      'README.md',
      ...readdirSync(`${PROJECT}docs`).flatMap((name) => (/\.md$/.test(name) ? [`docs/${name}`] : [])),
    ];
    const lines = pages.flatMap((path) => readFileSync(`${PROJECT}${path}`, 'utf8').split('\n'));
    const written = lines.filter((line) => /^npm run .*--json.*[>|]/.test(line));
    expect(written.length).toBeGreaterThan(0);
    for (const line of written) expect(line).toMatch(/^npm run (-s|--silent) /);
  });

  it('README.md has at most 10 KB', () => {
    expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(10 * 1024);
  });
});
