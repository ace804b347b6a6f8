// Files of blocks: names that a QEMU gives to blocks are no paths.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SHA256 } from '../wire/fixtures/captured.js';
import { blockFileName } from './block-file.js';
import { boundaries, old, streamsOf, useSources } from './fixtures/sources.js';

const { path, start, write } = useSources();

describe('files of blocks', () => {
  it.each([
    ['pc.bios', 'pc.bios'],
    ['/rom@etc/acpi/tables', '%2From@etc%2Facpi%2Ftables'],
    ['..', '%2E.'],
    ['../../etc/passwd', '%2E.%2F..%2Fetc%2Fpasswd'],
    ['a\0b%\n', 'a%00b%25%0A'],
    ['ü', '%C3%BC'],
    ['x'.repeat(200), '%block-7'],
  ])('%j goes to %s', (block, name) => expect(blockFileName(block, 7)).toBe(name));

  it('go to a directory that is not there yet, whatever the names are', async () => {
    const blocksOut = path('blocks');
    // As long as m0, so that the stream is whole.
    const rename = (stream: Buffer) => Buffer.from(stream.toString('latin1').replaceAll('m0', '..'), 'latin1');
    const [main, ...channels] = streamsOf(old);
    const renamed = channels.map((stream) => {
      const bytes = Buffer.from(stream);
      for (const at of boundaries(stream).slice(0, -1)) {
        if (bytes.subarray(at + 64, at + 67).toString('latin1') === 'm0\0') bytes.write('..', at + 64);
      }
      return bytes;
    });
    const receiver = await start({ blocksOut });
    for (const stream of [rename(main!), ...renamed]) await write(receiver, stream);
    expect((await receiver.report).blocks).toMatchObject([{ name: '..', sha256: SHA256 }]);
    expect(readdirSync(blocksOut)).toEqual(['%2E.']);
    mkdirSync(path('there'));
    writeFileSync(join(path('there'), 'kept'), '');
    await expect(start({ blocksOut: path('there') })).rejects.toThrow('expected nothing at that name');
    expect(existsSync(join(path('there'), 'kept'))).toBe(true);
  });
});
