// The axes in one table: all that flags, results, tables and exports know of each stands in its entry.
import { SCAN_KINDS } from '../../src/memory/scan.js';
import { LARGEST_PAGE_BYTES, SMALLEST_PAGE_BYTES } from '../../src/ram/ram.js';
import { CELL_DEFAULTS, type Placement } from '../../src/session/cell.js';
import { transports } from '../../src/transport/index.js';
import { HAS_ZSTD } from '../../src/wire/codecs/flushed-stream.js';
import { parseBytes, parseNanoseconds, showBytes, showNanoseconds } from '../base/quantities.js';
import { type Axis, axis, integers, oneOf, parseAxis } from './axis.js';
import { PACKED_BYTES, parseDose, parseWait, showDose, showLoad, showRowBytes, showWait } from './axis-values.js';
import { deviceAxes } from './device-axes.js';

/** QEMU's packet: the default batch holds as many pages as fill it. */
export const PACKET_BYTES = 512 * 1024;
export const MOST_CHANNELS = 64;
const LONGEST_WORK_NS = 1e9;

const asIs = <V extends string | number>(value: V) => value;

function wait<const F extends string>(
  key: 'providerWait' | 'senderWait',
  flag: F,
  rest: Pick<Axis<'senderWait'>, 'field' | 'label' | 'what'>,
) {
  return axis({
    key,
    flag,
    takes: 'park, adaptive, or spin:TIME up to 10s as in spin:20us',
    fallback: ['park'],
    scope: 'everywhere',
    json: 'string',
    tune: 'searched',
    parse: parseWait,
    show: showWait,
    ...rest,
  });
}

function work<const F extends string>(key: 'providerWorkNs' | 'senderWorkNs', flag: F, who: string) {
  return axis({
    key,
    flag,
    takes: '0, or a time up to 1s for each batch as in 500ns, 2us',
    what: 'added work',
    fallback: [undefined],
    scope: 'matrix',
    json: 'number',
    optional: true,
    label: (workNs) => (workNs === undefined ? undefined : `${who} works ${showNanoseconds(workNs)}`),
    parse: (item) => {
      const workNs = item === '0' ? 0 : parseNanoseconds(item);
      if (workNs === undefined || workNs > LONGEST_WORK_NS) return undefined;
      return [workNs === 0 ? undefined : workNs];
    },
    show: (workNs) => (workNs === undefined ? '0' : showNanoseconds(workNs)),
  });
}

