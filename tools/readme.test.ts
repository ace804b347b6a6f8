import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../bench/system/project.js';
import { chartsOf, shownResult, shownTuning, withResults, withTuning } from './readme.js';

describe('README.md', () => {
  it('shows exactly what the run that it names holds: `npm run readme` writes it', async () => {
    const text = readFileSync(`${PROJECT}README.md`, 'utf8');
    const shown = shownResult(text);
    expect(shown).toBeDefined();
    expect(withResults(text, shown!)).toBe(text);
    for (const { path, svg } of await chartsOf(shown!))
      expect(readFileSync(`${PROJECT}${path}`, 'utf8'), path).toBe(svg);
  });

  it('shows exactly what the run of tune says, where it names one', () => {
    const text = readFileSync(`${PROJECT}README.md`, 'utf8');
    const shown = shownTuning(text);
    if (shown === undefined)
      expect(() => withTuning(text.replaceAll('<!-- tune', ''), 'x')).toThrow('expected the marks');
    else expect(withTuning(text, shown)).toBe(text);
  });
});
