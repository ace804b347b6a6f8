// What the two sides of a design under test have in common, whether they block or wait on event loops.
import { ChannelFaults } from '../../faults/channel-faults.js';
import { invariant } from '../../memory/invariant.js';
import { ChannelWork, WriteFailure } from '../../sender/channel-work.js';
import { Tally } from '../../sender/tally.js';
import { jobsOf } from './plan.js';
import type { Run } from './run.js';
import { ShownWriter } from './shown-writer.js';

/** Jobs that requesters but the first hand over. */
export function jobsOfOthers({ design: { plan } }: Run): number {
  let jobs = 0;
  for (let other = 1; other < plan.shape.requesters; other++) jobs += jobsOf(plan, other);
  return jobs;
}

/** That a sync which is over has left none of `jobs` unsent. */
export function expectAllSent({ words, design }: Run, jobs: number): void {
  let sent = 0;
  for (let channel = 0; channel < design.plan.shape.channels; channel++)
    sent += words[design.words.framework.word('jobsAtSync', channel)]!;
  if (sent !== jobs) invariant(false, `I5: ${jobs} jobs handed over before the sync, ${sent} sent when it was over`);
}

/** Without a sync: waits until every job is written. */
export function awaitWrites(run: Run): boolean {
  const { plan } = run.design;
  if (plan.steps.includes('sync')) return true;
  const jobs = jobsOf(plan, 0) + jobsOfOthers(run);
  for (let job = 0; job < jobs; job++) if (!run.written.wait()) return false;
  return true;
}

/** A requester is done, or was sent away. The first ends the run: the real host does, once it has heard so. */
export function leaveAs(run: Run, requester: number, isDone: boolean): void {
  if (requester === 0 && !run.design.plan.exitsEarly) run.exit();
  // Whoever is sent away before it is done has seen that the run ends.
  if (!isDone && !run.place.exiting) invariant(false, `requester ${requester} was sent away, but the run goes on`);
}

/** A channel's work, on a writer that shows what it wrote, and fails as the plan says. */
export function openWork(run: Run, channel: number): { readonly work: ChannelWork; readonly writer: ShownWriter } {
  const { plan, words } = run.design;
  const publishJobs = (jobs: number): void => {
    run.words[words.framework.word('jobsAtSync', channel)] = jobs;
  };
  const writer = new ShownWriter(run, channel);
  const { fault } = plan;
  const faults = fault?.channel === channel ? [{ ...fault, kind: 'fail' } as const] : [];
  const faulty = new ChannelFaults(faults, () => false).wrap(writer);
  const tally = new Tally(channel, plan.shape.requesters);
  return { work: new ChannelWork(channel, words.batches(run.words), faulty, tally, publishJobs), writer };
}

/** What a thread of the framework does when its channel's write fails. */
export function leaveAfter(cause: unknown, run: Run, fail: (() => void) | undefined): void {
  if (!(cause instanceof WriteFailure)) throw cause;
  const upstream = run.design.plan.errorPath === 'upstream' && fail !== undefined;
  run.exit(!upstream);
  if (upstream) fail();
}
