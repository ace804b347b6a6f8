// Words opened by name: all of a layout, or one channel's; only what is named is opened.
import { describe, expect, expectTypeOf, it } from 'vitest';
import { layout, place } from '../memory/layout.js';
import type { Lock } from '../memory/lock.js';
import { type Opener, type OpenWords, openWords } from './words.js';

const declared = (channels: number) =>
  layout({
    mutex: { kind: 'lock', writer: 'all' },
    work: { kind: 'event', writer: 'the provider', count: channels },
    sem: { kind: 'semaphore', writer: 'the provider', count: channels },
    asked: { kind: 'atomic', writer: 'the provider' },
    pages: { kind: 'plain', writer: 'the provider', count: channels },
  });

/** Opens like a place, and writes down what it opened. */
function openOver(channels: number) {
  const opened: string[] = [];
  const { table, word } = place(declared(channels), 0);
  const note =
    (kind: string) =>
    (name: never, index = 0) => {
      opened.push(`${kind} ${name} ${index}`);
      return { opened: word(name, index) } as never;
    };
  const opener: Opener = {
    row: (name, index) => word(name, index),
    semaphore: note('semaphore'),
    lock: note('lock'),
    event: note('event'),
  };
  const open = openWords(table, opener) as unknown as OpenWords<ReturnType<typeof declared>['table']>;
  return { open, opened, word };
}

describe('open()', () => {
  it('gives an array where there is a count, of one channel too', () => {
    for (const channels of [1, 3]) {
      const { open, opened, word } = openOver(channels);
      const all = Array.from({ length: channels }, (_, channel) => channel);
      const { mutex, work, asked, pages } = open();
      expect(pages).toEqual(all.map((channel) => word('pages', channel)));
      expect(asked).toBe(word('asked'));
      expect(work).toEqual(all.map((channel) => ({ opened: word('work', channel) })));
      expect(mutex).toEqual({ opened: word('mutex') });
      expect(opened).toEqual(['lock mutex 0', ...all.map((channel) => `event work ${channel}`)]);
      expectTypeOf(mutex).toEqualTypeOf<Lock>();
      expectTypeOf(pages).toEqualTypeOf<readonly number[]>();
    }
  });

  it('of a channel gives its own, and what there is once', () => {
    const { open, opened, word } = openOver(3);
    const { sem, mutex, pages, asked } = open(2);
    expect([pages, asked]).toEqual([word('pages', 2), word('asked')]);
    expect([sem, mutex]).toEqual([{ opened: word('sem', 2) }, { opened: word('mutex') }]);
    expect(opened).toEqual(['semaphore sem 2', 'lock mutex 0']);
    expectTypeOf(pages).toEqualTypeOf<number>();
  });

  it('refuses a name or a channel that the layout does not have', () => {
    const { open } = openOver(2);
    expect(() => {
      // @ts-expect-error: a misspelt name does not compile
      const { page } = open();
      return page;
    }).toThrow('open(): no word page; there are mutex, work, sem, asked, pages');
    expect(() => open(0).toString).toThrow('no word toString');
    expect(() => open(2).pages).toThrow('layout: no word pages[2]; it has 2');
  });
});
