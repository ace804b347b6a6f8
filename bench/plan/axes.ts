// The axes in one table: flag, what it takes, parser, default, and its name in results.
import { SCAN_KINDS } from '../../src/memory/scan.js';
import { LARGEST_PAGE_BYTES, SMALLEST_PAGE_BYTES } from '../../src/ram/ram.js';
import { CELL_DEFAULTS, type Cell, type Dose, type Placement, type Wait } from '../../src/session/cell.js';
import { transports } from '../../src/transport/index.js';
import { HAS_ZSTD } from '../../src/wire/codecs/flushed-stream.js';
import { parseBytes, parseNanoseconds, showBytes, showNanoseconds } from '../base/quantities.js';
import { badValue } from '../base/usage-error.js';

/** QEMU's packet: the default batch holds as many pages as fill it. */
export const PACKET_BYTES = 512 * 1024;
export const MOST_CHANNELS = 64;
const LONGEST_SPIN_NS = 10e9;
const LONGEST_HOLD_NS = 1e9;
const LARGEST_DOSE = 1000;
const LONGEST_WORK_NS = 1e9;
/** A primitive's two words, and nothing between them and the next one's. */
const PACKED_BYTES = 8;

/** One axis of the matrix. `K` is its field in a cell. */
export interface Axis<K extends keyof Cell = keyof Cell> {
  readonly key: K;
  readonly flag: string;
  /** What one value may be, for help and errors. */
  readonly takes: string;
  readonly fallback: readonly Cell[K][];
  /** True where ids say nothing of the first value: they are older than the axis. */
  readonly unsaid?: true;
  /** The values that one item of the list stands for; undefined when it is none. */
  parse(item: string): readonly Cell[K][] | undefined;
  /** The value as the flag takes it: also how it stands in results. */
  show(value: Cell[K]): string | number;
}

function axis<K extends keyof Cell>(definition: Axis<K>): Axis<K> {
  return definition;
}

const asIs = <V extends string | number>(value: V) => value;

function oneOf<K extends keyof Cell>(
  key: K,
  flag: string,
  names: readonly (Cell[K] & string)[],
  first: Cell[K] & string,
) {
  return axis({
    key,
    flag,
    takes: names.join(', '),
    fallback: [first],
    parse: (item) => names.filter((name) => name === item).slice(0, 1),
    show: (value) => String(value),
  });
}

function wait(key: 'providerWait' | 'senderWait', flag: string) {
  return axis({
    key,
    flag,
    takes: 'park, adaptive, or spin:TIME up to 10s as in spin:20us',
    fallback: ['park'],
    parse: parseWait,
    show: showWait,
  });
}

function work(key: 'providerWorkNs' | 'senderWorkNs', flag: string) {
  return axis({
    key,
    flag,
    takes: '0, or a time up to 1s for each batch as in 500ns, 2us',
    fallback: [undefined],
    parse: (item) => {
      const workNs = item === '0' ? 0 : parseNanoseconds(item);
      if (workNs === undefined || workNs > LONGEST_WORK_NS) return undefined;
      return [workNs === 0 ? undefined : workNs];
    },
    show: (workNs) => (workNs === undefined ? '0' : showNanoseconds(workNs)),
  });
}

