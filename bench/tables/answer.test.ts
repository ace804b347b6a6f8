// Each sentence of the answer, on results made by hand: where it must change, and where it must not be said.
import { describe, expect, it } from 'vitest';
import type { Result, ResultComparison } from '../result/document.js';
import type { Verdict } from '../stats/verdict.js';
import { madeUpResult } from '../store/fixtures/result.js';
import { answerOf } from './answer.js';

const made = madeUpResult({ variants: ['mutex', 'atomic-barrier', 'message-port'] });
type About = Partial<ResultComparison> & { readonly verdict: Verdict };
const two = { cells: made.cells.slice(0, 3) };
const comparison = (b: string, about: About): ResultComparison => ({
  ...(made.comparisons.find((each) => each.b === b) ?? made.comparisons[0]!),
  ...{ a: 'mutex', b, ratio: 1, low: 0.98, high: 1.02, n: 7, resolvable: 0.04 },
  ...about,
});
const pair = (...all: About[]) => all.map((about) => comparison('atomic-barrier', about));
const result = (comparisons: readonly ResultComparison[], about: Partial<Result> = {}): Result => ({
  ...made,
  comparisons,
  ...about,
});
const said = (comparisons: readonly ResultComparison[], about: Partial<Result> = {}) =>
  answerOf(result(comparisons, about)).join('\n');

describe('the pair', () => {
  it('has one sentence for each way that the verdicts fall', () => {
    expect(said(pair({ verdict: 'same' }, { verdict: 'unclear' }))).toContain(
      'No difference between atomic-barrier and mutex was shown. Of 2 comparisons: the same within 5 % in 1; undecided in 1.',
    );
    expect(said(pair({ verdict: 'faster', ratio: 1.2 }, { verdict: 'same' }))).toContain(
      'atomic-barrier is faster than mutex where a difference was shown. Of 2 comparisons: x1.20 as fast in 1; the same',
    );
    expect(said(pair({ verdict: 'slower', ratio: 0.8 }, { verdict: 'slower', ratio: 0.003 }))).toContain(
      'atomic-barrier is slower than mutex where a difference was shown. Of 2 comparisons: 1/333 to x0.80 as fast in 2.',
    );
    expect(said(pair({ verdict: 'slower', ratio: 0.8 }, { verdict: 'faster', ratio: 1.1 }))).toContain(
      'Whether atomic-barrier beats mutex depends on the shape',
    );
    expect(said(pair({ verdict: 'unclear' }, { verdict: 'unclear' }))).toContain(
      'This run could not tell atomic-barrier from mutex. Of 2 comparisons: undecided in 2.',
    );
    expect(said(pair({ verdict: 'too-few', n: 2 }))).toContain(
      'atomic-barrier and mutex cannot be judged yet: 2 processes, and a verdict needs 6.',
    );
  });

  it('is every design that was named, against the first', () => {
    const own = [
      comparison('atomic-barrier', { verdict: 'same' }),
      comparison('mine', { verdict: 'faster', ratio: 2 }),
    ];
    const flags = { variants: 'mutex,atomic-barrier,./mine.js' };
    expect(said(own, { run: { ...made.run, flags } })).toContain('mine is faster than mutex');
    expect(said(own)).not.toContain('mine is faster than mutex');
  });
});

describe('what stands beside the pair', () => {
  it('is postMessage, with its verdicts, or that it has too few processes for one', () => {
    const port = (about: About) => [...pair({ verdict: 'same' }), comparison('message-port', about)];
    expect(said(port({ verdict: 'slower', ratio: 0.5 }))).toContain(
      'postMessage (message-port) hands over x0.50 of what mutex does (SLOWER in 1).',
    );
    expect(said(port({ verdict: 'too-few', ratio: 0.5, n: 3 }))).toContain('(3 processes: too few for a verdict)');
    expect(said(pair({ verdict: 'same' }))).not.toContain('postMessage');
  });

  it('is the fastest design, only where its interval is clear of all others', () => {
    const beside = (low: number, high: number, n = 7) => [
      comparison('atomic-barrier', { verdict: 'same', low: 0.98, high: 1.02 }),
      comparison('message-port', { verdict: 'faster', ratio: 1.5, low, high, n }),
    ];
    expect(said(beside(1.4, 1.6))).toContain('message-port is the fastest.');
    expect(said(beside(1.01, 2))).toContain('no design was shown to be the fastest.');
    expect(said(beside(1.4, 1.6, 3))).toContain('message-port leads by 3 processes, too few for a verdict.');
  });
});

describe('the rest', () => {
  it('is what was not resolved, and how much of a difference that hides', () => {
    const open = said(
      pair({ verdict: 'unclear', resolvable: 0.08 }, { verdict: 'unclear', resolvable: 0.2 }, { verdict: 'same' }),
    );
    expect(open).toContain('Undecided: 2 of 3. The smallest difference that those could detect is 8.0 % to 20 %;');
    expect(said(pair({ verdict: 'same' }))).not.toContain('Undecided');
  });

  it('is what a mutex costs, where that was measured', () => {
    const price = {
      ...{
        ns: 36,
        low: 34,
        high: 38,
        handOffNs: 47_000,
        share: 0.00077,
        shareHigh: 0.0009,
        agrees: true,
        within: true,
      },
      parkedSlope: { estimate: 36, low: 20, high: 52 },
    };
    expect(said([], { price })).toMatch(
      /^One mutex costs 36\.0 ± 2\.00 ns per batch: 0\.08 % of a parked hand-off of 47\.0 us\./,
    );
    expect(said(pair({ verdict: 'same' }))).not.toContain('One mutex costs');
  });

  it('begins with an interruption, and says plainly where nothing can be compared', () => {
    const run = { ...made.run, complete: false, rounds: 1 };
    expect(said(pair({ verdict: 'too-few', n: 1 }), { run })).toMatch(/^This run was interrupted after 1 process: /);
    expect(said(pair({ verdict: 'same' }))).not.toContain('interrupted');
    expect(said([])).toContain('Nothing could be compared');
    expect(said([], { cells: two.cells.slice(0, 1) })).toMatch(
      /Only mutex was measured, [\d.]+ thousand batches\/s: nothing to compare it with\./,
    );
    // What is said of channels does not stand in for it.
    expect(answerOf(result([], { cells: two.cells.slice(0, 1) }), 'Channels: use 2.')[0]).toContain('Only mutex');
  });

  it('names the tables where designs differ, where there are several', () => {
    const elsewhere = pair({ verdict: 'faster', ratio: 1.3 }).map((each) => ({ ...each, cell: `sync ${each.cell}` }));
    expect(said([...pair({ verdict: 'same' }), ...elsewhere])).toContain(
      'Of 2 comparisons: x1.30 as fast in 1 (sync); the same within 5 % in 1 (hand-off).',
    );
  });

  it('holds what is said of channels, as it comes', () => {
    expect(answerOf(result(pair({ verdict: 'same' })), 'Channels: use 2.')).toContain('Channels: use 2.');
  });
});
