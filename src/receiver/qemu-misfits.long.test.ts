// What is no stream of a QEMU, or not of the one expected, over sockets: the receiver says what it is, and leaves nothing.
import { expect, it } from 'vitest';
import { MISFITS, sayingOf } from './fixtures/misfits.js';
import { useSources } from './fixtures/sources.js';

const { path, names, start, write } = useSources();

it.each(MISFITS.map((misfit) => [misfit[0], misfit] as const))('%s', async (_, misfit) => {
  const [, , streams, changes] = misfit;
  const receiver = await start({ ramOut: path('ram'), ...changes });
  for (const stream of streams) await write(receiver, stream, false);
  await expect(receiver.report).rejects.toThrow(sayingOf(misfit));
  expect(names()).toEqual([]);
});
