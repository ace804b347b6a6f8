// The page that tables of QEMU's sender go into.
import { expect, it } from 'vitest';
import { withQemu } from './qemu.js';

it('stands between its marks, and says which page has none', () => {
  const marks = '<!-- qemu: written by `npm run qemu` -->\nold\n<!-- end of qemu -->\nafter';
  expect(withQemu(`before\n${marks}`, 'new\n', 'results/x.json')).toBe(
    'before\n<!-- qemu: written by `npm run qemu` -->\n\nSamples: `results/x.json`.\n\n```text\nnew\n```\n\n<!-- end of qemu -->\nafter',
  );
  expect(() => withQemu('nothing', 'new', undefined)).toThrow(/^docs\/qemu-compared\.md: expected the marks/);
});
