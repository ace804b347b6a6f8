// The workflows that docs/ offer: what they may do, that their commands are ours, and the one that joins shards as a script.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PROJECT } from '../system/project.js';
import type { GateRow } from './gate-row.js';
import { gateDocument } from './gate-text.js';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}

interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: Record<string, string>;
  readonly jobs: Record<
    string,
    { readonly strategy?: { matrix: { shard: number[] } }; readonly steps: readonly Step[] }
  >;
}

const textOf = (name: string) => readFileSync(`${PROJECT}docs/ci/${name}.yml`, 'utf8');
const workflowOf = (name: string) => parse(textOf(name)) as Workflow;
const stepsOf = (name: string) => Object.values(workflowOf(name).jobs).flatMap(({ steps }) => steps);

it.each(['against', 'comment'])('%s pins its actions, and gives scripts nothing but the environment', (name) => {
  const used = stepsOf(name).flatMap(({ uses }) => uses ?? []);
  expect(used.length).toBeGreaterThan(0);
  for (const action of used) expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40}$/);
  for (const { run = '' } of stepsOf(name)) expect(run).not.toContain('${{');
  expect(textOf(name)).not.toMatch(/secrets\.|pull_request_target/);
});

it('the workflow that runs the code of a pull request reads, and can do nothing else', () => {
  const { on, permissions, jobs } = workflowOf('against');
  expect(Object.keys(on)).toEqual(['pull_request']);
  expect(permissions).toEqual({ contents: 'read' });
  const { shard } = jobs.shard!.strategy!.matrix;
  const scripts = stepsOf('against').map(({ run = '' }) => run);
  expect(scripts.join('\n')).toContain(`--shard "$SHARD/${shard.length}"`);
  expect(shard).toEqual(Array.from({ length: shard.length }, (_, at) => at + 1));
  expect(jobs.shard!.steps[0]!.with).toMatchObject({ 'fetch-depth': 0, 'persist-credentials': false });
});

it('the workflow that may write takes the text alone', () => {
  const { on, permissions } = workflowOf('comment');
  expect(Object.keys(on)).toEqual(['workflow_run']);
  expect(permissions).toEqual({ actions: 'read', 'pull-requests': 'write' });
  expect(textOf('comment')).not.toMatch(/checkout|npm|node /);
});

describe('the job that joins the shards', () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });
  const rung = { name: 'rerun', holds: true, seen: 'both builds in the same rounds again' } as const;
  const row = (status: GateRow['status'], channels: number): GateRow => ({
    ...{ cell: `hand-off mutex channels=${channels}`, metric: 'jobsPerSecond', ratio: 0.9, status, rungs: [rung] },
    baseline: 'b'.repeat(40),
  });
  const script = stepsOf('against').find(({ name }) => name === 'Join the four tables')!.run!;

  /** @param shards what each says of its cell; undefined for one that left nothing */
  function joined(shards: readonly (GateRow['status'] | undefined)[]) {
    folders.push(mkdtempSync(join(tmpdir(), 'multifd-bench-workflow-')));
    const folder = folders.at(-1)!;
    mkdirSync(join(folder, 'gates'));
    symlinkSync(`${PROJECT}dist`, join(folder, 'dist'));
    for (const [at, status] of shards.entries()) {
      if (status === undefined) continue;
      const document = gateDocument({
        ...{
          candidate: 'aaaaaaaaaaaa',
          baseline: 'bbbbbbbbbbbb',
          machineKey: `runner-${at}`,
          rows: [row(status, at + 1)],
        },
        ...{ exitCode: 0, warnings: [], shard: { index: at + 1, of: shards.length } },
      });
      writeFileSync(join(folder, 'gates', `gate-${at + 1}.json`), JSON.stringify(document));
    }
    const summary = join(folder, 'summary.md');
    // As the runner starts scripts.
    const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', script], {
      ...{ cwd: folder, encoding: 'utf8', env: { ...process.env, GITHUB_STEP_SUMMARY: summary } },
    });
    return { code: status, said: stdout + stderr, table: readFileSync(summary, 'utf8') };
  }

  it('fails where one shard is slower, and has the cells of all in one table', () => {
    const { code, table } = joined(['passed', 'failed', 'passed', 'passed']);
    expect(code).toBe(1);
    expect(table).toMatch(/^### REGRESSION: aaaaaaaaaaaa against bbbbbbbbbbbb/);
    expect(table.match(/\| mutex|\| hand-off/g)).toHaveLength(4);
  });

  it('passes where all do, and with a warning where it cannot tell', () => {
    expect(joined(['passed', 'passed']).code).toBe(0);
    expect(joined(['passed', 'suspect'])).toMatchObject({ code: 0, said: expect.stringContaining('::warning::') });
  });

  it('fails where a shard left nothing, and names it', () => {
    expect(joined(['passed', undefined, 'passed'])).toMatchObject({
      code: 2,
      said: expect.stringContaining('merge: shard 2 of 3 missing'),
    });
  });
});
