// The same threads where a side waits on its event loop: the loops and the page queue that such designs run with.
import { runAsTask, runOnEventLoop } from '../../sender/loops.js';
import { LaterPageQueue } from '../../sender/page-queue.js';
import { openLaterProvider, openLaterSender, writtenLater } from './later-run.js';
import type { Run } from './run.js';
import { expectAllSent, leaveAfter, leaveAs, openWork } from './sides.js';

/** The provider's life; channels that are tasks of its event loop live beside it. */
export async function provideLater(run: Run): Promise<void> {
  const { variant, plan } = run.design;
  const tasks: Promise<unknown>[] = [];
  if ('on' in variant.sender)
    for (let channel = 0; channel < plan.shape.channels; channel++)
      tasks.push(sendLater(run.ofTask(channel), channel, runAsTask));
  leaveAs(run, 0, await takeSteps(run));
  await Promise.all(tasks);
}

async function takeSteps(run: Run): Promise<boolean> {
  const { plan, words } = run.design;
  const provider = openLaterProvider(run);
  const queue = new LaterPageQueue(provider, words.batches(run.words), 0);
  let page = 0;
  for (const step of plan.steps) {
    if (step === 'job') {
      const queued = queue.queuePage(0, page++);
      if (!(typeof queued === 'boolean' ? queued : await queued)) return false;
      continue;
    }
    if (!(await queue.flush()) || !(await provider.signalSync()) || !(await provider.collectSync())) return false;
    if (run.place.exiting) return false;
    expectAllSent(run, queue.jobs);
  }
  return (await queue.flush()) && writtenLater(run, plan.steps.includes('sync') ? 0 : queue.jobs);
}

/** A sender's life. */
export async function sendLater(run: Run, channel: number, loop = runOnEventLoop): Promise<unknown> {
  const { work, writer } = openWork(run, channel);
  const sender = openLaterSender(run, channel, () => writer.digest());
  try {
    await loop(sender, work);
  } catch (cause) {
    leaveAfter(cause, run, undefined);
  }
  return work.tally.sum();
}
