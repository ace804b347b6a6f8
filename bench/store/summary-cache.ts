// The file behind `readSummaries`: a header in JSON, the medians as doubles, their errors as floats. Anything wrong with it makes it empty.

import { closeSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { join, relative } from 'node:path';
import { makeFolder } from '../base/output.js';
import type { Conditions } from '../result/conditions.js';
import type { Result, ResultCell } from '../result/document.js';
import type { Commit } from '../system/commit.js';
import { type SeriesKey, SeriesKeys, type Shape } from './series-keys.js';

/** Raised with every change of the format, and of what is taken from a result file. */
const VERSION = 6;
const FILE = 'summaries';
const LENGTH_BYTES = 4;

/** Below a folder of results; git ignores it. */
export const CACHE_FOLDER = '.cache';

interface Header {
  readonly version: number;
  readonly keys: readonly SeriesKey[];
  readonly shapes: readonly (readonly number[])[];
  /** Each of them stands in many heads. */
  readonly surroundings: readonly Surroundings[];
  readonly entries: readonly (readonly [
    path: string,
    size: number,
    modifiedMs: number,
    changedMs: number,
    content: string | readonly [head: Omit<RunHead, keyof Surroundings>, surroundings: number, shape: number],
  ])[];
}

export function readCache(folder: string): { entries: Map<string, Entry>; series: SeriesKeys } {
  try {
    return parse(folder, readFileSync(join(folder, CACHE_FOLDER, FILE)));
  } catch {
    return { entries: new Map(), series: new SeriesKeys() };
  }
}

/** Where it cannot be written, the next one reads the files again. */
export function writeCache(folder: string, entries: readonly Entry[], series: SeriesKeys): void {
  const home = join(folder, CACHE_FOLDER);
  const path = join(home, FILE);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    makeFolder('--results', home);
    const file = openSync(temporary, 'w');
    try {
      for (const bytes of serialise(folder, entries, series)) writeSync(file, bytes);
      renameSync(temporary, path);
    } catch {
      unlinkSync(temporary);
    } finally {
      closeSync(file);
    }
  } catch {}
}

function* serialise(folder: string, entries: readonly Entry[], series: SeriesKeys): Generator<Uint8Array> {
  const { keys, shapes } = series;
  const shapeNumbers = new Map(shapes.map((shape, at) => [shape, at]));
  const surroundings = new Map<string, number>();
  const numberOf = (each: Surroundings) => {
    const text = JSON.stringify(each);
    const number = surroundings.get(text) ?? surroundings.size;
    surroundings.set(text, number);
    return number;
  };
  const rows = entries.map(({ path, size, modifiedMs, changedMs, content }): Header['entries'][number] => {
    const about = [relative(folder, path), size, modifiedMs, changedMs] as const;
    if (typeof content === 'string') return [...about, content];
    const { code, conditions, ...head } = content.head;
    return [...about, [head, numberOf({ code, conditions }), shapeNumbers.get(content.shape)!]];
  });
  const header: Header = {
    version: VERSION,
    keys,
    shapes: shapes.map((shape) => shape.keys),
    surroundings: [...surroundings.keys()].map((text) => JSON.parse(text) as Surroundings),
    entries: rows,
  };
  const text = Buffer.from(JSON.stringify(header));
  // Spaces up to the next double, which JSON does not mind.
  const padding = Buffer.alloc((8 - ((LENGTH_BYTES + text.length) % 8)) % 8, ' ');
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(text.length + padding.length);
  yield Buffer.concat([length, text, padding]);
  for (const kind of ['medians', 'errors'] as const) {
    for (const { content } of entries) {
      if (typeof content === 'string') continue;
      const { buffer, byteOffset, byteLength } = content[kind];
      yield new Uint8Array(buffer, byteOffset, byteLength);
    }
  }
}

function parse(folder: string, bytes: Buffer): { entries: Map<string, Entry>; series: SeriesKeys } {
  const start = LENGTH_BYTES + bytes.readUInt32LE(0);
  const header = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, start)) as Header;
  if (header.version !== VERSION) throw new Error(`version ${header.version}`);
  const series = new SeriesKeys();
  for (const key of header.keys) series.number(key);
  const shapes = header.shapes.map((keys) => series.shape(keys));
  const count = (bytes.length - start) / (Float64Array.BYTES_PER_ELEMENT + Float32Array.BYTES_PER_ELEMENT);
  // Large files are read to where doubles may begin; a copy always is.
  const { buffer, byteOffset } = bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes);
  const doubles = new Float64Array(buffer, byteOffset + start, count);
  const floats = new Float32Array(buffer, byteOffset + start + doubles.byteLength, count);
  const entries = new Map<string, Entry>();
  let at = 0;
  for (const [name, size, modifiedMs, changedMs, content] of header.entries) {
    const path = join(folder, name);
    const about = { path, size, modifiedMs, changedMs };
    if (typeof content === 'string') {
      entries.set(path, { ...about, content });
      continue;
    }
    const [head, surroundings, number] = content;
    const shape = shapes[number]!;
    const end = at + shape.keys.length;
    const [medians, errors] = [doubles.subarray(at, end), floats.subarray(at, end)];
    at = end;
    const whole: RunHead = { ...head, ...header.surroundings[surroundings]! };
    entries.set(path, { ...about, content: { head: whole, shape, medians, errors } });
  }
  if (at !== doubles.length) throw new Error(`${doubles.length} numbers, ${at} expected`);
  return { entries, series };
}

/** A run without its numbers. */
export interface RunHead extends Surroundings {
  readonly id: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly complete: boolean;
  readonly rounds: number;
  readonly keepAwake: boolean;
  readonly node: string;
  readonly commit: Commit | null;
  /** The cells that have no numbers, but for those that repeat another, and why. */
  readonly unmeasured: readonly Unmeasured[];
}

/** What many runs have in common. */
interface Surroundings {
  readonly code: Result['code'];
  readonly conditions: Conditions;
}

interface Unmeasured {
  readonly cell: string;
  readonly status: ResultCell['status'];
  readonly reason: string;
}

/** What the cache knows of a file, as long as the file has this size and these times. */
export interface Entry {
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
  readonly changedMs: number;
  readonly content: Content | string;
}

/** The numbers of a run. */
interface Content {
  readonly head: RunHead;
  readonly shape: Shape;
  readonly medians: Float64Array;
  /** As long; NaN where unknown. */
  readonly errors: Float32Array;
}
