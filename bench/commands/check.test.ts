// The check command: a design that is right passes each part, one that is wrong is told where.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import { writeCopy } from '../../variants/fixtures/seeded-bugs.js';
import { SEEDED_DESIGNS } from '../../variants/fixtures/seeded-designs.js';
import { checkDocument, renderCheck, statusOf } from '../check/check-summary.js';
import { conform } from '../check/conforming.js';
import { checkByModel, compareQuickly } from '../check/parts.js';
import { cli } from '../fixtures/cli.js';
import { loadVariants } from '../plan/catalogue.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The compiled template under another name, each text in `edits` once and replaced. */
function write(name: string, ...edits: readonly (readonly [from: string, to: string])[]): string {
  let text = readFileSync(new URL('../../variants/template.js', import.meta.url), 'utf8');
  const imports = new URL('../../src/exports/variant.js', import.meta.url).href;
  for (const [from, to] of [['../src/exports/variant.js', imports], ["'template'", `'${name}'`], ...edits] as const) {
    expect(text.split(from).length, from).toBe(2);
    text = text.replace(from, () => to);
  }
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, text);
  return path;
}

const quiet = () => {};

describe('a design that is right', () => {
  it.runIf(isLong)(
    'passes conformance, the checker and the comparison, and each is a line',
    async () => {
      const given = write('right');
      const [listed] = await loadVariants(given);
      const titles: string[] = [];
      const tests = await conform(listed!, (title) => titles.push(title));
      expect(
        tests.filter(({ status }) => status !== 'passed').map(({ status, reason }) => `${status}: ${reason}`),
      ).toEqual([
        'skipped: it publishes each batch by itself',
        'skipped: it takes one requester',
        'skipped: it searches in one way',
      ]);
      expect(titles).toEqual(tests.filter(({ status }) => status === 'passed').map(({ title }) => title));
      const verification = await checkByModel(listed!, quiet);
      const comparison = await compareQuickly(listed!, given, quiet, 1);
      const report = {
        listed: listed!,
        given,
        conformance: { status: 'passed', tests },
        verification,
        comparison,
      } as const;
      expect(statusOf(report)).toBe('passed');
      const lines = renderCheck(report).split('\n');
      expect(lines[0]).toBe(`right (${given})`);
      expect(lines[1]).toMatch(/^conformance {2}passed {7}14 of 14 tests passed, .+ do not apply \(.+\)$/);
      expect(lines[2]).toMatch(
        /^verify {7}passed {7}no finding for 2 channels, 2 jobs and a sync; \d+ states, all of them/,
      );
      expect(lines[3]).toMatch(/^comparison {3}measured {5}mutex, atomic-barrier, right in 1 process/);
      expect(lines[4]).toMatch(/^ {2}x\d.+ of what mutex hands over, 1 channel: TOO-FEW$/);
      expect(lines.at(-1)).toBe('check passed');
      expect(checkDocument(report)).toMatchObject({
        name: 'right',
        status: 'passed',
        verify: { status: 'passed', complete: true, findings: [] },
        comparison: { status: 'measured', comparisons: [{ a: 'mutex' }, {}, {}, { b: 'right' }] },
      });
    },
    60_000,
  );
});

describe('a design that is wrong', () => {
  it.runIf(isLong)(
    'fails conformance and the checker, is not compared, and ends with 1',
    () => {
      // The provider keeps the batch that it has just handed over, and fills it while it is written.
      const path = write('greedy', ['return empty;', 'return given;']);
      const { status, stdout, stderr } = cli('check', path);
      expect(stdout).toMatch(/^conformance {2}FAILED/m);
      expect(stdout).toMatch(/^ {2}FAILED {2}hands every batch over once, in order, over \d+ channels?: /m);
      expect(stdout).toMatch(/^verify {7}FAILED {7}\d findings? for 2 channels/m);
      expect(stdout).toMatch(/^ {2}FAILED {2}data-race in ".+": /m);
      expect(stdout).toMatch(/^comparison {3}not measured {1}what does not conform is not compared$/m);
      expect(stdout).toMatch(/check failed\n$/);
      expect(stderr).toBe('conformance ..\nverify ..\n');
      expect(status).toBe(1);
    },
    60_000,
  );

  it.runIf(isLong)(
    'that spins for ever or dies is ended, and told of the test that it failed',
    async () => {
      const cases = [
        ['endless', ['if (!work.until(hasWork))', 'while (!hasWork()); if (!hasWork())'], /^hang: no thread moved on/],
        ['dying', ['let next = 0;', 'process.kill(process.pid, 9); let next = 0;'], /^its process ended with SIGKILL$/],
      ] as const;
      for (const [name, [from, to], reason] of cases) {
        const [listed] = await loadVariants(write(name, [from, to]));
        const tests = await conform(listed!, quiet, 1);
        const failed = tests.filter(({ status }) => status === 'failed');
        expect(failed.length, name).toBe(1);
        expect(failed[0]!.reason, name).toMatch(reason);
        expect(tests.find(({ status }) => status === 'not-run')!.reason).toBe('not run after 1 failure');
      }
    },
    60_000,
  );

  it.runIf(isLong).each(SEEDED_DESIGNS)(
    '$design that $name fails the checker',
    async ({ design, edits, finding }) => {
      const [listed] = await loadVariants(writeCopy(folder, design, [...edits, [`'${design}'`, "'seeded'"]]));
      const verification = await checkByModel(listed!, quiet);
      const found = 'checked' in verification ? verification.checked.findings : [];
      expect(verification.status).toBe('failed');
      expect(found.map(({ kind, message }) => `${kind} ${message}`)).toContainEqual(expect.stringMatching(finding));
    },
    60_000,
  );

  it.skipIf(isLong)('is no design at all: usage', () => {
    const { status, stdout, stderr } = cli('check', './none.js');
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: 'multifd-bench: check: no file ./none.js\n',
    });
  });
});

describe('what is not modelled, and what has another depth', () => {
  it.runIf(isLong)(
    'says so in its line, and is held against designs of that depth',
    async () => {
      const [inline, deep] = await loadVariants('inline,shared-queue');
      expect(await checkByModel(inline!, quiet)).toEqual({
        status: 'not-modelled',
        reason: 'it has no sender threads, and nothing is handed over',
      });
      const comparison = await compareQuickly(deep!, 'shared-queue', quiet, 1);
      const cells = 'result' in comparison ? comparison.result.cells : [];
      expect(cells.map(({ variant, depth, status }) => `${variant} ${depth} ${status}`).slice(0, 3)).toEqual([
        'mutex-global 2 measured',
        'spsc-ring 2 measured',
        'shared-queue 2 measured',
      ]);
    },
    60_000,
  );
});
