import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { exhaustDescriptors } from './connect-faults.js';

const limit = () => /^Max open files.*/m.exec(readFileSync('/proc/self/limits', 'latin1'))![0];
const open = () => openSync('/dev/null', 'r');

it('runs out of descriptors and gives them back, also where no lower number is free', () => {
  const before = limit();
  const highest = Math.max(...readdirSync('/proc/self/fd').map(Number));
  const fillers: number[] = [];
  while ((fillers.at(-1) ?? 0) <= highest) fillers.push(open());
  try {
    const restore = exhaustDescriptors();
    try {
      expect(open).toThrow(/EMFILE/);
    } finally {
      restore();
    }
    expect(limit()).toBe(before);
    closeSync(open());
  } finally {
    for (const filler of fillers) closeSync(filler);
  }
});
