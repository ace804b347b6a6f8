// The place that a variant is opened with on one thread, and the counters of the primitives it opened there.
import type { MessagePort } from 'node:worker_threads';
import { Event } from '../memory/event.js';
import type { FrameworkLock } from '../memory/lock.js';
import { openLock } from '../memory/locks.js';
import { Semaphore } from '../memory/semaphore.js';
import type { Place, SendRequest } from '../sender/variant.js';
import { openWords } from '../sender/words.js';
import { transports } from '../transport/index.js';
import { type Cell, shapeOf, type Wait } from './cell.js';
import type { Control } from './control.js';
import type { Dosing } from './dose.js';
import { isCrowded } from './placement.js';
import { lookingPolicy, policyFor } from './spin-calibration.js';

export interface Counters {
  readonly parks: number;
  readonly notifiesSent: number;
  readonly notifiesWoken: number;
  readonly lockSlowPaths: number;
}

export class ThreadPlace {
  readonly place: Place;
  private readonly semaphores: Semaphore[] = [];
  private readonly locks: FrameworkLock[] = [];
  private readonly events: Event[] = [];
  private readonly leaving: (() => void)[] = [];

  constructor(
    cell: Cell,
    control: Control,
    wait: Wait,
    ports: readonly MessagePort[],
    perform: (channel: number, request: SendRequest) => void,
  ) {
    const { words, variantWords, dosing } = control;
    const policy = policyFor(wait);
    const crowded = isCrowded(cell) || transports[cell.transport]!.line === 'socket';
    let local: unknown;
    this.place = {
      shape: shapeOf(cell),
      words,
      checking: cell.checking,
      get exiting() {
        return control.exiting;
      },
      // A place made from this one opens what it itself opens.
      get open() {
        return openWords(variantWords.table, this);
      },
      row: (name, index) => variantWords.word(name, index),
      semaphore: (name, index) => {
        const opened = kept(this.semaphores, new Semaphore(words, variantWords.word(name, index), policy, cell.elide));
        return cell.dose?.kind === 'notify' ? withDose(opened, dosing) : opened;
      },
      lock: (name, index) => {
        const opened = kept(this.locks, openLock(words, variantWords.entry(name, index)));
        return dosing.lock(opened, name, index, (extra) => this.locks.push(extra));
      },
      event: (name, index) => {
        const looks = wait === 'park' && variantWords.entry(name, index).looks;
        const word = variantWords.word(name, index);
        const opened = kept(this.events, new Event(words, word, looks ? lookingPolicy(crowded) : policy, cell.elide));
        if (cell.dose?.kind !== 'notify') return opened;
        return {
          until: (ready) => opened.until(ready),
          untilLater: (ready) => opened.untilLater(ready),
          wake: dosing.waker(() => opened.wake()),
          wakeOne: dosing.waker(() => opened.wakeOne()),
        };
      },
      scan: (name) => control.scan(name, cell.scan),
      port: (index) => {
        const port = ports[index];
        if (!port) throw new RangeError(`no message port ${index}: ports exist for variants of the family message`);
        return port;
      },
      perform,
      local: <S>(make: () => S) => {
        local ??= make();
        return local as S;
      },
      onExit: (leave) => this.leaving.push(leave),
    };
  }

  /** Calls back whoever waits on this thread's event loop. */
  leave(): void {
    for (const leave of this.leaving) leave();
  }

  counters(): Counters {
    const parking = [...this.semaphores, ...this.locks, ...this.events];
    return {
      parks: sum(parking, ({ parks }) => parks),
      notifiesSent: sum(parking, ({ notifiesSent }) => notifiesSent),
      notifiesWoken: sum(parking, ({ notifiesWoken }) => notifiesWoken),
      lockSlowPaths: sum(this.locks, ({ slowPaths }) => slowPaths),
    };
  }
}

function withDose(semaphore: Semaphore, dosing: Dosing) {
  return { post: dosing.waker(() => semaphore.post()), wait: () => semaphore.wait() };
}

function kept<T>(list: T[], item: T): T {
  list.push(item);
  return item;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
