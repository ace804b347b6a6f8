// The workflow that docs/ offers: what it may do, and that its commands are ours.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { PROJECT } from '../system/project.js';

interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: Record<string, string>;
  readonly jobs: Record<
    string,
    {
      strategy: { matrix: { shard: number[] } };
      steps: { uses?: string; run?: string; with?: Record<string, unknown> }[];
    }
  >;
}

it('the workflow reads and measures, and can do nothing else', () => {
  const text = readFileSync(`${PROJECT}docs/ci/against.yml`, 'utf8');
  const workflow = parse(text) as Workflow;
  expect(Object.keys(workflow.on)).toEqual(['pull_request']);
  expect(workflow.permissions).toEqual({ contents: 'read' });
  expect(text).not.toMatch(/secrets\.|GITHUB_TOKEN|pull_request_target/);
  const [job] = Object.values(workflow.jobs);
  const used = job!.steps.flatMap(({ uses }) => uses ?? []);
  expect(used.length).toBeGreaterThan(0);
  for (const action of used) expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40}$/);
  const scripts = job!.steps.flatMap(({ run }) => run ?? []);
  // What a pull request names reaches scripts through the environment only.
  for (const script of scripts) expect(script).not.toContain('${{');
  const { shard } = job!.strategy.matrix;
  expect(scripts.join('\n')).toContain(`--shard "$SHARD/${shard.length}"`);
  expect(shard).toEqual(Array.from({ length: shard.length }, (_, at) => at + 1));
  expect(job!.steps[0]!.with).toMatchObject({ 'fetch-depth': 0, 'persist-credentials': false });
});
