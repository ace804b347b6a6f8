// The package as somebody else has it: packed, unpacked into an empty folder, a strict TypeScript consumer over it.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docExamples } from './fixtures/doc-examples.js';
import { PROJECT } from './system/project.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-consumer-'));
const modules = join(folder, 'node_modules');
const installed = join(modules, 'multifd-bench');
afterAll(() => rmSync(folder, { recursive: true }));

const CONSUMER = `
import { findRuns, loadVariants, planRun, readResult, renderTables, type Result, runPlan, saveResult, UsageError } from 'multifd-bench';
import { defineVariant, layout, type Shape } from 'multifd-bench/variant';
import { checkDesign, renderTrace, whyNotModelled } from 'multifd-bench/verify';
import mine from './my-design.js';

const shape: Shape = { channels: 2, requesters: 1, depth: 1 };
const own = defineVariant({
  name: 'own', summary: 'Writes by itself. For nothing.', family: 'inline', depth: [1, 1], requesters: 'one',
  state: () => layout({ count: { kind: 'plain', writer: 'the provider' } }),
  batches: ({ requesters }) => requesters,
  provider: {
    waits: 'blocks',
    open: (place) => {
      // @ts-expect-error: a misspelt name does not compile
      place.row('counts');
      return { sendPages: (full) => (place.perform(0, full), full), signalSync: () => true, collectSync: () => true };
    },
  },
  sender: { waits: 'never' },
});
const names = (await loadVariants()).map(({ variant }) => variant.name);
const flags = { variants: 'atomic-barrier,./my-design.js', channels: '1', transport: 'discard', batchPages: '1', rounds: '1' };
const planned = await planRun({ ...flags, quick: true });
let turns = 0;
const result: Result = await runPlan(planned, { onProgress: () => void turns++ });
saveResult('results', result);
const read = readResult(findRuns('results').runs[0]?.path ?? '');
const checked = checkDesign(mine, { channels: 1, jobs: 1 });
const usage = await planRun({ channels: 'many' }).catch((cause: unknown) => (cause instanceof UsageError ? cause.message : ''));
console.log(JSON.stringify({
  batches: own.batches(shape), names, turns, usage,
  table: renderTables(result, planned).includes('my-design'),
  cells: read.cells.map(({ variant, status }) => variant + ' ' + status),
  commit: read.commit,
  modelled: whyNotModelled(mine) ?? 'yes',
  verified: [checked.complete, ...checked.findings.map(({ message, trace }) => message + renderTrace(trace))],
}));
`;

const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'es2023', lib: ['es2024'], module: 'nodenext', types: ['node'], noEmitOnError: true },
    ...{ strict: true, exactOptionalPropertyTypes: true, allowJs: true, checkJs: true },
  },
  include: ['consumer.ts'],
};

beforeAll(() => {
  // dist/ is there already: the scripts of a pack would build it under the feet of other tests.
  const packed = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  execFileSync('npm', packed, { cwd: PROJECT, stdio: ['ignore', 'ignore', 'inherit'] });
  const [tarball] = readdirSync(folder);
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, tarball!), '-C', installed, '--strip-components', '1']);
  const { dependencies } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
  // Its dependencies and nothing else, and the types of Node for the consumer.
  for (const name of [...Object.keys(dependencies), '@types/node', 'undici-types']) {
    mkdirSync(join(modules, name, '..'), { recursive: true });
    symlinkSync(join(PROJECT, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ ...TSCONFIG, compilerOptions: { ...TSCONFIG.compilerOptions, outDir: 'out' } }),
  );
  writeFileSync(join(folder, 'consumer.ts'), CONSUMER);
}, 60_000);

const node = (...words: string[]) => spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
const CLI = join(installed, 'dist', 'bench', 'cli.js');

describe('the package, installed', () => {
  it('holds no tests, and all that its commands need', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => /\.test\./.test(name))).toEqual([]);
    const listed = node(CLI, 'list', '--json');
    expect(JSON.parse(listed.stdout).variants.length).toBeGreaterThan(20);
    expect(node(CLI, 'new', 'my-design')).toMatchObject({
      status: 0,
      stdout: 'wrote my-design.js\nnext: npx multifd-bench check ./my-design.js\n',
    });
  });

  it('compiles under strict types without skipping its own, and runs, verifies and reads from code', () => {
    const tsc = node(join(PROJECT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.');
    expect(tsc.stdout + tsc.stderr).toBe('');
    writeFileSync(join(folder, 'out', 'package.json'), '{ "type": "module" }');
    const { status, stdout, stderr } = node('out/consumer.js');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      batches: 1,
      names: expect.arrayContaining(['mutex', 'atomic-barrier']),
      turns: expect.any(Number),
      usage: '--channels: got "many", takes 1 to 64, as in 1,2,4..16 (doubling)',
      table: true,
      cells: ['atomic-barrier measured', 'my-design measured'],
      commit: null,
      modelled: 'yes',
      verified: [true],
    });
  }, 60_000);

  it('runs the examples of its docs that model-check, and what they print is what the docs show', () => {
    const examples = docExamples();
    const folderOf = join(folder, 'examples');
    mkdirSync(folderOf);
    expect(node(CLI, 'new', 'mine').status).toBe(0);
    cpSync(join(folder, 'mine.js'), join(folderOf, 'mine.js'));
    for (const { file, code } of examples) writeFileSync(join(folderOf, file), code);
    const compilerOptions = { ...TSCONFIG.compilerOptions, checkJs: false, sourceMap: true, outDir: 'out' };
    const include = examples.map(({ file }) => file);
    writeFileSync(join(folderOf, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
    writeFileSync(join(folderOf, 'package.json'), '{ "type": "module" }');
    const tsc = node(join(PROJECT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folderOf);
    expect(tsc.stdout + tsc.stderr).toBe('');
    const checks = examples.filter(({ code }) => /multifd-bench\/(?:verify|variant)'/.test(code));
    expect(checks.map(({ file }) => file)).toEqual([
      'own.ts',
      'check.ts',
      'replay.ts',
      'flag.ts',
      'turns.ts',
      'ports.ts',
      'mutants.ts',
    ]);
    for (const { file, output } of checks) {
      const { status, stdout, stderr } = node(join(folderOf, 'out', file.replace(/ts$/, 'js')));
      expect(`${file}: ${status} ${stderr}`).toBe(`${file}: 0 `);
      if (output !== '') expect(stdout.replaceAll('examples/', '')).toBe(output);
    }
    const counted = node(CLI, 'verify', join(folderOf, 'counter.js'), '--json');
    expect(JSON.parse(counted.stdout).program.findings).toMatchObject([
      { message: 'counted 1', schedule: [0, 1, 1, 0] },
    ]);
    expect(counted.status).toBe(1);
  }, 60_000);

  it('keeps its runs in the working directory, not inside itself', () => {
    const words = ['--variants', 'inline', '--channels', '1', '--transport', 'discard', '--batch-pages', '1'];
    const { status, stderr } = node(CLI, 'run', ...words, '--rounds', '1', '--quick', '--ram', '1m');
    expect(status).toBe(0);
    expect(stderr).toContain(`saved ${join(folder, 'results')}/`);
    expect(readdirSync(installed)).not.toContain('results');
    const { run } = JSON.parse(node(CLI, 'run', ...words, '--rounds', '1', '--quick', '--ram', '1m', '--json').stdout);
    expect(node(CLI, 'report', 'latest', '--out', 'page.html')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('page.html'),
    });
    expect(readFileSync(join(folder, 'page.html'), 'utf8')).toContain(run.id);
  }, 60_000);
});
