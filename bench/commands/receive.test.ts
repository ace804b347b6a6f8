// The receive command against every QEMU on PATH: all RAM of machines that stand still.
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isLong, runsNow } from '../../src/fixtures/tier.js';
import { Random } from '../../src/random.js';
import type { ReceiverReport } from '../../src/receiver/plan.js';
import { HAS_ZSTD } from '../../src/wire/codecs/flushed-stream.js';
import { isSince, qemuBinary } from '../qemu/binary.js';
import { binaries, MIB, newest, useReceiving, why } from '../qemu/fixtures/receiving.js';

const { newFile, leftOf, source, receive } = useReceiving();
const codecs = ['none', 'zlib', ...(HAS_ZSTD ? (['zstd'] as const) : [])] as const;

/** A RAM image with pages of zeros, of one pattern, and of noise. */
function image(mib: number): string {
  const path = newFile('image');
  const bytes = Buffer.alloc(mib * MIB);
  const random = new Random(mib);
  for (let page = 0; page < bytes.length / 4096; page++) {
    const at = page * 4096;
    if (page % 4 === 1) bytes.fill(page & 0xff, at, at + 4096);
    else if (page % 4 > 1)
      for (let word = 0; word < 4096; word += page % 4 === 2 ? 512 : 4)
        bytes.writeInt32LE(random.below(2 ** 31), at + word);
  }
  writeFileSync(path, bytes);
  return path;
}

/** How many channels share a stream is the channels' matter, how pages are packed each channel's own. */
const channelsWith = (codec: string) => (codec === 'none' ? [1, 2, 3, 8, 16] : [2, 16]);

