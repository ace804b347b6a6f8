// One word for one thing: no retired phrase of docs/glossary.md in help, printed strings, docs or README.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tokenizer } from 'acorn';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../bench/system/project.js';

const GLOSSARY = 'docs/glossary.md';
const page = readFileSync(`${PROJECT}${GLOSSARY}`, 'utf8');
const [terms, retired] = page.split('## Retired phrases').map(rowsOf) as [string[], string[]];

/** The first column of a table, its head and rule left out. */
function rowsOf(text: string): string[] {
  return [...text.matchAll(/^\| (.+?) \|/gm)]
    .map(([, first]) => first!)
    .slice(1)
    .filter((row) => !/^-+$/.test(row));
}

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(`${PROJECT}${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path, ending);
    return path.endsWith(ending) && !/\.test\.js$/.test(path) && !path.includes('fixtures/') ? [path] : [];
  });
}

/** All text that a compiled file can print: its strings and templates, without comments. */
function stringsOf(path: string): string[] {
  const found: string[] = [];
  const code = readFileSync(`${PROJECT}${path}`, 'utf8');
  const options = { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true } as const;
  for (const token of tokenizer(code, options)) {
    const { type, value } = token as { type: { label: string }; value?: unknown };
    if (type.label === 'string' || type.label === 'template') found.push(String(value));
  }
  return found;
}

function retiredIn(text: string): string[] {
  const plain = text.replace(/\s+/g, ' ').toLowerCase();
  return retired.filter((phrase) => plain.includes(phrase.toLowerCase()));
}

describe('the glossary', () => {
  it('has one entry per term', () => {
    expect(terms.length).toBeGreaterThan(20);
    expect(new Set(terms).size).toBe(terms.length);
    expect(retired.length).toBeGreaterThan(8);
  });

  it('finds a retired phrase where one stands, over a line break too', () => {
    expect(retiredIn('holds a lock a\nchannel')).toEqual(['a lock a channel']);
    expect(retiredIn('holds one lock per channel')).toEqual([]);
  });

  it.each(['README.md', ...filesIn('docs', '.md').filter((path) => path !== GLOSSARY)])(
    '%s has no retired phrase',
    (path) => {
      expect(retiredIn(readFileSync(`${PROJECT}${path}`, 'utf8'))).toEqual([]);
    },
  );

  it.each(['dist/bench', 'dist/src', 'dist/variants', 'dist/tools'])('nothing that %s prints has one', (folder) => {
    const found = filesIn(folder, '.js').flatMap((path) =>
      retiredIn(stringsOf(path).join('\n')).map((phrase) => `${path}: ${phrase}`),
    );
    expect(found).toEqual([]);
  });
});
