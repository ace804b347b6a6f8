// Result files: what is written comes back, older versions are read, and what is wrong is named with file and field.
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { distributionOf } from '../measure/latencies.js';
import type { Result } from '../result/document.js';
import { decodeLatencies } from '../result/latency-summary.js';
import { PROJECT } from '../system/project.js';
import { columnsOf } from './columns.js';
import { madeUpResult } from './fixtures/result.js';
import { parseResult, storedText, stringify, withAxes } from './stored.js';
import { visitsByCell } from './visits-by-cell.js';

/** A document that is about to be damaged. */
// biome-ignore lint/suspicious/noExplicitAny: anything may be done to it
type Loose = Record<string, any>;

const FIXTURE = readFileSync(`${PROJECT}bench/store/fixtures/schema-1.json`, 'utf8');
const result = madeUpResult();

/** A file with its visits by column in the cells, as those of version 2 have them. */
const inCells = (whole: Result) =>
  JSON.stringify({ ...whole, cells: whole.cells.map((cell) => ({ ...cell, visits: columnsOf(cell.visits) })) });

/** The message about a document that has been changed, its checksum taken out. */
function messageAbout(change: (document: Loose) => void, text = inCells(result)): string {
  const document = JSON.parse(text) as Loose;
  delete document.checksum;
  change(document);
  try {
    parseResult(JSON.stringify(document), 'a.json');
  } catch (cause) {
    return (cause as Error).message;
  }
  return 'no error';
}

