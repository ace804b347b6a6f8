// One thread's view of a run of a design: what reaches it, how it ends the run, and what it shows to the monitor.
import type { BatchIndex } from '../../ram/batches.js';
import {
  EXIT,
  type Place,
  type Provider,
  type Sender,
  type SendRequest,
  type Shape,
  type Variant,
} from '../../sender/variant.js';
import { listenTo, postTo, simulatedPort } from '../port.js';
import { type SimulatedSemaphore, simulatedPlace } from '../primitives.js';
import { checkpoint, ghost } from '../recording.js';
import { type Messages, openPlace } from './place.js';
import { type DesignPlan, jobsOf } from './plan.js';
import type { DesignWords } from './words.js';

export interface Design {
  readonly variant: Variant;
  readonly plan: DesignPlan;
  readonly words: DesignWords;
}

/** The first of the queues that say that the run ends, behind those of all ports. */
function endsOf({ requesters, channels }: Shape): number {
  return 2 * requesters * channels;
}

export class Run {
  readonly design: Design;
  readonly words: Int32Array;
  readonly place: Place;
  /** The framework's own, each only where a plan needs it: other requesters are there, and (without a sync) a job is written. */
  readonly arrived: SimulatedSemaphore;
  readonly written: SimulatedSemaphore;
  /** Requesters first, then senders. */
  private readonly thread: number;

  /** Made by a thread, inside it. `place`: of a task of another thread, that thread's. */
  constructor(design: Design, words: Int32Array, thread: number, place?: Place) {
    this.design = design;
    this.words = words;
    this.thread = thread;
    const framework = simulatedPlace(design.words.framework);
    this.arrived = framework.semaphore('arrived');
    this.written = framework.semaphore('written');
    const { shape, checking = false } = design.plan;
    this.place = place ?? openPlace(design.words, shape, words, checking, this.messages());
  }

  /** The view of a channel that is a task of this thread. */
  ofTask(channel: number): Run {
    const { design, words, place } = this;
    return new Run(design, words, design.plan.shape.requesters + channel, place);
  }

  /** A port joins each requester with each channel; and each thread has a queue that says that the run ends. */
  private messages(): Messages {
    const { shape } = this.design.plan;
    const { requesters, channels } = shape;
    const { thread } = this;
    return {
      port: (index) =>
        thread < requesters
          ? simulatedPort(thread * channels + index, 0)
          : simulatedPort(index * channels + thread - requesters, 1),
      onExit: (leave) => listenTo(endsOf(shape) + thread, leave),
    };
  }

  /** Sets exiting, and closes every primitive; those of the design stay as they are on upstream's error path. */
  exit(closing = true): void {
    const { words, plan } = this.design;
    Atomics.store(this.words, words.framework.word('exiting'), 1);
    if (closing) simulatedPlace(words.variant).closeAll();
    if (plan.shape.requesters > 1) this.arrived.close();
    if (!plan.steps.includes('sync') && this.design.variant.provider.waits === 'blocks') this.written.close();
    for (const thread of this.onEventLoops()) postTo(endsOf(plan.shape) + thread, 'the run ends');
  }

  /** A job is written: for who waits for that, as runs without a sync do. */
  wrote(): void {
    const { variant, plan } = this.design;
    if (plan.steps.includes('sync')) return;
    if (variant.provider.waits === 'blocks') this.written.post();
    else postTo(this.writes, 'written');
  }

  /** The queue that says so to an event loop. */
  get writes(): number {
    const { shape } = this.design.plan;
    return endsOf(shape) + shape.requesters + shape.channels;
  }

  private *onEventLoops(): Generator<number> {
    const { variant, plan } = this.design;
    const { requesters, channels } = plan.shape;
    const senders = 'on' in variant.sender ? 0 : channels;
    for (let thread = 0; thread < requesters + senders; thread++)
      if ((thread < requesters ? variant.provider : variant.sender).waits === 'event-loop') yield thread;
  }

  show(name: 'syncing' | 'syncs' | 'owed', value: number): void {
    ghost(this.design.words.ghosts.word(name), value);
  }

  showChannel(name: 'taken' | 'sent' | 'synced' | 'numbers', channel: number, value: number): void {
    ghost(this.design.words.ghosts.word(name, channel), value);
  }

  hold(batch: BatchIndex): void {
    ghost(this.design.words.ghosts.word('holds', this.thread), batch + 1);
  }

  release(): void {
    ghost(this.design.words.ghosts.word('holds', this.thread), 0);
  }

  leave(): void {
    ghost(this.design.words.ghosts.word('left', this.thread), 1);
  }

  /** The design's provider; what it holds, hands over and syncs is shown. */
  openProvider(requester: number): Provider {
    const { variant, plan } = this.design;
    if (variant.provider.waits !== 'blocks') throw new Error('not modelled');
    const provider = variant.provider.open(this.place, requester);
    const { requesters } = plan.shape;
    let [handed, syncs, held] = [0, 0, requester];
    this.hold(requester);
    const remember = (what: string): void => {
      if (provider.digest) checkpoint(`${what} ${held} ${handed} ${syncs} ${provider.digest()}`);
    };
    const told = (goesOn: boolean): boolean => {
      if (!goesOn) this.leave();
      return goesOn;
    };
    return {
      sendPages: (full) => {
        remember('job');
        this.release();
        const empty = provider.sendPages(full);
        if (empty === EXIT) this.leave();
        else this.hold(empty);
        held = empty;
        handed++;
        return empty;
      },
      flush: () => provider.flush?.(),
      signalSync: () => {
        remember('sync');
        let owed = handed;
        for (let other = 1; other < requesters; other++) owed += jobsOf(plan, other);
        this.show('owed', owed);
        this.show('syncs', ++syncs);
        this.show('syncing', 1);
        return told(provider.signalSync());
      },
      collectSync: () => {
        remember('collect');
        if (!told(provider.collectSync())) return false;
        this.show('syncing', 0);
        return true;
      },
    };
  }

  /** The design's sender; what it holds is shown. `digest`: what the framework remembers of the channel. */
  openSender(channel: number, digest: () => string): Sender {
    const { sender } = this.design.variant;
    if (sender.waits !== 'blocks') throw new Error('not modelled');
    const opened = sender.open(this.place, channel);
    return {
      next: (): SendRequest => {
        if (opened.digest) checkpoint(`${digest()} ${opened.digest()}`);
        const request = opened.next();
        if (request === EXIT) this.leave();
        else if (request >= 0) this.hold(request);
        return request;
      },
      complete: (request) => {
        this.release();
        opened.complete(request);
      },
      ...(opened.fail ? { fail: () => opened.fail?.() } : {}),
    };
  }
}
