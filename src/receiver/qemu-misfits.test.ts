// What is no stream of a QEMU, or not of the one expected: what the readers say of it, and one over sockets.
import { expect, it } from 'vitest';
import { receiveInProcess } from './fixtures/in-process.js';
import { MISFITS, sayingOf } from './fixtures/misfits.js';
import { useSources } from './fixtures/sources.js';

const { path, names, planFor, start, write } = useSources();

/** Said by who accepts connections, not by who reads them. */
const OF_CONNECTIONS = [
  'two main streams',
  'a channel twice',
  'a channel too many',
  'too few channels',
  'no main stream',
];
const isRead = ([name]: (typeof MISFITS)[number]) => !OF_CONNECTIONS.includes(name);

it.each(MISFITS.filter(isRead).map((misfit) => [misfit[0], misfit] as const))('%s', (_, misfit) => {
  const [, , streams, changes] = misfit;
  expect(() => receiveInProcess(planFor(changes), streams)).toThrow(sayingOf(misfit));
});

it('ends the process, which leaves nothing', async () => {
  const misfit = MISFITS.find(([name]) => name === 'a channel twice')!;
  const receiver = await start({ ramOut: path('ram') });
  for (const stream of misfit[2]) await write(receiver, stream, false);
  await expect(receiver.report).rejects.toThrow(sayingOf(misfit));
  expect(names()).toEqual([]);
});
