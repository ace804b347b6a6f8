// Methods of simulated typed arrays: what they give, and that each element they read is an access.
import { types } from 'node:util';
import { expect, it } from 'vitest';
import { program } from './fixtures/expect-finding.js';
import type { Scenario } from './scenario.js';
import { verify } from './verify.js';

/** Of BigInt64Array as well: what is compared is the same there. */
type Values = Int32Array;

const METHODS: readonly ((values: Values) => unknown)[] = [
  (values) => [...values.entries(), ...values.keys(), ...values.values()],
  (values) => [values.every((each) => each > 0), values.some((each) => each > 3)],
  (values) => [values.find((each) => each > 1), values.findLast((each) => each > 1)],
  (values) => [values.findIndex((each) => each > 1), values.findLastIndex((each) => each > 9)],
  (values) => [values.includes(values[1]!), values.includes(7)],
  (values) => [values.indexOf(values[2]!), values.lastIndexOf(values[0]!)],
  (values) => [values.join('-'), values.toString(), `${values}`],
  (values) => values.reduce((text, each) => `${text}${each}`, ''),
  (values) => values.reduceRight((text, each) => `${text}${each}`, ''),
  (values) => values.map((each) => each),
  (values) => values.filter((each) => each > 1),
  (values) => {
    const seen: unknown[] = [];
    values.forEach((each, index) => void seen.push(each, index));
    return seen;
  },
  (values) => [0 in values, 9 in values, 'length' in values],
  (values) => [
    ArrayBuffer.isView(values),
    ArrayBuffer.isView(new DataView(values.buffer)),
    ArrayBuffer.isView(values.buffer),
  ],
  (values) => [types.isTypedArray(values), types.isTypedArray([]), types.isSharedArrayBuffer(values.buffer)],
  (values) => [values.buffer instanceof SharedArrayBuffer, Object.prototype.toString.call(values.buffer)],
];

it.each([...METHODS.entries()])('method %i gives what it gives on a real array', (_, method) => {
  for (const [name, words] of [
    ['Int32Array', 4],
    ['BigInt64Array', 8],
  ] as const) {
    // By its name, as the global is a stand-in where a thread runs.
    const ask = (buffer: ArrayBufferLike) => {
      const values = new (globalThis[name] as typeof Int32Array)(buffer);
      for (let i = 0; i < 4; i++) values[i] = (name === 'Int32Array' ? i + 1 : BigInt(i + 1)) as number;
      return method(values);
    };
    let got: unknown;
    const final: Scenario['final'] = (_words, results) => {
      [got] = results;
      return undefined;
    };
    const { findings } = verify({ ...program([({ buffer }) => ask(buffer)]), words, final });
    expect(findings).toEqual([]);
    expect(got).toEqual(ask(new SharedArrayBuffer(4 * words)));
  }
});

it('an element that a method reads while another thread writes it is a race', () => {
  const kinds = (read: (words: Int32Array) => unknown) =>
    verify(program([read, (words) => words.fill(1, 2, 3)])).findings.map(({ kind }) => kind);
  expect(kinds((words) => words.includes(5))).toContain('data-race');
  expect(kinds((words) => words.subarray(0, 2).includes(5))).toEqual([]);
});

it('an index is converted as the language converts it', () => {
  const { findings } = verify({
    ...program([(words) => [Atomics.add(words, undefined as never, 1), Atomics.load(words, 0.9)]]),
    final: (words, [result]) => (`${result}` === '0,1' && words[0] === 1 ? undefined : `got ${result}`),
  });
  expect(findings).toEqual([]);
});
