// The threads of a design under test: the provider's and sender's code that is benchmarked, driven by a plan.
import { runBlocking } from '../../sender/loops.js';
import { PageQueue } from '../../sender/page-queue.js';
import type { Thread } from '../scenario.js';
import { provideLater, sendLater } from './later-threads.js';
import { jobsOf } from './plan.js';
import { type Design, Run } from './run.js';
import { awaitWrites, expectAllSent, jobsOfOthers, leaveAfter, leaveAs, openWork } from './sides.js';

export function designThreads(design: Design): Thread[] {
  const { variant, plan } = design;
  const { requesters, channels } = plan.shape;
  const provides = variant.provider.waits === 'blocks' ? provide : provideLater;
  const sends = variant.sender.waits === 'blocks' ? send : sendLater;
  const threads = [
    ...Array.from({ length: requesters }, (_, requester) => ({
      name: requester === 0 ? 'provider' : `requester ${requester}`,
      run: (words: Int32Array) => provides(new Run(design, words, requester), requester),
    })),
    ...Array.from({ length: 'on' in variant.sender ? 0 : channels }, (_, channel) => ({
      name: `sender ${channel}`,
      run: (words: Int32Array) => sends(new Run(design, words, requesters + channel), channel),
    })),
  ];
  if (plan.exitsEarly) {
    threads.push({ name: 'host', run: (words) => new Run(design, words, requesters + channels).exit() });
  }
  return threads;
}

function provide(run: Run, requester: number): void {
  leaveAs(run, requester, requester === 0 ? takeSteps(run) : handOver(run, requester));
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
  const provider = run.openProvider(0);
  const queue = new PageQueue(provider, words.batches(run.words), 0);
  let page = 0;
  let others = 0;
  // By a number: how far an iterator has come nobody sees, and where the provider stands would not be known (remembered.ts).
  for (let at = 0; at < plan.steps.length; at++) {
    if (plan.steps[at] === 'job') {
      if (!queue.queuePage(0, page++)) return false;
      continue;
    }
    if (!queue.flush()) return false;
    for (; others < plan.shape.requesters - 1; others++) if (!run.arrived.wait()) return false;
    if (!provider.signalSync() || !provider.collectSync()) return false;
    // A failed write may end the sync as if it were complete (upstream does so): the thread that failed has said it.
    if (run.place.exiting) return false;
    expectAllSent(run, queue.jobs + jobsOfOthers(run));
  }
  return queue.flush() && awaitWrites(run);
}

/** A sender's life. */
function send(run: Run, channel: number): unknown {
  const { work, writer } = openWork(run, channel);
  const sender = run.openSender(channel, () => writer.digest());
  try {
    runBlocking(sender, work);
  } catch (cause) {
    leaveAfter(cause, run, sender.fail && (() => sender.fail?.()));
  }
  return work.tally.sum();
}
