// A child process whose start fails is gone by the time its parent hears of it.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Child } from './child.js';

const children = (): string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      return new RegExp(`^PPid:\\t${process.pid}$`, 'm').test(readFileSync(`/proc/${pid}/status`, 'latin1'));
    } catch {
      return false;
    }
  });

it('leaves no process when its RAM cannot be read', async () => {
  const before = children();
  const plan = { senders: 1, requesters: 1, ram: { file: '/nothing/here' }, watchdogMs: 1000 };
  await expect(Child.start(plan, [])).rejects.toThrow("ENOENT: no such file or directory, open '/nothing/here'");
  expect(children()).toEqual(before);
});
