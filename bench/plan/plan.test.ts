import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_VARIANTS } from '../../variants/index.js';
import { parseBytes, parseNanoseconds, showBytes, showNanoseconds, showNumber } from '../base/quantities.js';
import { axes } from './axes.js';
import { parseAxis } from './axis.js';
import { showWait } from './axis-values.js';
import { loadVariants } from './catalogue.js';
import { parseCellId } from './cell-id.js';
import { roundGroups } from './order.js';
import { makePlan } from './plan.js';
import { cellKey, type PlanOptions } from './planned.js';
import { parseRam } from './ram-flag.js';
import { type PlanFlags, planOf } from './run-plan.js';
import { customTable, DEFAULT_TABLES } from './tables.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-plan-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('quantities', () => {
  it('reads what it shows', () => {
    for (const bytes of [1, 4096, 65536, 1 << 20, 3 * 2 ** 30]) expect(parseBytes(showBytes(bytes))).toBe(bytes);
    for (const time of [5, 1500, 20_000, 1e6, 2e9]) expect(parseNanoseconds(showNanoseconds(time))).toBe(time);
    expect([parseBytes('64KiB'), parseBytes('2MB'), parseBytes('k'), parseBytes('-1')]).toEqual([
      65536,
      2 << 20,
      undefined,
      undefined,
    ]);
    expect([0.0123, 1.234, 56.78, 1234.5].map(showNumber)).toEqual(['0.0123', '1.23', '56.8', '1235']);
  });
});

describe('axes', () => {
  it('parse lists, and doubling ranges, without repeating a value', () => {
    expect(parseAxis(axes.channels, '1,2,4..16,2')).toEqual([1, 2, 4, 8, 16]);
    expect(parseAxis(axes.pageSize, '4k, 2m')).toEqual([4096, 2 << 20]);
    expect(parseAxis(axes.providerWait, 'park,spin:20us,adaptive')).toEqual(['park', { spinNs: 20_000 }, 'adaptive']);
  });

  it.each([
    ['channels', '0', '--channels: got "0", takes 1 to 64, as in 1,2,4..16 (doubling)'],
    ['channels', '1,65', '--channels: got "65", takes 1 to 64, as in 1,2,4..16 (doubling)'],
    ['channels', '', '--channels: got "", takes 1 to 64, as in 1,2,4..16 (doubling)'],
    ['pageSize', '5000', '--page-size: got "5000", takes powers of two from 4k to 2m'],
    ['pageSize', '4m', '--page-size: got "4m", takes powers of two from 4k to 2m'],
    ['senderWait', 'spin', '--sender-wait: got "spin", takes park, adaptive, or spin:TIME up to 10s as in spin:20us'],
    ['scan', 'wasm', '--scan: got "wasm", takes plain, atomic, wasm-fence, wasm-acquire'],
    ['transport', 'pigeon', '--transport: got "pigeon", takes discard, memory'],
  ] as const)('refuse a bad %s: "%s"', (key, text, message) => {
    expect(() => parseAxis(axes[key] as never, text)).toThrow(message);
  });
});

describe('--ram', () => {
  it('takes sizes with shares, and files', () => {
    expect(parseRam('64m:zero=20,text=40,random=40', 5)).toEqual({
      bytes: 64 << 20,
      seed: 5,
      shares: { zero: 20, text: 40, random: 40 },
    });
    const path = join(folder, 'ram');
    writeFileSync(path, 'x');
    expect(parseRam(path, 5)).toEqual({ file: path });
  });

  it('names what is wrong', () => {
    const empty = join(folder, 'empty');
    writeFileSync(empty, '');
    expect(() => parseRam(empty, 1)).toThrow(`--ram: ${empty} is empty`);
    expect(() => parseRam(`${folder}/none`, 1)).toThrow(`--ram: no file ${folder}/none`);
    expect(() => parseRam(folder, 1)).toThrow(`--ram: ${folder} is neither a regular file nor a block device`);
    expect(() => parseRam('100', 1)).toThrow('--ram: got "100"');
    expect(() => parseRam('64m:zero=0', 1)).toThrow('one of them above 0');
    expect(() => parseRam('64m:most=1', 1)).toThrow('--ram: got "64m:most=1"');
  });
});