/** In the order of ids and titles. */
export const axes = {
  workload: oneOf('workload', '--workload', ['throughput', 'hand-off', 'sync', 'device-state', 'precopy'], {
    what: 'what the provider does',
    scope: 'matrix',
    label: (workload) => workload,
  }),
  channels: axis({
    key: 'channels',
    flag: '--channels',
    takes: `1 to ${MOST_CHANNELS}, as in 1,2,4..16 (doubling)`,
    takesOne: `1 to ${MOST_CHANNELS}`,
    what: 'channels, each with its sender',
    fallback: [1, 2, 4, 8],
    scope: 'matrix',
    json: 'count',
    column: { rank: 1, heading: (shown) => `${shown} ch` },
    label: (channels) => `${channels} ch`,
    oneShot: true,
    parse: (item) => integers(item, 1, MOST_CHANNELS),
    show: asIs,
  }),
  requesters: axis({
    key: 'requesters',
    flag: '--requesters',
    takes: '1 to 16',
    what: 'threads that hand batches over',
    fallback: [1],
    scope: 'matrix',
    json: 'count',
    label: (requesters) => (requesters === 1 ? undefined : `${requesters} requesters`),
    tune: 'fixed',
    parse: (item) => integers(item, 1, 16),
    show: asIs,
  }),
  depth: axis({
    key: 'depth',
    flag: '--depth',
    takes: '1 to 256',
    what: 'batches in flight per channel',
    fallback: [1],
    scope: 'matrix',
    json: 'count',
    column: { rank: 7, heading: (shown) => `depth ${shown}` },
    label: (depth) => (depth === 1 ? undefined : `depth ${depth}`),
    oneShot: true,
    tune: 'fixed',
    parse: (item) => integers(item, 1, 256),
    show: asIs,
  }),
  publishEvery: axis({
    key: 'publishEvery',
    flag: '--publish-every',
    takes: '1 to 256, at most the depth',
    what: 'batches of a channel published together, by designs that can',
    fallback: [undefined],
    scope: 'matrix',
    json: 'count',
    optional: true,
    column: { rank: 8, heading: (shown) => `by ${shown}` },
    label: (count) => (count === undefined ? undefined : `published by ${count}`),
    oneShot: true,
    tune: 'fixed',
    parse: (item) => integers(item, 1, 256)?.map((count) => (count === 1 ? undefined : count)),
    show: (count) => count ?? 1,
  }),
  pageSize: axis({
    key: 'pageSize',
    flag: '--page-size',
    takes: 'powers of two from 4k to 2m',
    takesOne: 'a power of two from 4k to 2m',
    fallback: [4096],
    scope: 'matrix',
    json: 'count',
    column: { rank: 2 },
    oneShot: true,
    tune: 'fixed',
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
    scope: 'matrix',
    json: 'count',
    label: (pages, { pageSize }) => `${pages} x ${showBytes(pageSize)} per batch`,
    oneShot: true,
    tune: 'fixed',
    parse: (item) => integers(item, 1, 4096),
    show: asIs,
  }),
  transport: oneOf('transport', '--transport', Object.keys(transports), {
    fallback: ['memory'],
    what: 'where channels write',
    scope: 'matrix',
    label: (transport) => transport,
    tune: 'fixed',
  }),
  codec: oneOf('codec', '--codec', HAS_ZSTD ? ['none', 'zlib', 'zstd'] : ['none', 'zlib'], {
    takes: `none, zlib, zstd${HAS_ZSTD ? '' : ` (not here: zstd needs Node 22.15 or newer, this is ${process.version})`}`,
    what: 'how pages are packed',
    scope: 'matrix',
    label: (codec) => (codec === 'none' ? undefined : codec),
    oneShot: true,
    tune: 'fixed',
  }),
  providerWait: wait('providerWait', '--provider-wait', {
    what: 'how the provider alone waits',
    field: ['wait', 'provider'],
  }),
  senderWait: wait('senderWait', '--sender-wait', {
    what: 'how the senders alone wait',
    field: ['wait', 'sender'],
    label: (_, { wait: { provider, sender } }) =>
      provider === 'park' && sender === 'park' ? undefined : `wait ${provider}/${sender}`,
  }),
  place: oneOf('place', '--place', ['spread', 'same', 'none'] as Placement[], {
    what: 'which CPUs threads are pinned to',
    scope: 'everywhere',
    label: (place) => (place === 'spread' ? undefined : `place ${place}`),
    oneShot: true,
    tune: 'searched',
  }),
  load: axis({
    key: 'load',
    flag: '--load',
    takes: 'closed (one batch in flight), or percent of the capacity, 1 to 100, as in closed,25,50,75,90',
    fallback: [undefined],
    scope: 'matrix',
    only: 'hand-off',
    json: 'number',
    optional: true,
    column: { rank: 3 },
    label: (load) => (load === undefined ? undefined : `load ${showLoad(load)}`),
    tune: 'fixed',
    parse: (item) => {
      if (item === 'closed') return [undefined];
      const percent = Number(/^(\d+(?:\.\d+)?)%?$/.exec(item)?.[1]);
      return percent >= 1 && percent <= 100 ? [percent / 100] : undefined;
    },
    show: showLoad,
  }),
  syncLoad: axis({
    key: 'syncLoad',
    flag: '--sync-load',
    takes: 'busy, idle, or slow (channel 0 takes 1 ms per batch)',
    fallback: [undefined],
    scope: 'matrix',
    only: 'sync',
    json: 'string',
    optional: true,
    label: (load) => (load === undefined ? undefined : `${load} channels`),
    parse: (item) => {
      if (item === 'busy') return [undefined];
      return item === 'idle' || item === 'slow' ? [item] : undefined;
    },
    show: (load) => load ?? 'busy',
  }),
  ...deviceAxes,
  providerWorkNs: work('providerWorkNs', '--provider-work', 'provider'),
  senderWorkNs: work('senderWorkNs', '--sender-work', 'sender'),
  scan: axis({
    key: 'scan',
    flag: '--scan',
    takes: SCAN_KINDS.join(', '),
    what: 'how the provider looks for a free channel',
    fallback: [undefined],
    scope: 'matrix',
    json: 'string',
    optional: true,
    column: { rank: 4 },
    label: (kind) => (kind === undefined ? undefined : `scan ${kind}`),
    tune: 'fixed',
    parse: (item) => {
      const kind = SCAN_KINDS.find((each) => each === item);
      return kind && [kind === 'plain' ? undefined : kind];
    },
    show: (kind) => kind ?? 'plain',
  }),
  rowBytes: axis({
    key: 'rowBytes',
    flag: '--layout',
    takes: 'packed, 64, 128: bytes between the words of different writers',
    fallback: [CELL_DEFAULTS.rowBytes],
    scope: 'everywhere',
    json: 'count',
    unsaid: true,
    column: { rank: 5 },
    label: (bytes) => (bytes === CELL_DEFAULTS.rowBytes ? undefined : `layout ${showRowBytes(bytes)}`),
    parse: (item) => {
      if (item === 'packed') return [PACKED_BYTES];
      return item === '64' || item === '128' ? [Number(item)] : undefined;
    },
    show: showRowBytes,
  }),
  elide: axis({
    key: 'elide',
    flag: '--elide',
    takes: 'on, off: off notifies at every post and wake, whether anybody sleeps or not',
    fallback: [CELL_DEFAULTS.elide],
    scope: 'everywhere',
    json: 'boolean',
    unsaid: true,
    column: { rank: 6 },
    label: (elide) => (elide ? undefined : 'elide off'),
    parse: (item) => (item === 'on' || item === 'off' ? [item === 'on'] : undefined),
    show: (elide) => (elide ? 'on' : 'off'),
  }),
  dose: axis({
    key: 'dose',
    flag: '--dose',
    takes: 'lock=LIST, mutex=LIST, notify=LIST (numbers to 1000) or hold=LIST (times to 1s), as in lock=0,1,10,50',
    what: 'slopes',
    fallback: [undefined],
    scope: 'slopes',
    json: 'object',
    optional: true,
    column: { rank: 9 },
    parse: parseDose,
    show: (dose) => (dose === undefined ? '' : showDose(dose)),
  }),
} as const;

/** Every axis, for what treats them alike. */
export const AXES: readonly Axis[] = Object.values(axes) as unknown as readonly Axis[];

/** Pages that fill QEMU's packet: 128 of 4 KiB. */
export function defaultBatchPages(pageSize: number): number {
  return Math.max(1, PACKET_BYTES / pageSize);
}

/** `--wait` is both sides' waits: an error names the flag that was given. */
export function requireWait(wait: string | undefined): void {
  if (wait !== undefined) parseAxis({ ...axes.providerWait, flag: '--wait' }, wait);
}
