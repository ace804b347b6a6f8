// Annotated hint reads: where they stand, why they may race, and what each may return.
import { describe, expect, it } from 'vitest';
import { semaphoreHandOff } from './fixtures/semaphore-hand-off.js';
import type { Hints, Scenario } from './scenario.js';
import { flagHandOff } from './shipped/flag-hand-off.js';
import { type Report, verify } from './verify.js';

type Body = (words: Int32Array) => unknown;

const FILE = 'src/verify/hint-sites.test.ts';

function scan(words: Int32Array): number {
  return words[0]!;
}

function program(bodies: Body[], final?: Scenario['final']): Scenario {
  return { name: 'scan', words: 4, threads: bodies.map((run, i) => ({ name: `T${i}`, run })), ...(final && { final }) };
}

function annotated(bodies: Body[], hints: Partial<Hints> = {}): Report & { seen: string[] } {
  const seen = new Set<string>();
  const report = verify(
    program(bodies, (_words, results) => {
      seen.add(String(results[1]));
      return undefined;
    }),
    { hints: { mode: 'weak', sites: [{ at: `${FILE} scan`, reason: 'a count for people' }], ...hints } },
  );
  return { ...report, seen: [...seen].sort() };
}

const storeTwice: Body = (words) => {
  Atomics.store(words, 0, 1);
  Atomics.store(words, 0, 2);
};

describe('a plain read', () => {
  it('is a race without an annotation, and a hint with one, which the report lists', () => {
    expect(verify(program([storeTwice, scan])).findings.map(({ kind }) => kind)).toEqual(['data-race']);
    const report = annotated([storeTwice, scan]);
    expect(report).toMatchObject({ complete: true, findings: [], seen: ['0', '1', '2'] });
    expect(report.hints).toEqual([
      { at: expect.stringMatching(/hint-sites\.test\.ts:\d+ \(scan\)$/), mode: 'weak', reason: 'a count for people' },
    ]);
  });

  it('is annotated by its line as well', () => {
    const [listed] = annotated([storeTwice, scan]).hints;
    const line = /:(\d+) /.exec(listed!.at)![1];
    const sites = [{ at: `${FILE}:${line}`, reason: 'the same' }];
    expect(annotated([storeTwice, scan], { sites }).findings).toEqual([]);
    const elsewhere = [{ at: `${FILE}:${Number(line) + 1}`, reason: 'the same' }];
    expect(annotated([storeTwice, scan], { sites: elsewhere }).findings).toHaveLength(1);
  });

  it('still races with a plain write, and hands nothing on', () => {
    const plain: Body = (words) => {
      words[0] = 1;
    };
    expect(annotated([plain, scan]).findings.map(({ kind }) => kind)).toEqual(['data-race']);
    const publish: Body = (words) => {
      words[1] = 7;
      Atomics.store(words, 0, 1);
    };
    const trusting: Body = (words) => (scan(words) === 1 ? words[1] : 0);
    expect(annotated([publish, trusting]).findings.map(({ kind }) => kind)).toEqual(['data-race']);
  });

  it('may have a mode and a domain of its own', () => {
    const own = (mode: 'sc' | 'havoc', domain?: number[]): string[] => {
      const sites = [{ at: `${FILE} scan`, reason: 'tried', mode, ...(domain && { domain }) }];
      return annotated([storeTwice, (words) => [Atomics.load(words, 0), scan(words)]], { sites }).seen;
    };
    // Once the reader has seen a value, the current one is not older.
    expect(own('sc')).toEqual(['0,0', '0,1', '0,2', '1,1', '1,2', '2,2']);
    expect(own('havoc', [5])).toEqual(['0,5', '1,5', '2,5']);
  });

  it('is asked for where an annotation matches none', () => {
    const sites = [{ at: `${FILE} scann`, reason: 'tried' }];
    const right: Body = (words) => Atomics.load(words, 0);
    const { findings } = verify(program([storeTwice, scan]), { hints: { mode: 'weak', sites } });
    expect(findings[0]!.message).toContain(
      `(hints: no plain read at "${FILE} scann"; plain reads are at "${FILE} scan")`,
    );
    expect(() => verify(program([storeTwice, right]), { hints: { mode: 'weak', sites } })).toThrow(
      `hints: no plain read at "${FILE} scann"; plain reads are at no place`,
    );
  });

  it('needs a reason', () => {
    const sites = [{ at: FILE, reason: ' ' }];
    expect(() => annotated([storeTwice, scan], { sites })).toThrow('needs the reason why it may race');
  });
});

describe('a call of hint()', () => {
  it('is listed with the comment at it, or with its contract', () => {
    expect(verify(flagHandOff(1, 1)).hints).toEqual([
      {
        at: expect.stringMatching(/flag-hand-off\.ts:\d+ \(provide\)$/),
        mode: 'weak',
        reason: 'A guess that spares atomic loads of busy channels.',
      },
    ]);
    const { hints } = verify(semaphoreHandOff({ channels: 1, jobs: 1, sync: false, mutex: false }));
    expect(hints.map(({ reason }) => reason)).toEqual([expect.stringContaining('confirms by an atomic load')]);
  });

  it('takes its mode from the scenario, unless the caller says', () => {
    const scenario: Scenario = { ...flagHandOff(2, 2), hints: { mode: 'havoc' } };
    expect(verify(scenario).findings).toHaveLength(1);
    expect(verify(scenario, { hints: { mode: 'weak' } }).findings).toEqual([]);
  });
});
