// Rules read off the sources: who may import packages, what shared accesses say, what thread bodies may do.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Source {
  readonly file: string;
  readonly lines: readonly string[];
}

const sources: readonly Source[] = ['src', 'variants', 'bench'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('fixtures/'))
    .map((name) => ({ file: `${folder}/${name}`, lines: readFileSync(join(ROOT, folder, name), 'utf8').split('\n') })),
);
const within = (...folders: string[]) =>
  sources.filter(({ file }) => folders.some((folder) => file.startsWith(folder)));

describe('packages stay at the edge, and designs apart', () => {
  /** Packages, and the only places that may import them. */
  const PACKAGES: Readonly<Record<string, RegExp>> = {
    'async-mutex': /^variants\/async-mutex\.ts$/,
    piscina: /^variants\/piscina\.ts$/,
    tinybench: /^bench\//,
    'cli-table3': /^bench\/terminal\/boxed-table\.ts$/,
    commander: /^bench\//,
    'ajv/dist/2020.js': /^bench\/store\//,
    'hdr-histogram-js': /^bench\//,
    '@observablehq/plot': /^bench\/report\//,
    linkedom: /^bench\/report\//,
    acorn: /^src\/verify\//,
  };
  for (const { file, lines } of sources) {
    it(file, () => {
      const room = file.split('/')[0]!;
      for (const [, specifier] of lines.join('\n').matchAll(/(?<!-)\b(?:from|import)\s*\(?\s*'([^']+)'/g)) {
        if (specifier!.startsWith('node:')) continue;
        if (!specifier!.startsWith('.')) {
          expect(PACKAGES[specifier!]?.test(file), `${file} imports ${specifier}`).toBe(true);
          continue;
        }
        const target = relative(ROOT, resolve(ROOT, dirname(file), specifier!));
        const variantToVariant = room === 'variants' && file !== 'variants/index.ts' && target.startsWith('variants/');
        expect(variantToVariant, `${file} imports another variant, ${target}`).toBe(false);
      }
    });
  }
});

const ACCESS = /\bAtomics\.(?:load|store|add|sub|and|or|exchange|compareExchange)\(|\bwords\[/;
const FORM = /^\/\/ (?:Publishes|Sees|Standalone:|Owned:) .+\.$/;
const PAIR = /^\/\/ (?:Publishes|Sees) .+\. Pairs with Atomics\.(\w+)\((\w+)\) in (?:\w+\.)?(\w+)\(\)\.$/;
/** Where threads share words. The checker keeps its own simulated memory. */
const shared = within('src/memory', 'src/ram', 'src/session', 'variants');

/** Function or method that a line stands in: the nearest head with less indentation. */
function functionAround(lines: readonly string[], index: number): string {
  const depth = (line: string) => line.length - line.trimStart().length;
  let least = depth(lines[index]!);
  for (let at = index - 1; at >= 0; at--) {
    const line = lines[at]!;
    if (line.trim() === '' || depth(line) >= least) continue;
    least = depth(line);
    const head = /^\s*(?:export |private |protected |static |async |get |function )*(\w+)\s*(?:<[^>]*>)?\(.*\{$/.exec(
      line,
    );
    if (head && !['if', 'for', 'while', 'switch', 'constructor'].includes(head[1]!)) return head[1]!;
  }
  return '';
}

describe('every shared access says what it orders', () => {
  for (const { file, lines } of shared) {
    const accesses = lines
      .map((line, index) => ({ line, index }))
      .filter(({ line }) => ACCESS.test(line) && !/^\s*(\*|\/\/|\/\*)/.test(line));
    if (accesses.length === 0) continue;

    it(file, () => {
      for (const { line, index } of accesses) {
        expect(lines[index - 1]!.trim(), `${file}:${index + 1} ${line.trim()}`).toMatch(FORM);
        const pair = PAIR.exec(lines[index - 1]!.trim());
        if (/^\/\/ (Publishes|Sees)/.test(lines[index - 1]!.trim())) {
          expect(pair, `${file}:${index} names no other end`).not.toBeNull();
          const [, operation, word, place] = pair!;
          const other = accesses.some(
            (each) =>
              each.line.includes(`Atomics.${operation}(`) &&
              new RegExp(`\\b${word}\\b`).test(each.line) &&
              functionAround(lines, each.index) === place,
          );
          expect(other, `${file}:${index}: no Atomics.${operation}(${word}) in ${place}()`).toBe(true);
        }
      }
    });
  }
});

describe('thread bodies can be replayed', () => {
  const bodies = within('src/memory', 'variants');
  const parking = ['semaphore', 'event', 'futex-lock', 'ticket-lock', 'mcs-lock'].map(
    (name) => `src/memory/${name}.ts`,
  );

  for (const { file, lines } of bodies) {
    it(file, () => {
      const code = lines.filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line)).join('\n');
      expect(code, 'reads a clock or chance').not.toMatch(/\bDate\b|Math\.random|\bperformance\b|hrtime/);
      expect(code, 'takes Atomics apart').not.toMatch(/=\s*Atomics\b(?!\.)/);
      if (!parking.includes(file)) expect(code, 'parks').not.toMatch(/Atomics\.(wait|notify|waitAsync)\b/);
      // A word declared atomic is read by Atomics or as a hint, never plainly.
      for (const [, word] of code.matchAll(/^\s*(\w+): \{ kind: 'atomic'/gm)) {
        expect(code, `${word} is atomic and is read plainly`).not.toMatch(new RegExp(`words\\[\\s*${word}\\b`));
      }
    });
  }
});

describe('files', () => {
  it('start with what they are, and hold one idea', () => {
    for (const { file, lines } of sources) {
      const first = lines[0]!.startsWith('#!') ? lines[1]! : lines[0]!;
      expect(first, file).toMatch(/^(\/\/ |\/\*\*)/);
      expect(lines.length, `${file} has grown past one idea`).toBeLessThanOrEqual(300);
    }
  });
});