describe.skipIf(binaries.length === 0)(`from a real QEMU${why}`, () => {
  describe.each(binaries.map((binary) => ({ binary, name: binary.version })))('$name', ({ binary }) => {
    const old = !isSince(binary, 8, 1);
    const isNewest = binary === newest;
    /** The image has pages of zeros: a quarter. */
    const ramFile = image(2);
    const whole = readFileSync(ramFile);

    const cases = codecs.flatMap((codec) => channelsWith(codec).map((channels) => [codec, channels] as const));
    const isFirst = ([codec, channels]: (typeof cases)[number]) => isNewest && codec === 'none' && channels === 3;
    it.each(cases.filter((each) => runsNow(isFirst(each))))(
      'all RAM comes: codec %s, %i channels',
      async (codec, channels) => {
        const ramOut = newFile('out');
        const words = ['--ram-out', ramOut, '--channels', String(channels), '--codec', codec, '--json'];
        // Old ones number packets in a race.
        const receiving = await receive(...words, ...(old ? [] : ['--strict-numbers']));
        const qemu = await source({ binary, ramFile, settings: { channels, compression: codec } });
        await qemu.migrate(receiving.address);
        expect((await qemu.ended()).status).toBe('completed');
        const { code, stdout, stderr } = await receiving.ended;
        expect(stderr).toMatch(/^listening on \S+ for \d+ channels and a main stream\n$/);
        expect(code).toBe(0);
        expect(readFileSync(ramOut).equals(whole)).toBe(true);
        const report: ReceiverReport = JSON.parse(stdout);
        expect(report.blocks).toMatchObject([{ name: 'm0', bytes: whole.length, pagesMissing: 0 }]);
        const zero = [report.main!, ...report.channels].reduce((sum, { zeroPages }) => sum + zeroPages, 0);
        const pages = report.channels.reduce((sum, each) => sum + each.pages, 0);
        expect(zero).toBe(128);
        // Now and then 7.2 sends the last page of a packet again as the first of the next.
        if (old) expect(pages).toBeGreaterThanOrEqual(384);
        else expect(pages).toBe(384);
        expect(report.main!.syncPlace).toBe(old ? 'section-end' : 'flush-mark');
      },
    );

    it.runIf(isLong)('says what came, and from whom, over a unix socket', async () => {
      const receiving = await receive('--listen', newFile('socket'));
      const qemu = await source({ binary, ramFile, settings: { channels: 2 } });
      await qemu.migrate(receiving.address);
      const { stdout } = await receiving.ended;
      expect(stdout).toMatch(
        old ? /^from a QEMU before 8\.1, or one that/ : /^from QEMU (8\.1 to 9\.2|10\.0 or newer), /,
      );
      expect(stdout).toContain(', machine none\nblock m0: 2097152 bytes\n');
      expect(stdout).toMatch(/\n1 round in which pages came\nin [\d.]+ s\nSHA-256 [0-9a-f]{64}\n$/);
    });

    it.runIf(isLong)(
      'of more RAM than one section of a main stream goes with',
      async () => {
        const ramFile = newFile('large');
        writeFileSync(ramFile, Buffer.alloc(256 * MIB, 'not zero'));
        const receiving = await receive('--channels', '4', '--json');
        const qemu = await source({ binary, ramFile, settings: { channels: 4 } });
        await qemu.migrate(receiving.address);
        const report: ReceiverReport = JSON.parse((await receiving.ended).stdout);
        expect(report.sha256).toBe(createHash('sha256').update(readFileSync(ramFile)).digest('hex'));
        expect(report.main!.syncs).toBeGreaterThanOrEqual(old ? 4 : 2);
        rmSync(ramFile);
      },
      60_000,
    );

    it.runIf(isLong && isSince(binary, 9, 0)).each(['legacy', 'none'] as const)(
      'that looks for zero pages: %s',
      async (zeroPages) => {
        const receiving = await receive('--json', '--strict-numbers');
        const qemu = await source({ binary, ramFile, settings: { channels: 2, zeroPages } });
        await qemu.migrate(receiving.address);
        const report: ReceiverReport = JSON.parse((await receiving.ended).stdout);
        expect(report.sha256).toBe(createHash('sha256').update(whole).digest('hex'));
        expect(report.main!.zeroPages).toBe(zeroPages === 'legacy' ? 128 : 0);
        expect(report.channels.map((each) => each.zeroPages)).toEqual([0, 0]);
      },
    );

    it.runIf(isLong && isSince(binary, 8, 1))('that flushes after each section, as older ones do', async () => {
      const receiving = await receive('--json');
      const words = ['-global', 'migration.multifd-flush-after-each-section=on'];
      const qemu = await source({ binary, ramFile, settings: { channels: 3 }, words });
      await qemu.migrate(receiving.address);
      const { stderr } = await receiving.ended;
      // Three channels, where two are expected: what comes on the third would be lost.
      expect(stderr).toMatch(
        /id: expected less than 2 channels, got 2|expected a main stream and 2 channels, got one more/,
      );
      const second = await receive('--json', '--channels', '3');
      const again = await source({ binary, ramFile, settings: { channels: 3 }, words });
      await again.migrate(second.address);
      const report: ReceiverReport = JSON.parse((await second.ended).stdout);
      expect(report.main!.syncPlace).toBe('section-end');
      expect(report.sha256).toBe(createHash('sha256').update(whole).digest('hex'));
    });

    it
      .runIf(runsNow(isNewest))
      .each([
        [
          'multifd-compression other than --codec',
          'zlib' as const,
          /channel \d, packet \d, flags: expected codec none = 0x0, got 0x2/,
        ],
      ])('fails by name: %s', async (_, compression, message) => {
      const ramOut = newFile('out');
      const receiving = await receive('--ram-out', ramOut);
      const qemu = await source({ binary, ramFile, settings: { channels: 2, compression } });
      await qemu.migrate(receiving.address);
      const { code, stderr } = await receiving.ended;
      expect(stderr).toMatch(message);
      expect(code).toBe(1);
      expect(leftOf(ramOut)).toEqual([]);
    });

    it.runIf(isLong)('without multifd, whose main stream has the pages', async () => {
      const receiving = await receive('--channels', '0', '--json');
      const qemu = await source({ binary, ramFile, settings: { channels: 2 }, capabilities: [] });
      await qemu.migrate(receiving.address);
      const { code, stdout, stderr } = await receiving.ended;
      expect(stderr).toMatch(/^listening on \S+ for a main stream\n$/);
      expect(code).toBe(0);
      const report: ReceiverReport = JSON.parse(stdout);
      expect(report.sha256).toBe(createHash('sha256').update(whole).digest('hex'));
      expect(report.channels).toEqual([]);
    });

    it.runIf(isLong)('that says its uuid and has dirty bitmaps to send, with or without the right --uuid', async () => {
      const uuid = '9c0e2f5e-6c2b-4d0a-8f55-0123456789ab';
      for (const [given, message] of [
        [['--uuid', uuid], /^$/],
        [[], /uuid: expected 00000000-0000-0000-0000-000000000000, got 9c0e2f5e-6c2b-4d0a-8f55-0123456789ab$/m],
      ] as const) {
        const receiving = await receive('--json', ...given);
        const capabilities = ['multifd', 'validate-uuid', 'dirty-bitmaps'];
        const plan = { binary, ramFile, settings: { channels: 2 }, capabilities, words: ['-uuid', uuid] };
        const qemu = await source(plan);
        await qemu.migrate(receiving.address);
        const { code, stdout, stderr } = await receiving.ended;
        expect([code, stderr.replace(/^listening.*\n/, '')]).toEqual([
          given.length > 0 ? 0 : 1,
          expect.stringMatching(message),
        ]);
        if (given.length > 0) {
          const report: ReceiverReport = JSON.parse(stdout);
          expect(report.sha256).toBe(createHash('sha256').update(whole).digest('hex'));
        }
        await qemu.kill();
      }
    });

    it.runIf(isLong && !old)('of a machine with virtio-mem, whose state comes before its RAM', async () => {
      const out = newFile('out');
      const receiving = await receive('--json', '--block', 'm0', '--ram-out', out);
      const pc = newFile('pc');
      writeFileSync(pc, Buffer.alloc(8 * MIB, 'pc'));
      const words = [
        ...['-machine', 'pc', '-m', '8M,maxmem=1G,slots=2', '-object', 'memory-backend-ram,id=vm0,size=128M'],
        ...['-device', 'virtio-mem-pci,id=v0,memdev=vm0,requested-size=32M'],
      ];
      const qemu = await source({ binary, ramFile: pc, settings: { channels: 2 }, words });
      await qemu.migrate(receiving.address);
      const { code, stderr } = await receiving.ended;
      expect([code, stderr]).toEqual([0, expect.stringMatching(/^listening/)]);
      expect(readFileSync(out).equals(readFileSync(pc))).toBe(true);
    });

    it.runIf(isLong).each([
      ['10s', 0, /^$/],
      ['1s', 1, /got nothing for 1000 ms.*; --pause-limit allows longer pauses\n$/],
    ])('that pauses before its switchover, with --pause-limit %s: exit %i', async (limit, expected, message) => {
      const receiving = await receive('--pause-limit', limit, '--json');
      const capabilities = ['multifd', 'pause-before-switchover'];
      const qemu = await source({ binary, ramFile, settings: { channels: 2 }, capabilities });
      await qemu.migrate(receiving.address);
      while ((await qemu.info()).status !== 'pre-switchover') await sleep(5);
      await sleep(2000);
      await qemu.call('migrate-continue', { state: 'pre-switchover' }).catch(() => {});
      const { code, stdout, stderr } = await receiving.ended;
      expect([code, stderr.replace(/^listening.*\n/, '')]).toEqual([expected, expect.stringMatching(message)]);
      if (expected === 0) expect(JSON.parse(stdout).sha256).toBe(createHash('sha256').update(whole).digest('hex'));
    });

    it.runIf(runsNow(isNewest))('that is killed in the middle leaves no output', async () => {
      const ramOut = newFile('out');
      const receiving = await receive('--ram-out', ramOut);
      const qemu = await source({ binary, ramFile, settings: { channels: 2, bytesPerSecond: MIB } });
      await qemu.migrate(receiving.address);
      while (((await qemu.info()).bytes ?? 0) === 0) await sleep(5);
      await qemu.kill();
      const { code, stderr } = await receiving.ended;
      expect(code).toBe(1);
      expect(stderr).toMatch(/receive: (main stream|channel \d|the main stream).*(end of the stream|ECONNRESET)/);
      expect(leftOf(ramOut)).toEqual([]);
    });
  });
});

