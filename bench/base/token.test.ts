// The token's sources, and what is refused: in words that never hold the token.
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { digestOfToken, fillToken, isToken } from '../../src/wire/token.js';
import { TOKEN_VARIABLE, tokenOf } from './token.js';
import { UsageError } from './usage-error.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-token-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SECRET = 'correct horse battery';
const file = (name: string, content: string, mode = 0o600) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
};

describe('a token', () => {
  it('comes from a file, or from the environment; the file is asked first', () => {
    const digest = digestOfToken(Buffer.from(SECRET));
    expect(tokenOf(undefined, {})).toBeUndefined();
    expect(tokenOf(undefined, { [TOKEN_VARIABLE]: SECRET })).toBe(digest);
    const path = file('good', `${SECRET}\n`);
    expect(tokenOf(path, { [TOKEN_VARIABLE]: 'another one altogether' })).toBe(digest);
    symlinkSync(path, join(folder, 'link'));
    expect(tokenOf(join(folder, 'link'), {})).toBe(digest);
  });

  it.each([
    ['others can read it', () => file('open', SECRET, 0o644), /mode 0644, takes a file that is its owner's alone/],
    ['it is short', () => file('short', 'hunter2'), /got 7 bytes, takes 16 to 4096$/],
    ['it is long', () => file('long', 'x'.repeat(5000)), /longer than 4096 bytes$/],
    ['it is a folder', () => folder, /is not a regular file$/],
    ['there is none', () => join(folder, 'none'), /is not a regular file$/],
  ])('is refused when %s', (_, path, says) => {
    const refused = () => tokenOf(path(), {});
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(says);
  });

  it('is refused from the environment too, without being told', () => {
    expect(() => tokenOf(undefined, { [TOKEN_VARIABLE]: 'hunter2' })).toThrow(
      /^MULTIFD_BENCH_TOKEN: got 7 bytes, takes 16 to 4096$/,
    );
  });

  it('is known by all of its bytes', () => {
    const digest = digestOfToken(Buffer.from(SECRET));
    const shown = fillToken(digest);
    expect(isToken(shown, digest)).toBe(true);
    for (let at = 0; at < shown.length; at++) {
      const changed = Buffer.from(shown);
      changed[at] = changed[at]! ^ 1;
      expect(isToken(changed, digest), `byte ${at}`).toBe(false);
    }
  });
});
