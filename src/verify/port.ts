// Message ports between threads under test: posting and receiving are operations, a listener makes messages tasks.
import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { type MessagePort } from 'node:worker_threads';
import { eventLoop } from './event-loop.js';
import { messageOf, NO_MESSAGE, numberOf } from './messages.js';
import { RECEIVE, SEND } from './operation.js';
import { fail, perform, running } from './recording.js';

type Listener = (message: unknown) => void;

/** One end of a port: what it posts goes into one queue, what it receives comes out of another. */
class SimulatedPort {
  private readonly posts: number;
  private readonly receives: number;

  constructor(posts: number, receives: number) {
    this.posts = posts;
    this.receives = receives;
    for (const queue of [posts, receives]) running().table.useQueue(queue);
  }

  postMessage(message: unknown, transfer?: unknown): void {
    if (transfer !== undefined) throw fail('not-modelled', 'postMessage with a transfer list is not modelled');
    postTo(this.posts, message);
  }

  /** As `receiveMessageOnPort` returns it. */
  receive(): { readonly message: unknown } | undefined {
    const number = perform(RECEIVE, this.receives);
    return number === NO_MESSAGE ? undefined : { message: messageOf(number) };
  }

  on(event: string, listener: Listener): this {
    if (event === 'message') eventLoop().listenersOf(this.receives).push(listener);
    return this;
  }

  off(event: string, listener: Listener): this {
    const listeners = eventLoop().listenersOf(this.receives);
    const at = event === 'message' ? listeners.indexOf(listener) : -1;
    if (at >= 0) listeners.splice(at, 1);
    return this;
  }

  once(event: string, listener: Listener): this {
    const only: Listener = (message) => {
      this.off(event, only);
      listener(message);
    };
    return this.on(event, only);
  }

  start(): void {}

  ref(): void {}

  unref(): void {}

  close(): never {
    throw fail('not-modelled', 'close() of a message port is not modelled');
  }

  addEventListener(): never {
    throw fail('not-modelled', 'addEventListener() of a message port is not modelled; on() is');
  }

  set onmessage(_: unknown) {
    throw fail('not-modelled', "onmessage of a message port is not modelled; on('message') is");
  }
}

/** Puts a message into a queue, by its number. */
export function postTo(queue: number, message: unknown): void {
  let number: number;
  try {
    number = numberOf(message);
  } catch (cause) {
    throw fail('not-modelled', `a message that carries more than values: ${(cause as Error).message}`);
  }
  running().table.useQueue(queue);
  perform(SEND, queue, number);
}

/** Calls back for each message of a queue, as a task of the thread's event loop. */
export function listenTo(queue: number, listener: Listener): void {
  running().table.useQueue(queue);
  eventLoop().listenersOf(queue).push(listener);
}

/** Within a thread's function: end 0 or 1 of port `number`, which two threads share. */
export function simulatedPort(number: number, end: 0 | 1): MessagePort {
  const [one, other] = [2 * number, 2 * number + 1];
  const port = end === 0 ? new SimulatedPort(one, other) : new SimulatedPort(other, one);
  return port as unknown as MessagePort;
}

// Threads import this function by its name, and so what all imports of it lead to is replaced, once: a port of ours is
// served here, any other one as before.
const real = workerThreads.receiveMessageOnPort;
workerThreads.receiveMessageOnPort = (port) =>
  port instanceof SimulatedPort ? (port as SimulatedPort).receive() : real(port);
syncBuiltinESMExports();
