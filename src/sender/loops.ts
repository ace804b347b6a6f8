// The sender loops: for threads that block, event loops and tasks, each untimed and timed. Chosen once, so blocking
// designs pay no microtask and untimed runs no clock.
import type { BatchStamps } from './batch-stamps.js';
import type { ChannelWork } from './channel-work.js';
import { EXIT, type Sender, type SendRequest, SYNC } from './variant.js';

/** Runs a sender on a thread of its own until EXIT. Throws what a write threw. */
export function runBlocking(sender: Sender, work: ChannelWork): void {
  work.rest();
  for (;;) {
    const request = sender.next();
    if (request === EXIT) return;
    work.perform(request);
    sender.complete(request);
    if (request === SYNC) work.rest();
  }
}

/** Runs a sender on the event loop of its own thread until EXIT. */
export async function runOnEventLoop(sender: Sender<'event-loop'>, work: ChannelWork): Promise<void> {
  work.rest();
  for (;;) {
    const waiting = sender.next();
    const request = typeof waiting === 'number' ? waiting : await waiting;
    if (request === EXIT) return;
    work.perform(request);
    sender.complete(request);
    if (request === SYNC) work.rest();
  }
}

/** Runs a sender as one task of many on the provider's event loop: its write is awaited, as a task's write is. */
export async function runAsTask(sender: Sender<'event-loop'>, work: ChannelWork): Promise<void> {
  for (;;) {
    const request = await sender.next();
    if (request === EXIT) return;
    await work.perform(request);
    sender.complete(request);
  }
}

/** The same three with a stamp when a batch is taken and one when it is written. */
export function runBlockingTimed(sender: Sender, work: ChannelWork, stamps: BatchStamps): void {
  work.rest();
  for (;;) {
    const request = sender.next();
    if (request === EXIT) return;
    performTimed(work, request, stamps);
    sender.complete(request);
    if (request === SYNC) work.rest();
  }
}

export async function runOnEventLoopTimed(
  sender: Sender<'event-loop'>,
  work: ChannelWork,
  stamps: BatchStamps,
): Promise<void> {
  work.rest();
  for (;;) {
    const waiting = sender.next();
    const request = typeof waiting === 'number' ? waiting : await waiting;
    if (request === EXIT) return;
    performTimed(work, request, stamps);
    sender.complete(request);
    if (request === SYNC) work.rest();
  }
}

export async function runAsTaskTimed(
  sender: Sender<'event-loop'>,
  work: ChannelWork,
  stamps: BatchStamps,
): Promise<void> {
  for (;;) {
    const request = await sender.next();
    if (request === EXIT) return;
    await performTimed(work, request, stamps);
    sender.complete(request);
  }
}

/** What a timed sender does for a request; an inline provider too. */
export function performTimed(work: ChannelWork, request: SendRequest, stamps: BatchStamps): void {
  if (request === SYNC) {
    work.perform(request);
    return;
  }
  stamps.take(request);
  work.perform(request);
  stamps.finish(request);
}