describe('a result file', () => {
  it('comes back as it was, and so does what --json prints', () => {
    expect(parseResult(storedText(result), 'a.json')).toEqual(result);
    expect(parseResult(stringify(result), 'a.json')).toEqual(result);
    expect(parseResult(inCells(result), 'a.json')).toEqual(result);
  });

  it('keeps its visits small, and says where they are damaged', () => {
    expect(storedText(result).length).toBeLessThan(inCells(result).length / 2);
    const visits = (packed: string) => messageAbout((document) => (document.visits = packed), storedText(result));
    const takes = 'a.json: visits: takes a JSON list of at most 256 MiB, Brotli, base64';
    for (const packed of ['', 'x', brotliCompressSync('{}').toString('base64')]) expect(visits(packed)).toBe(takes);
    const columns = brotliCompressSync('[{"round": [0]}]').toString('base64');
    expect(visits(columns)).toBe('a.json: cells[0].visits.position: not there');
  });

  it('gives the visits of a cell alone, as they are in the whole', () => {
    for (const text of [storedText(result), stringify(result), FIXTURE]) {
      const visitsOf = visitsByCell(text, 'a.json');
      for (const { id, status, visits } of parseResult(text, 'a.json').cells)
        expect(visitsOf(id)).toEqual(status === 'measured' ? visits : undefined);
      expect(visitsOf('nothing')).toBeUndefined();
    }
  });

  it('gives them too where an editor has broken the lines that they are found by', () => {
    const text = storedText(result);
    for (const name of ['id', 'status', 'cells', 'visits']) {
      const broken = text.replace(new RegExp(`"${name}":(?=[^\\n]*\\n(?!"command))`), `"${name}":\n`);
      expect(broken).not.toBe(text);
      expect(visitsByCell(broken, 'a.json')(result.cells[0]!.id)).toEqual(result.cells[0]!.visits);
    }
  });

  it('gives them too where a list inside a visit looks like the border of two cells', () => {
    const [first, ...rest] = result.cells;
    const odd = { ...first!.visits[0]!, notes: [{ a: 1 }, { b: 2 }] };
    const text = storedText({ ...result, cells: [{ ...first!, visits: [odd] }, ...rest] });
    const visitsOf = visitsByCell(text, 'a.json');
    expect(visitsOf(first!.id)).toEqual([odd]);
    expect(visitsOf(rest[0]!.id)).toEqual(rest[0]!.visits);
  });

  it('has an infinite interval again, which JSON has not', () => {
    const one = madeUpResult({ rounds: 1 });
    expect(one.comparisons[0]!.high).toBe(Number.POSITIVE_INFINITY);
    expect(parseResult(storedText(one), 'a.json')).toEqual(one);
  });

  it('has cells again that no process visited, skipped ones among them', () => {
    const skipped = {
      ...result.cells[0]!,
      status: 'skipped' as const,
      reason: 'no lock to dose',
      metrics: {},
      visits: [],
    };
    const some = { ...result, cells: [skipped, ...result.cells.slice(1)] };
    expect(parseResult(storedText(some), 'a.json')).toEqual(some);
  });

  it('takes less than a KB a cell', () => {
    expect(storedText(result).length / result.cells.length).toBeLessThan(1000);
  });

  it('holds nothing that the schema does not describe', () => {
    const schema = readFileSync(`${PROJECT}bench/store/result.schema.json`, 'utf8');
    const whole = JSON.stringify(withAxes(JSON.parse(schema) as object));
    const strict = JSON.parse(whole, (_, value) =>
      value?.properties && value.additionalProperties === undefined ? { ...value, additionalProperties: false } : value,
    );
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(strict as object);
    const confinement = { quotaCores: 1, quotaPeriodMs: 100, affinity: '0-1', nice: 0, schedulingClass: 'other' };
    const measured = {
      ...result,
      run: { ...result.run, neighbours: { busyShare: 0.1, throttledPeriods: null } },
      machine: { ...result.machine, confinement, floors: { spinNs: 200, parkNs: 40_000 }, hostClass: 'a' },
    };
    for (const text of [stringify(measured), inCells(measured)]) {
      validate(JSON.parse(text));
      expect(validate.errors).toBeNull();
    }
  });

  it('of version 1 is read: visits by visit, histograms of three figures, no --keep-awake', () => {
    const old = parseResult(FIXTURE, 'old.json');
    expect(old.schema).toBe(3);
    expect(old.run.keepAwake).toBe(false);
    expect(old.cells[0]!.visits).toHaveLength(12);
    const { histograms, metrics } = old.cells[2]!;
    const { count, max } = metrics.handoffNs!;
    expect(distributionOf(decodeLatencies(histograms!).handoff)).toMatchObject({ count, max: expect.closeTo(max, -3) });
    expect(messageAbout((document) => delete document.run.id, FIXTURE)).toBe('a.json: run.id: not there');
  });

  it('that is edited is refused, and taken again without its checksum', () => {
    const text = storedText(result);
    const { median } = result.cells[0]!.metrics.jobsPerSecond!;
    const edited = text.replace(`"median":[${median}`, `"median":[${median + 1}`);
    expect(edited).not.toBe(text);
    expect(() => parseResult(edited, 'a.json')).toThrow(/^a\.json: checksum: got \w{16}, takes \w{16}: its content/);
    expect(parseResult(edited.replace(/,\s*"checksum":\s*"\w+"/, ''), 'a.json').run.id).toBe(result.run.id);
    // White space is no content.
    expect(parseResult(JSON.stringify(JSON.parse(text)), 'a.json')).toEqual(result);
  });

  it('names what is wrong', () => {
    expect(() => parseResult(storedText(result).slice(0, 500), 'a.json')).toThrow(
      /^a\.json: not a result file, or truncated/,
    );
    expect(() => parseResult('[]', 'a.json')).toThrow('a.json: got "a list", takes a result file');
    const wrong = (change: (document: Loose) => void, message: string) =>
      expect(messageAbout(change)).toBe(`a.json: ${message}`);
    wrong((document) => (document.schema = '2'), 'schema: got "2", takes whole numbers from 1 to 3');
    wrong(
      (document) => (document.schema = 4),
      'schema: got "4", takes whole numbers from 1 to 3: it was written by a newer multifd-bench',
    );
    wrong((document) => (document.run.rounds = 'six'), 'run.rounds: got "six", takes integer');
    wrong((document) => (document.commit = 7), 'commit: got "7", takes object or null');
    wrong(
      (document) => (document.cells[1].metrics.jobsPerSecond.median = -5),
      'cells[1].metrics.jobsPerSecond.median: got "-5", takes numbers >= 0',
    );
    wrong((document) => delete document.cells[2].visits.values, 'cells[2].visits.values: not there');
    wrong(
      (document) => (document.cells[0].status = 'fine'),
      'cells[0].status: got "fine", takes measured, failed, invalid, skipped',
    );
    wrong(
      (document) => document.cells[3].visits.values.nsPerJob.pop(),
      'cells[3].visits.values.nsPerJob: got 11 entries, takes 12',
    );
    wrong(
      (document) => document.cells[3].visits.values.nsPerJob.push('x'),
      'cells[3].visits.values.nsPerJob[12]: got "x", takes number or null',
    );
  });
});
