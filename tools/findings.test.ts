// The findings page: each experiment has its place and a command that can be planned; what is written stays between marks.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../bench/system/project.js';
import { EXPERIMENTS } from './experiments.js';
import { blockOf, commandLine, withBlock } from './findings.js';

const CLI = fileURLToPath(new URL('../bench/cli.js', import.meta.url));
const page = readFileSync(`${PROJECT}docs/findings.md`, 'utf8');

describe('docs/findings.md', () => {
  it('has a place for each experiment, with the command that the experiment has now', () => {
    for (const { id, command } of EXPERIMENTS) {
      const marked = withBlock(page, id, '');
      expect(marked.length, id).toBeLessThan(page.length);
      expect(page, id).toContain(`${commandLine(command)}\n`);
    }
  });

  it('has only commands that can be planned', () => {
    for (const { command } of EXPERIMENTS.filter(({ command: [name] }) => name === 'run').slice(0, 3)) {
      expect(execFileSync(process.execPath, [CLI, ...command, '--dry-run'], { encoding: 'utf8' })).toContain(
        'channels=',
      );
    }
  });

  it('keeps what stands outside of a block, and names marks that are missing', () => {
    const block = blockOf(['run'], { text: 'a table\n', saved: 'results/x.json', held: ['a goal: holds'] });
    const changed = withBlock(page, 'sync', block);
    expect(changed.replace(block, '')).toBe(withBlock(page, 'sync', ''));
    expect(changed).toContain('- a goal: holds');
    expect(() => withBlock('no marks', 'sync', block)).toThrow(/expected the marks "<!-- finding sync/);
  });
});