const aarch64 = await qemuBinary('PATH', 'qemu-system-aarch64').catch(() => undefined);
const whyNot = aarch64 ? '' : ' (skipped: no qemu-system-aarch64 on PATH)';

describe.runIf(isLong && aarch64)(`from the QEMU of an aarch64${whyNot}`, () => {
  it.each([
    ['none', '1k', ['multifd']],
    ['none', '1k', []],
    ['virt', '4k', ['multifd']],
  ])('machine %s, pages of %s, capabilities %j: equal', async (machine, pageSize, capabilities) => {
    const ramFile = image(16);
    const out = newFile('out');
    const channels = capabilities.length === 0 ? '0' : '2';
    const kept = ['--block', 'm0', '--ram-out', out];
    const receiving = await receive('--page-size', pageSize, '--channels', channels, ...kept);
    const words = machine === 'none' ? [] : ['-machine', machine, '-cpu', 'cortex-a57'];
    const qemu = await source({ binary: aarch64!, ramFile, settings: { channels: 2 }, capabilities, words });
    await qemu.migrate(receiving.address);
    expect((await qemu.ended()).status).toBe('completed');
    const { code, stderr } = await receiving.ended;
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^listening on [^\n]*\n$/)]);
    // A machine writes its device tree into the RAM.
    expect(readFileSync(out).equals(readFileSync(ramFile))).toBe(true);
  });
});
