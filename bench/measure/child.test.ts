import { expect, it } from 'vitest';
import { Child, ProcessKilled } from './child.js';

it('a process that fills its RAM is ended by a signal, and not waited for', async () => {
  const ram = { bytes: 1 << 30, seed: 1, shares: { zero: 0, text: 0, random: 1 } };
  const abort = new AbortController();
  const started = Child.start({ senders: 1, requesters: 1, ram, watchdogMs: 10_000 }, [], {
    signal: abort.signal,
  });
  abort.abort();
  await expect(started).rejects.toThrow(ProcessKilled);
});
