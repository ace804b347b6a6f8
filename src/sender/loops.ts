// The sender loops: one for threads that block, one for event loops. Chosen once, so blocking designs pay no microtask.
import type { ChannelWork } from './channel-work.js';
import { EXIT, type Sender } from './variant.js';

/** Runs a sender on a thread of its own until EXIT. Throws what a write threw. */
export function runBlocking(sender: Sender, work: ChannelWork): void {
  for (;;) {
    const request = sender.next();
    if (request === EXIT) return;
    work.perform(request);
    sender.complete(request);
  }
}

/** Runs a sender on the event loop of its own thread until EXIT. */
export async function runOnEventLoop(sender: Sender<'event-loop'>, work: ChannelWork): Promise<void> {
  for (;;) {
    const waiting = sender.next();
    const request = typeof waiting === 'number' ? waiting : await waiting;
    if (request === EXIT) return;
    work.perform(request);
    sender.complete(request);
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