describe('makePlan', () => {
  const options = async (part: Partial<PlanOptions> = {}): Promise<PlanOptions> => ({
    tables: DEFAULT_TABLES,
    listed: await loadVariants('mutex,atomic-barrier,message-port'),
    everywhere: {},
    forceSpin: false,
    rounds: 6,
    visitMs: 1,
    slices: 4,
    sliceMs: 10,
    turnFactor: 1,
    besideEvery: 1,
    studied: [],
    seed: 3,
    ram: parseRam('1m', 3),
    cpus: 2,
    ...part,
  });

  it('skips what a variant does not declare, and spinning beyond the CPUs, with the reason', async () => {
    const spin = { providerWait: [{ spinNs: 1000 }], senderWait: [{ spinNs: 1000 }] } as const;
    const plan = makePlan(await options({ tables: [customTable({ depth: [4], channels: [1, 2] })], everywhere: spin }));
    const reasons = plan.cells.map(({ cell, skipped }) => `${cell.variant} ${cell.channels}: ${skipped}`);
    expect(reasons).toEqual([
      'mutex 1: depth 4: mutex declares 1 to 1',
      'atomic-barrier 1: depth 4: atomic-barrier declares 1 to 1',
      'message-port 1: undefined',
      'mutex 2: depth 4: mutex declares 1 to 1',
      'atomic-barrier 2: depth 4: atomic-barrier declares 1 to 1',
      'message-port 2: undefined',
    ]);
  });

  it('skips adaptive waits too, and any spinning on one shared CPU, unless forced', async () => {
    const skipped = async (place: 'spread' | 'same', forceSpin: boolean) => {
      const everywhere = { senderWait: ['adaptive'], place: [place] } as const;
      const tables = [customTable({ channels: [1, 2] })];
      const listed = await loadVariants('mutex,inline');
      return makePlan(await options({ tables, everywhere, listed, forceSpin })).cells.map((cell) => cell.skipped);
    };
    const beyond = 'spinning with more threads than 2 CPUs; --force-spin measures it';
    const shared = 'spinning while all threads share one CPU; --force-spin measures it';
    expect(await skipped('spread', false)).toEqual([undefined, undefined, beyond, undefined]);
    expect(await skipped('same', false)).toEqual([shared, undefined, shared, undefined]);
    expect(await skipped('same', true)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('takes the wait axes as one where both sides wait alike, and repeats designs that do not wait by policy', async () => {
    const waits = ['park', 'adaptive', { spinNs: 1000 }] as const;
    const everywhere = { providerWait: waits, senderWait: waits };
    const tables = [customTable({ channels: [1] })];
    const of = async (sameWaits: boolean) =>
      makePlan(await options({ tables, everywhere, sameWaits, listed: await loadVariants('mutex,message-port') }));
    const plan = await of(true);
    const shown = plan.cells.map(({ cell, repeats }) => {
      const first = plan.cells.find(({ id }) => id === repeats)?.cell;
      const as = first ? ` as ${first.variant} ${showWait(first.providerWait)}` : '';
      return `${cell.variant} ${showWait(cell.providerWait)}/${showWait(cell.senderWait)}${as}`;
    });
    expect(shown).toEqual([
      'mutex park/park',
      'message-port park/park',
      'mutex adaptive/adaptive',
      'message-port adaptive/adaptive as message-port park',
      'mutex spin:1us/spin:1us',
      'message-port spin:1us/spin:1us as message-port park',
    ]);
    const turns = roundGroups(plan, 0).flatMap(({ sets }) =>
      sets.flatMap(({ cells }) => cells.map(({ cell }) => cell)),
    );
    expect(new Set(turns.filter(({ variant }) => variant === 'message-port').map(cellKey)).size).toBe(1);
    expect((await of(false)).cells.length).toBe(18);
  });

  it('repeats designs that publish each batch by itself, and what is more than the depth', async () => {
    const publishEvery = parseAxis(axes.publishEvery, '1,8,32');
    const tables = [customTable({ channels: [1], depth: [4, 64], publishEvery })];
    const plan = makePlan(await options({ tables, listed: await loadVariants('message-port,spsc-ring') }));
    const shown = plan.cells.map(({ cell: { variant, depth, publishEvery: every = 1 }, repeats }) => {
      const first = plan.cells.find(({ id }) => id === repeats)?.cell;
      return `${variant} ${depth} ${every}${first ? ` as ${first.publishEvery ?? 1}` : ''}`;
    });
    expect(shown).toEqual([
      'message-port 4 1',
      'spsc-ring 4 1',
      'message-port 4 8 as 1',
      'spsc-ring 4 8',
      'message-port 4 32 as 1',
      'spsc-ring 4 32 as 8',
      'message-port 64 1',
      'spsc-ring 64 1',
      'message-port 64 8 as 1',
      'spsc-ring 64 8',
      'message-port 64 32 as 1',
      'spsc-ring 64 32',
    ]);
    expect(parseCellId(plan.cells[3]!.id)).toEqual(plan.cells[3]!.cell);
  });

  it('measures a design that searches in a way of its own once for all scans, and keeps scans of one design together', async () => {
    const tables = [customTable({ channels: [8], scan: [undefined, 'atomic', 'wasm-fence'] })];
    const listed = await loadVariants('mutex,atomic-barrier,atomic-scan');
    const plan = makePlan(await options({ tables, listed }));
    const shown = plan.cells.map(({ cell, repeats }) => `${cell.variant} ${cell.scan}${repeats ? ' again' : ''}`);
    expect(shown).toEqual([
      ...['mutex undefined', 'atomic-barrier undefined', 'atomic-scan undefined'],
      ...['mutex atomic again', 'atomic-barrier atomic', 'atomic-scan atomic again'],
      ...['mutex wasm-fence again', 'atomic-barrier wasm-fence', 'atomic-scan wasm-fence again'],
    ]);
    const groups = roundGroups(plan, 0).map(({ sets }) => new Set(sets.flatMap(({ cells }) => cells)).size);
    expect(groups).toEqual([5]);
    expect(tables[0]!.columns).toBe('scan');
  });

  it('ablates layout and elision cell by cell, and repeats designs that have nothing to lay out or notify', async () => {
    const flags = { variants: 'mutex,message-port', channels: '2', layout: 'packed,64,128', elide: 'on,off' };
    const { plan } = await planOf({ ...flags, seed: '1' });
    const shown = plan.cells.map(({ cell, repeats }) => {
      const as = repeats === undefined ? '' : ' again';
      return `${cell.variant} ${cell.rowBytes} ${cell.elide ? 'on' : 'off'}${as}`;
    });
    const combinations = [8, 64, 128].flatMap((rowBytes) => ['on', 'off'].map((elide) => `${rowBytes} ${elide}`));
    expect(shown).toEqual(
      combinations.flatMap((each, at) => [`mutex ${each}`, `message-port ${each}${at === 0 ? '' : ' again'}`]),
    );
    const groups = roundGroups(plan, 0).map(({ sets }) => new Set(sets.flatMap(({ cells }) => cells)).size);
    expect(groups).toEqual([7]);
    for (const { id, cell } of plan.cells) expect(parseCellId(id)).toEqual(cell);
    // Ids are older than these axes: the defaults are not in them.
    expect(plan.cells.map(({ id }) => id.replace(/^.* place=spread/, ''))).toEqual([
      ...[' rowBytes=packed', ' rowBytes=packed', ' rowBytes=packed elide=off', ' rowBytes=packed elide=off'],
      ...[' rowBytes=64', ' rowBytes=64', ' rowBytes=64 elide=off', ' rowBytes=64 elide=off'],
      ...['', '', ' elide=off', ' elide=off'],
    ]);
  });

  it('repeats a design whose words lie the same however far apart they are asked to', async () => {
    const { plan } = await planOf({ variants: 'mutex,inline', channels: '1', layout: '64,128', elide: 'off,on' });
    const again = plan.cells.filter(({ repeats }) => repeats !== undefined);
    expect(again.map(({ cell }) => cell.variant)).toEqual(['inline', 'inline', 'inline']);
  });

  it('takes one layout, and --no-elide, for the default tables too, and what a saved run says of them', async () => {
    const of = async (flags: PlanFlags) => (await planOf(flags)).plan;
    const plan = await of({ elide: false, layout: 'packed' });
    expect(plan.tables).toEqual(DEFAULT_TABLES);
    expect(plan.cells.every(({ cell }) => !cell.elide && cell.rowBytes === 8)).toBe(true);
    expect((await of({ elide: true })).cells.map(({ id }) => id)).toEqual((await of({})).cells.map(({ id }) => id));
    await expect(of({ layout: '64,7' })).rejects.toThrow('--layout: got "7", takes packed, 64, 128');
    await expect(of({ elide: 'no' })).rejects.toThrow('--elide: got "no", takes on, off');
  });

  it.each([
    [{ channels: '1,2', depth: '1,2' }, 'channels'],
    [{ depth: '1,2' }, 'channels'],
    [{ channels: '1', depth: '1,2,4' }, 'depth'],
    [{ channels: '1', depth: '64', publishEvery: '1,8' }, 'publishEvery'],
    [{ channels: '1', depth: '1,64', elide: 'on,off' }, 'elide'],
    [{ channels: '1', layout: 'packed,128', elide: 'on,off' }, 'rowBytes'],
    [{ channels: '1', layout: '64' }, 'channels'],
    [{ channels: '1', workload: 'hand-off' }, 'metrics'],
  ] as const)('has the first axis with several values across: %j', async (flags, columns) => {
    expect((await planOf({ variants: 'message-port', ...flags })).plan.tables[0]!.columns).toBe(columns);
  });

  it('refuses what does not fit into memory, with the sum', async () => {
    const ram = parseRam('1000g', 1);
    const large = await options({ ram });
    expect(() => makePlan(large)).toThrow(
      /^too little memory: RAM 1000 GiB \+ the receiver's RAM 1000 GiB \+ control words .+ needed, .+ available/,
    );
  });

  it('measures the default designs unless others are named', async () => {
    const names = async (flags: PlanFlags) => (await planOf(flags)).plan.listed.map(({ variant }) => variant.name);
    expect(await names({})).toEqual(DEFAULT_VARIANTS);
    expect(await names({ dose: 'lock=0,1' })).toEqual(['mutex', 'atomic-barrier']);
    expect(await names({ variants: 'inline' })).toEqual(['inline']);
  });

  it('knows variants by name, alias and path, and says which it does not', async () => {
    expect((await loadVariants('lock-free'))[0]!.variant.name).toBe('atomic-barrier');
    await expect(loadVariants('mutexx')).rejects.toThrow('--variants: got "mutexx", takes mutex, atomic-barrier');
    await expect(loadVariants('./none.js')).rejects.toThrow('--variants: no file ./none.js');
    await expect(loadVariants('mutex,../x/../none.js')).rejects.toThrow('--variants: no file');
  });
});