export const axes = {
  workload: oneOf('workload', '--workload', ['throughput', 'hand-off', 'sync', 'precopy'], 'throughput'),
  channels: axis({
    key: 'channels',
    flag: '--channels',
    takes: `1 to ${MOST_CHANNELS}, as in 1,2,4..16 (doubling)`,
    fallback: [1, 2, 4, 8],
    parse: (item) => integers(item, 1, MOST_CHANNELS),
    show: asIs,
  }),
  requesters: axis({
    key: 'requesters',
    flag: '--requesters',
    takes: '1 to 16',
    fallback: [1],
    parse: (item) => integers(item, 1, 16),
    show: asIs,
  }),
  depth: axis({
    key: 'depth',
    flag: '--depth',
    takes: '1 to 256',
    fallback: [1],
    parse: (item) => integers(item, 1, 256),
    show: asIs,
  }),
  publishEvery: axis({
    key: 'publishEvery',
    flag: '--publish-every',
    takes: '1 to 256 batches of a channel, published together by designs that can; at most the depth',
    fallback: [undefined],
    parse: (item) => integers(item, 1, 256)?.map((count) => (count === 1 ? undefined : count)),
    show: (count) => count ?? 1,
  }),
  pageSize: axis({
    key: 'pageSize',
    flag: '--page-size',
    takes: 'powers of two from 4k to 2m',
    fallback: [4096],
    parse: (item) => {
      const bytes = parseBytes(item) ?? 0;
      return bytes >= SMALLEST_PAGE_BYTES && bytes <= LARGEST_PAGE_BYTES && Number.isInteger(Math.log2(bytes))
        ? [bytes]
        : undefined;
    },
    show: showBytes,
  }),
  pagesPerBatch: axis({
    key: 'pagesPerBatch',
    flag: '--batch-pages',
    takes: '1 to 4096; without the flag as many as fill 512 KiB',
    fallback: [],
    parse: (item) => integers(item, 1, 4096),
    show: asIs,
  }),
  transport: oneOf('transport', '--transport', Object.keys(transports), 'memory'),
  codec: {
    ...oneOf('codec', '--codec', HAS_ZSTD ? ['none', 'zlib', 'zstd'] : ['none', 'zlib'], 'none'),
    takes: `none, zlib, zstd${HAS_ZSTD ? '' : ` (not here: zstd needs Node 22.15 or newer, this is ${process.version})`}`,
  },
  providerWait: wait('providerWait', '--provider-wait'),
  senderWait: wait('senderWait', '--sender-wait'),
  place: oneOf('place', '--place', ['spread', 'same', 'none'] as Placement[], 'spread'),
  load: axis({
    key: 'load',
    flag: '--load',
    takes: 'closed (one batch in flight), or percent of the capacity, 1 to 100, as in closed,25,50,75,90',
    fallback: [undefined],
    parse: (item) => {
      if (item === 'closed') return [undefined];
      const percent = Number(/^(\d+(?:\.\d+)?)%?$/.exec(item)?.[1]);
      return percent >= 1 && percent <= 100 ? [percent / 100] : undefined;
    },
    show: (load) => (load === undefined ? 'closed' : `${Number((load * 100).toPrecision(6))}%`),
  }),
  syncLoad: axis({
    key: 'syncLoad',
    flag: '--sync-load',
    takes: 'busy, idle, or slow (channel 0 takes 1 ms a batch)',
    fallback: [undefined],
    parse: (item) => {
      if (item === 'busy') return [undefined];
      return item === 'idle' || item === 'slow' ? [item] : undefined;
    },
    show: (load) => load ?? 'busy',
  }),
  providerWorkNs: work('providerWorkNs', '--provider-work'),
  senderWorkNs: work('senderWorkNs', '--sender-work'),
  scan: axis({
    key: 'scan',
    flag: '--scan',
    takes: SCAN_KINDS.join(', '),
    fallback: [undefined],
    parse: (item) => {
      const kind = SCAN_KINDS.find((each) => each === item);
      return kind && [kind === 'plain' ? undefined : kind];
    },
    show: (kind) => kind ?? 'plain',
  }),
  rowBytes: axis({
    key: 'rowBytes',
    flag: '--layout',
    takes: 'packed, 64, 128: bytes from the words of one writer to those of the next',
    fallback: [CELL_DEFAULTS.rowBytes],
    unsaid: true,
    parse: (item) => {
      if (item === 'packed') return [PACKED_BYTES];
      return item === '64' || item === '128' ? [Number(item)] : undefined;
    },
    show: (bytes) => (bytes === PACKED_BYTES ? 'packed' : bytes),
  }),
  elide: axis({
    key: 'elide',
    flag: '--elide',
    takes: 'on, off: off notifies at every post and wake, asleep or not',
    fallback: [CELL_DEFAULTS.elide],
    unsaid: true,
    parse: (item) => (item === 'on' || item === 'off' ? [item === 'on'] : undefined),
    show: (elide) => (elide ? 'on' : 'off'),
  }),
  dose: axis({
    key: 'dose',
    flag: '--dose',
    takes: 'lock=LIST, mutex=LIST, notify=LIST (numbers to 1000) or hold=LIST (times to 1s), as in lock=0,1,10,50',
    fallback: [undefined],
    parse: parseDose,
    show: (dose) => (dose === undefined ? '' : showDose(dose)),
  }),
} as const;

/** Values of one axis from a comma-separated list. Throws UsageError that names the flag, what came and what it takes. */
export function parseAxis<K extends keyof Cell>({ flag, takes, parse }: Axis<K>, list: string): readonly Cell[K][] {
  // A dose names its kind once, for the whole list: lock=0,1,10.
  const kind = /^\w+=/.exec(list)?.[0] ?? '';
  const values = list.split(',').flatMap((part, at) => {
    const item = at === 0 || part.includes('=') ? part : `${kind}${part.trim()}`;
    const parsed = parse(item.trim());
    if (!parsed || parsed.length === 0) throw badValue(flag, item, takes);
    return parsed;
  });
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

/** Pages that fill QEMU's packet: 128 of 4 KiB. */
export function defaultBatchPages(pageSize: number): number {
  return Math.max(1, PACKET_BYTES / pageSize);
}

function integers(item: string, least: number, most: number): number[] | undefined {
  const match = /^(\d+)(?:\.\.(\d+))?$/.exec(item);
  if (!match) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  if (first < least || last > most || first > last) return undefined;
  const values: number[] = [];
  for (let value = first; value <= last; value *= 2) values.push(value);
  return values;
}

function parseWait(item: string): Wait[] | undefined {
  if (item === 'park' || item === 'adaptive') return [item];
  const spinNs = item.startsWith('spin:') ? parseNanoseconds(item.slice('spin:'.length)) : undefined;
  return spinNs !== undefined && spinNs > 0 && spinNs <= LONGEST_SPIN_NS ? [{ spinNs }] : undefined;
}

function parseDose(item: string): Dose[] | undefined {
  const match = /^(lock|mutex|notify|hold)=(.+)$/.exec(item);
  if (!match) return undefined;
  const [, kind, text] = match as unknown as [string, Dose['kind'], string];
  if (kind === 'hold') {
    const holdNs = text === '0' ? 0 : parseNanoseconds(text);
    return holdNs !== undefined && holdNs <= LONGEST_HOLD_NS ? [{ kind, amount: holdNs }] : undefined;
  }
  return /^\d+$/.test(text) && Number(text) <= LARGEST_DOSE ? [{ kind, amount: Number(text) }] : undefined;
}

export function showDose({ kind, amount }: Dose): string {
  return `${kind}=${kind === 'hold' && amount > 0 ? showNanoseconds(amount) : amount}`;
}

export function showWait(wait: Wait): string {
  return typeof wait === 'string' ? wait : `spin:${showNanoseconds(wait.spinNs)}`;
}
