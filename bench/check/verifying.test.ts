// Designs on threads of their own: one that never comes back is said to, with the scenario it was in.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { writeCopy } from '../../variants/fixtures/seeded-bugs.js';
import { checkAll } from './verifying.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-verifying-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('ends a design that loops without any access to shared memory, and says where', async () => {
  // It keeps the batch that it hands over, takes it for an empty one, and looks for a free channel for ever.
  const path = writeCopy(folder, 'receive-on-port', [['return empty.pop();', 'return empty[empty.length - 1];']]);
  const subject = {
    name: 'endless',
    variant: { module: pathToFileURL(path).href, export: 'default' },
    bounds: { channels: 1, jobs: 2 },
    search: { strategy: 'exhaustive' },
    mutates: false,
    survivors: [],
    patienceMs: 1000,
  } as const;
  const [checked] = await checkAll([subject], () => {});
  expect(checked!.complete).toBe(false);
  expect(checked!.findings).toMatchObject([
    {
      kind: 'not-modelled',
      scenario: expect.stringMatching(/jobs/),
      message: expect.stringMatching(/ran for 1 s and/),
    },
  ]);
});
