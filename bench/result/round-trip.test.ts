// Any result comes back from its file as it was; any change of a file is an error that names it, or changes nothing.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../base/usage-error.js';
import { madeUpResult } from '../store/fixtures/result.js';
import { parseResult, storedText, stringify } from '../store/stored.js';
import type { Result } from './document.js';

const SEED = 7;
const FILE = 'results/made-up.json';

/** Text that is hard on what folds lines: brackets, quotes, escapes, line ends. */
const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 10 }),
  fc
    .array(fc.constantFrom('{', '}', '[', ']', '"', '\\', '\n', '\u2028', ' ', ',', ':'), { maxLength: 12 })
    .map((parts) => parts.join('')),
);

const result: fc.Arbitrary<Result> = fc
  .record({
    made: fc.record({
      noise: fc.double({ min: 0, max: 0.05, noNaN: true }),
      rounds: fc.integer({ min: 1, max: 8 }),
      seed: fc.nat(1e6),
      channels: fc.subarray([1, 2, 4, 64], { minLength: 1 }),
      branch: text,
      dirty: fc.boolean(),
    }),
    command: text,
    warnings: fc.array(text, { maxLength: 3 }),
    flags: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.oneof(text, fc.boolean())),
    hasCommit: fc.boolean(),
    reason: text,
    dump: fc.array(text, { maxLength: 3 }),
    failed: fc.boolean(),
  })
  .map(({ made, command, warnings, flags, hasCommit, reason, dump, failed }) => {
    const whole = madeUpResult(made);
    const [first, ...rest] = whole.cells;
    const broken = { ...first!, status: 'failed' as const, reason, dump, metrics: {}, visits: [] };
    return {
      ...whole,
      run: { ...whole.run, command, flags },
      commit: hasCommit ? whole.commit : null,
      warnings,
      cells: failed ? [broken, ...rest] : whole.cells,
    };
  });

describe('a result', () => {
  it('comes back from its file, and from what --json prints', () => {
    fc.assert(
      fc.property(result, (each) => {
        expect(parseResult(storedText(each), FILE)).toEqual(each);
        expect(parseResult(stringify(each), FILE)).toEqual(each);
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  it('is refused by its file and what is wrong, or reads the same, after any change of the file', () => {
    const whole = madeUpResult();
    const stored = storedText(whole);
    const change = fc.record({ at: fc.nat(stored.length - 1), take: fc.nat(40), put: text });
    let refused = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let changed = stored;
        for (const { at, take, put } of changes) changed = changed.slice(0, at) + put + changed.slice(at + take);
        try {
          expect(parseResult(changed, FILE)).toEqual(whole);
        } catch (cause) {
          if (!(cause instanceof UsageError)) throw cause;
          expect(cause.message.startsWith(`${FILE}: `)).toBe(true);
          refused++;
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(200);
  });

  it('is refused where it is any other document', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, isCurrent) => {
        const document = isCurrent && typeof value === 'object' ? { ...value, schema: madeUpResult().schema } : value;
        expect(() => parseResult(JSON.stringify(document), FILE)).toThrow(UsageError);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});
