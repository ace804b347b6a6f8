// The threads of a design under test: the provider's and sender's code that is benchmarked, driven by a plan.
import { ChannelFaults } from '../../faults/channel-faults.js';
import { invariant } from '../../memory/invariant.js';
import { ChannelWork, WriteFailure } from '../../sender/channel-work.js';
import { runBlocking } from '../../sender/loops.js';
import { PageQueue } from '../../sender/page-queue.js';
import { Tally } from '../../sender/tally.js';
import type { Thread } from '../scenario.js';
import { jobsOf } from './plan.js';
import { type Design, Run } from './run.js';
import { ShownWriter } from './shown-writer.js';

export function designThreads(design: Design): Thread[] {
  const { requesters, channels } = design.plan.shape;
  const threads = [
    ...Array.from({ length: requesters }, (_, requester) => ({
      name: requester === 0 ? 'provider' : `requester ${requester}`,
      run: (words: Int32Array) => provide(new Run(design, words, requester), requester),
    })),
    ...Array.from({ length: channels }, (_, channel) => ({
      name: `sender ${channel}`,
      run: (words: Int32Array) => send(new Run(design, words, requesters + channel), channel),
    })),
  ];
  if (design.plan.exitsEarly) {
    threads.push({ name: 'host', run: (words) => new Run(design, words, requesters + channels).exit() });
  }
  return threads;
}

/** A requester's life. The first ends the run: the real host does, once the provider has told it that it is done. */
function provide(run: Run, requester: number): void {
  const { plan } = run.design;
  const isDone = requester === 0 ? takeSteps(run) : handOver(run, requester);
  if (requester === 0 && !plan.exitsEarly) run.exit();
  // Whoever is sent away before it is done has seen that the run ends.
  if (!isDone && !run.place.exiting) invariant(false, `requester ${requester} was sent away, but the run goes on`);
}

/** The jobs of a requester that does not sync. */
function handOver(run: Run, requester: number): boolean {
  const { plan, words } = run.design;
  const queue = new PageQueue(run.openProvider(requester), words.batches(run.words), requester);
  for (let job = 0; job < jobsOf(plan, requester); job++) if (!queue.queuePage(0, job)) return false;
  if (!queue.flush()) return false;
  run.arrived.post();
  return true;
}

function takeSteps(run: Run): boolean {
  const { plan, words } = run.design;
  const { requesters, channels } = plan.shape;
  const provider = run.openProvider(0);
  const queue = new PageQueue(provider, words.batches(run.words), 0);
  let page = 0;
  let others = 0;
  for (const step of plan.steps) {
    if (step === 'job') {
      if (!queue.queuePage(0, page++)) return false;
      continue;
    }
    if (!queue.flush()) return false;
    for (; others < requesters - 1; others++) if (!run.arrived.wait()) return false;
    if (!provider.signalSync() || !provider.collectSync()) return false;
    // A failed write may end the sync as if it were complete (upstream does so): the thread that failed has said it.
    if (run.place.exiting) return false;
    let jobs = queue.jobs;
    for (let other = 1; other < requesters; other++) jobs += jobsOf(plan, other);
    let sent = 0;
    for (let channel = 0; channel < channels; channel++)
      sent += run.words[words.framework.word('jobsAtSync', channel)]!;
    if (sent !== jobs) invariant(false, `I5: ${jobs} jobs handed over before the sync, ${sent} sent when it was over`);
  }
  if (!queue.flush()) return false;
  if (plan.steps.includes('sync')) return true;
  let jobs = 0;
  for (let each = 0; each < requesters; each++) jobs += jobsOf(plan, each);
  for (let job = 0; job < jobs; job++) if (!run.written.wait()) return false;
  return true;
}

/** A sender's life, and what a thread of the framework does when its write fails. */
function send(run: Run, channel: number): unknown {
  const { plan, words } = run.design;
  const tally = new Tally(channel, plan.shape.requesters);
  const publishJobs = (jobs: number): void => {
    run.words[words.framework.word('jobsAtSync', channel)] = jobs;
  };
  const writer = new ShownWriter(run, channel);
  const { fault } = plan;
  const faults = fault?.channel === channel ? [{ ...fault, kind: 'fail' } as const] : [];
  const faulty = new ChannelFaults(faults, () => false).wrap(writer);
  const work = new ChannelWork(channel, words.batches(run.words), faulty, tally, publishJobs);
  const sender = run.openSender(channel, () => writer.digest());
  try {
    runBlocking(sender, work);
  } catch (cause) {
    if (!(cause instanceof WriteFailure)) throw cause;
    const upstream = plan.errorPath === 'upstream' && sender.fail !== undefined;
    run.exit(!upstream);
    if (upstream) sender.fail?.();
  }
  return tally.sum();
}
