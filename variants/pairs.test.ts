// Two designs that docs/designs.md calls a pair differ only where it says: their difference is then the price of that.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../bench/system/project.js';
import { loadRegistered } from './fixtures/available.js';
import { registry } from './index.js';

interface Pair {
  readonly designs: readonly [string, string];
  /** The page's words for the difference. */
  readonly says: string;
  /** Every line that stands in only one of them. */
  readonly lines: RegExp;
  /** Words that they declare differently. */
  readonly words: readonly string[];
}

const PAIRS: readonly Pair[] = [
  {
    designs: ['mutex', 'mutex-short'],
    says: 'the lock is held over the write, SYNC included',
    lines: whole(
      // What is asked for is looked up between lock and unlock, and pendingSync with it.
      /function asked\(\) \{|const request = asked\(\);|return request;|return EXIT;|\}/,
      /if \(!sem\.wait\(\) \|\| place\.exiting \|\| !mutex\.lock\(\)\)/,
      /(Atomics\.store\(words, pendingSync(\[channel\])?, [01]\)|words\[pendingSync(\[channel\])?\] = [01]);/,
      // The sender unlocks after the write, or locks once more.
      /mutex\.unlock\(\);|if \(request === SYNC\)( \{)?|else \{|else if \(mutex\.lock\(\)\) \{/,
    ),
    words: ['mutex', 'pendingSync'],
  },
  {
    designs: ['mutex-short', 'atomic-barrier'],
    says: 'a lock and an unlock on each side of a batch',
    lines: whole(
      /const \{ channelsReady, sem, semSync, (mutex, )?pendingJob, pages, pendingSync \} = place\.open\((channel)?\);/,
      /mutex(\[channel\])?\.unlock\(\);|if \(!mutex\[channel\]\.lock\(\)\)|if \(place\.exiting( \|\| !mutex\[channel\]\.lock\(\))?\)/,
      // A search that ends with a lock, or in one of several ways (`--scan`).
      /function (lockFreeChannel|lockIfFree|freeChannel)\((channel)?\) \{|const channel = (lockFreeChannel|freeChannel)\(\);/,
      /const \{ guesses, find \} = place\.scan\('pendingJob'\);|if \(find\)|return find\(nextChannel\);|if \(guesses\)|channel = 0;/,
      /for \((let step = 0; (guesses && )?step|channel = 0; channel) < channels; (step|channel)\+\+\) \{/,
      /if \((lockIfFree\(channel\)|Atomics\.load\(words, pendingJob\[channel\]\) === 0( && lockIfFree\(channel\))?)\)/,
      /channel = channel \+ 1 === channels \? 0 : channel \+ 1;|return (true|false);/,
      // What is asked for is looked up between lock and unlock, and pendingSync with it.
      /function asked\(\) \{|const request = asked\(\);|return request;|return EXIT;|\}/,
      /if \(!sem\.wait\(\) \|\| place\.exiting( \|\| !mutex\.lock\(\))?\)/,
      /(Atomics\.store\(words, pendingSync(\[channel\])?, [01]\)|words\[pendingSync(\[channel\])?\] = [01]);/,
      /if \(request === SYNC\)( \{)?|else \{|else if \(mutex\.lock\(\)\) \{/,
    ),
    words: ['mutex', 'pages', 'pendingJob', 'pendingSync'],
  },
];

/** The request stands in a function of its own or in `next`, the search in one function or two: lines in another place. */
const MOVED = whole(
  // For the checker alone.
  /digest: \(\) => .*,/,
  /if \(Atomics\.load\(words, pendingJob\) === 1\) \{|return words\[pages\];|return SYNC;|return \{|next\(\) \{|channelsReady\.post\(\);|return EXIT;|mutex\.unlock\(\);|\}/,
  /for \(let step = 0; step < channels; step\+\+\) \{|return channel;|return NONE;/,
);

/** Matches a line that one of the parts matches from end to end. */
function whole(...parts: readonly RegExp[]): RegExp {
  return new RegExp(`^(?:${parts.map(({ source }) => source).join('|')})$`);
}

/** The two ends of a design, line by line: no comments, no assertions (which timing runs switch off). */
function ends(source: string): string[] {
  const code = source
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/if \(checking\)\s*invariant\(.*\);/g, '')
    .replaceAll('words, shape, checking }', 'words, shape }')
    .replaceAll('words, checking }', 'words }');
  const lines = code.split('\n').map((line) => line.trim());
  const start = lines.indexOf('provider: {');
  return lines.slice(start, lines.indexOf('});', start)).filter((line) => line !== '');
}

const endsOf = (name: string) => ends(readFileSync(new URL(registry[name]!.module), 'utf8'));

/** Lines that stand in only one of two texts, and those that stand in another place, by their longest common subsequence: the one with most text. */
function differences(a: readonly string[], b: readonly string[]) {
  const common = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i]![j] =
        a[i] === b[j] ? common[i + 1]![j + 1]! + a[i]!.length : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const [left, right]: [string[], string[]] = [[], []];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) [i, j] = [i + 1, j + 1];
    else if (j === b.length || (i < a.length && common[i + 1]![j]! >= common[i]![j + 1]!)) left.push(a[i++]!);
    else right.push(b[j++]!);
  }
  const moved: string[] = [];
  const only = left.filter((line) => {
    const at = right.indexOf(line);
    if (at >= 0) moved.push(...right.splice(at, 1));
    return at < 0;
  });
  return { only: [...only, ...right], moved };
}

/** The lines of two ends that the pair does not allow to differ. */
function unexpected(a: readonly string[], b: readonly string[], { lines }: Pair): string[] {
  const { only, moved } = differences(a, b);
  return [...only.filter((line) => !lines.test(line)), ...moved.filter((line) => !MOVED.test(line))];
}

const SHAPE = { channels: 3, requesters: 1, depth: 1 };
const tableOf = async (name: string) => (await loadRegistered(registry[name]!)).state(SHAPE).table;
const page = readFileSync(join(PROJECT, 'docs', 'designs.md'), 'utf8');

describe.each(PAIRS)('$designs differ where docs/designs.md says: $says', (pair) => {
  const {
    designs: [a, b],
    says,
    words,
  } = pair;
  it('and in no other line', () => {
    expect(page).toContain(`| \`${a}\` | \`${b}\` | ${says} |`);
    const [left, right] = [endsOf(a), endsOf(b)];
    expect(left.length).toBeGreaterThan(80);
    expect(unexpected(left, right, pair)).toEqual([]);
  });

  it('and in no other word', async () => {
    const [left, right] = [await tableOf(a), await tableOf(b)];
    const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
    const differ = names.filter((name) => JSON.stringify(left[name]) !== JSON.stringify(right[name]));
    expect(differ.sort()).toEqual(words);
  });

  it('which fails when any other line changes, or goes', () => {
    const [left, right] = [endsOf(a), endsOf(b)];
    for (const line of ['sem[channel].post();', 'words[pages[channel]] = full;']) {
      const at = left.indexOf(line);
      expect(at).toBeGreaterThanOrEqual(0);
      const gone = left.toSpliced(at, 1);
      const changed = left.toSpliced(at, 1, `${line} // changed`);
      const later = gone.toSpliced(at + 1, 0, line);
      for (const other of [gone, changed, later]) {
        expect(unexpected(other, right, pair), line).not.toEqual([]);
      }
    }
  });
});
