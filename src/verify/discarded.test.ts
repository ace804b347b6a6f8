// Which results a program throws away, by place in its compiled text.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isDiscarded } from './discarded.js';
import { NOWHERE, type Site } from './site.js';

const text = `
Atomics.store(w, 0, 1);
const used = Atomics.add(w, 0, 1);
this.parks += Atomics.notify(w, 0);
this.total += Atomics.notify(w, 0);
if (Atomics.wait(w, 0, 0) === 'ok') this.parks++;
if (Atomics.wait(w, 0, 0) === 'ok') again();
const counts = () => void Atomics.add(w, 0, 1);
`;
const file = join(mkdtempSync(join(tmpdir(), 'discarded-')), 'program.js');
writeFileSync(file, text);

/** The site of the call in line `line`, as V8 names it. */
function siteIn(line: number): Site {
  const column = text.split('\n')[line - 1]!.indexOf('Atomics.') + 'Atomics.'.length + 1;
  const offset =
    text
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length + column;
  return { ...NOWHERE, file, line, column, offset };
}

describe('a discarded result', () => {
  it('belongs to a statement of its own or to void, or only counts', () => {
    const among = (properties: string[]): number[] => {
      const counters = [{ file: relative(process.cwd(), file), properties }];
      return [2, 3, 4, 5, 6, 7, 8].filter((line) => isDiscarded(siteIn(line), counters));
    };
    // What is only counted is declared, and never guessed.
    expect(among([])).toEqual([2, 8]);
    expect(among(['parks'])).toEqual([2, 4, 6, 8]);
    expect(among(['total'])).toEqual([2, 5, 8]);
  });

  it('is not looked for in a text that is not the one that runs', () => {
    const site = siteIn(2);
    expect(isDiscarded({ ...site, offset: site.offset + 40 })).toBe(false);
    expect(isDiscarded({ ...site, file: '/nowhere.js' })).toBe(false);
  });
});
