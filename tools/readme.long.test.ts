// README's command for JSON, as it stands there but for a run that is short.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PROJECT } from '../bench/system/project.js';

it("README's command for JSON prints JSON and nothing else", () => {
  const [command] = /^npm run .*--json/m.exec(readFileSync(`${PROJECT}README.md`, 'utf8'))!;
  const short =
    '--variants inline --channels 1 --transport discard --batch-pages 1 --ram 1m --quick --rounds 1 --no-save';
  const options = { cwd: PROJECT, encoding: 'utf8' } as const;
  const printed = execFileSync('sh', ['-c', `${command} ${short} 2>&-`], options);
  expect(JSON.parse(printed)).toMatchObject({ cells: [{ variant: 'inline' }] });
}, 60_000);
