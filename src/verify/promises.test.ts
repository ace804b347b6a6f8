// Plain data that may race on purpose: what its reads may return, before and after the writes come; seqlocks, right and wrong.
import { describe, expect, it } from 'vitest';
import { type Body, program } from './fixtures/expect-finding.js';
import type { HintSite, Scenario } from './scenario.js';
import { type Report, replay, verify } from './verify.js';

const FILE = 'src/verify/promises.test.ts';
const site = (name: string, more: Partial<HintSite> = {}): HintSite => ({
  at: `${FILE} ${name}`,
  reason: 'a look that is made sure of later',
  ...more,
});
const SITES = [site('look'), site('put', { writes: true })];

function look(words: Int32Array, word: number): number {
  return words[word]!;
}

function put(words: Int32Array, word: number, value: number): void {
  words[word] = value;
}

const X = 0;
const Y = 1;

function checked(bodies: Body[], more: Partial<Scenario> = {}, sites: readonly HintSite[] = SITES): Report {
  return verify(program(bodies, { hints: { mode: 'weak', sites }, ...more }));
}

/** What the first thread can come to see. */
function seen(bodies: Body[]): string[] {
  const all = new Set<string>();
  const report = checked(bodies, {
    final(_words, [first]) {
      all.add(String(first));
      return undefined;
    },
  });
  expect(report).toMatchObject({ complete: true, findings: [], cuts: [] });
  return [...all].sort();
}

describe('a plain read that may race with plain writes', () => {
  it('is a race without an annotation of the writes, which the report lists', () => {
    const bodies: Body[] = [(words) => look(words, X), (words) => put(words, X, 1)];
    expect(checked(bodies, {}, [site('look')]).findings.map(({ kind }) => kind)).toEqual(['data-race']);
    expect(checked(bodies, {}, [site('put', { writes: true })]).findings.map(({ kind }) => kind)).toEqual([
      'data-race',
    ]);
    const { findings, hints } = checked(bodies);
    expect(findings).toEqual([]);
    expect(hints.map(({ at }) => at)).toEqual([expect.stringContaining('(look)'), expect.stringContaining('(put)')]);
  });

  it('returns any write that it does not know to be overwritten', () => {
    const writer: Body = (words) => {
      put(words, X, 1);
      put(words, X, 2);
    };
    expect(seen([(words) => look(words, X), writer])).toEqual(['0', '1', '2']);
    const after: Body = (words) => (Atomics.load(words, Y) === 1 ? look(words, X) : 'too early');
    const published: Body = (words) => {
      writer(words);
      Atomics.store(words, Y, 1);
    };
    expect(seen([after, published])).toEqual(['2', 'too early']);
  });

  it('may return a write that comes after what its thread does next', () => {
    const writer: Body = (words) => {
      Atomics.store(words, Y, 1);
      put(words, X, 1);
    };
    const reader: Body = (words) => `${look(words, X)} ${Atomics.load(words, Y)}`;
    expect(seen([reader, writer])).toEqual(['0 0', '0 1', '1 0', '1 1']);
  });

  it('returns no write that happens after it, nor one that never comes', () => {
    const answered: Body = (words) => {
      if (Atomics.load(words, Y) === 1) put(words, X, 1);
    };
    const reader: Body = (words) => {
      const read = look(words, X);
      Atomics.store(words, Y, 1);
      return read;
    };
    expect(seen([reader, answered])).toEqual(['0']);
    const chained: Body = (words) => {
      Atomics.add(words, Y, 1);
      put(words, X, 1);
    };
    const adding: Body = (words) => `${look(words, X)} ${Atomics.add(words, Y, 0)}`;
    expect(seen([adding, chained])).toEqual(['0 0', '0 1', '1 1']);
  });

  it('does not make a finding of what only a broken promise leads to', () => {
    const throwing: Body = (words) => {
      if (look(words, X) === 1 && Atomics.load(words, Y) === 0) throw new Error('early');
      Atomics.store(words, 2, 1);
    };
    const kept: Body = (words) => put(words, X, 1);
    expect(checked([throwing, kept]).findings.map(({ message }) => message)).toEqual(['T0 threw: early']);
    const never: Body = (words) => {
      if (Atomics.load(words, 2) === 1) put(words, X, 1);
    };
    expect(checked([throwing, never])).toMatchObject({ complete: true, findings: [] });
  });

  it('is refused on words that are accessed in other ways too', () => {
    const bodies: Body[] = [(words) => Atomics.load(words, X), (words) => put(words, X, 1)];
    expect(checked(bodies).findings.map(({ kind }) => kind)).toEqual(['not-modelled']);
  });

  it('leaves two such writes at once a race', () => {
    const writer: Body = (words) => put(words, X, 1);
    expect(checked([writer, writer, (words) => look(words, X)]).findings.map(({ kind }) => kind)).toEqual([
      'data-race',
    ]);
  });
});

/** A sequence lock: odd while its writer is at work. */
const SEQUENCE = 2;

function seqlock(again: (words: Int32Array) => number, rounds = 1): Scenario {
  const writer: Body = (words) => {
    for (let round = 1; round <= rounds; round++) {
      Atomics.add(words, SEQUENCE, 1);
      put(words, X, round);
      put(words, Y, round);
      Atomics.add(words, SEQUENCE, 1);
    }
  };
  const reader: Body = (words) => {
    for (;;) {
      const before = Atomics.load(words, SEQUENCE);
      if (before % 2 === 1) continue;
      const read = [look(words, X), look(words, Y)];
      if (again(words) === before) return read;
    }
  };
  return program([writer, reader], {
    name: 'seqlock',
    hints: { mode: 'weak', sites: SITES },
    final: (_words, results) => {
      const [one, other] = results[1] as number[];
      return one === other ? undefined : `read ${one} and ${other}`;
    },
  });
}

describe('a seqlock over plain data', () => {
  it('is wrong where the reader only loads again: nothing keeps its reads before that', () => {
    const scenario = seqlock((words) => Atomics.load(words, SEQUENCE));
    const { findings } = verify(scenario);
    expect(findings.map(({ kind }) => kind)).toEqual(['final-state']);
    expect(replay(scenario, findings[0]!.schedule).problem?.key).toBe(findings[0]!.key);
  });

  it.each([1, 2])('is right where the reader looks again by a read-modify-write (%i rounds)', (rounds) => {
    const report = verify(seqlock((words) => Atomics.add(words, SEQUENCE, 0), rounds));
    expect(report).toMatchObject({ complete: true, findings: [], cuts: [] });
  });
});
