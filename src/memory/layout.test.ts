import { describe, expect, it } from 'vitest';
import { layout, place, ROW_BYTES } from './layout.js';

const table = layout({
  ready: { kind: 'semaphore', writer: 'senders post, provider waits' },
  pending: { kind: 'atomic', writer: 'provider sets, sender clears', count: 3 },
  pages: { kind: 'plain', writer: 'whoever pending says', count: 3, beside: 'pending' },
  slots: { kind: 'plain', writer: 'provider', words: 40 },
});

describe('layout', () => {
  it('gives every writer rows of its own and overlaps no word', () => {
    const placed = place(table, 32);
    const taken = new Set<number>();
    const rows = new Map<number, string>();
    for (const { name, index, word, words } of placed.entries()) {
      for (let at = word; at < word + words; at++) {
        expect(taken.has(at), `${name}[${index}] overlaps`).toBe(false);
        taken.add(at);
        const row = Math.floor((at * 4) / ROW_BYTES);
        const owner = name === 'pages' ? `pending${index}` : `${name}${index}`;
        expect(rows.get(row) ?? owner).toBe(owner);
        rows.set(row, owner);
      }
    }
    expect(placed.word('ready')).toBe(32);
    expect(placed.word('pages', 2)).toBe(placed.word('pending', 2) + 1);
    expect(placed.word('pending', 1) - placed.word('pending', 0)).toBe(32);
    expect(placed.end).toBe(placed.word('slots') + 64);
  });

  it('packs rows when asked, still without overlap', () => {
    const packed = place(table, 0, 8);
    expect(packed.word('pending', 1) - packed.word('pending', 0)).toBe(2);
    expect(packed.end).toBe(2 + 3 * 2 + 40);
  });

  it('names the word that is not there', () => {
    const placed = place(table, 0);
    expect(() => placed.word('pending', 3)).toThrow('no word pending[3]; it has 3');
    // @ts-expect-error a misspelt name does not compile
    expect(() => placed.word('pendng')).toThrow('no word pendng[0]; it has 0');
    expect(() => layout({ a: { kind: 'plain', writer: 'x', beside: 'b' } })).toThrow('a stands beside b');
  });
});
