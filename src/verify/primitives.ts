// The three primitives that park, each as one blocking operation: what designs are checked on instead of futexes.

import type { Placed, Table } from '../memory/layout.js';
import type { Lock } from '../memory/lock.js';
import { evaluate, sleepOn } from './condition.js';
import { asleepLater } from './event-loop.js';
import { ALL, CLOSE, LOCK, POST, TAKE, UNLOCK, WAKE } from './operation.js';
import { flushDeferred, perform } from './recording.js';
import { callSite, type Site } from './site.js';

/**
 * A semaphore with the edges of the shipped one and no others: a wait that takes a post sees what was done before it.
 * Posts and waits on one semaphore are read-modify-writes of one word, so they form one chain.
 */
export class SimulatedSemaphore {
  private readonly word: number;

  constructor(word: number) {
    this.word = word;
  }

  post(): void {
    perform(POST, this.word);
  }

  wait(): boolean {
    return perform(TAKE, this.word) === 1;
  }

  close(): void {
    perform(CLOSE, this.word);
  }
}

/** A lock. Its word holds the holder's thread + 1, so that unlocking another's lock is found. */
export class SimulatedLock implements Lock {
  private readonly word: number;

  constructor(word: number) {
    this.word = word;
  }

  lock(): boolean {
    return perform(LOCK, this.word) === 1;
  }

  unlock(): void {
    perform(UNLOCK, this.word);
  }

  close(): void {
    perform(CLOSE, this.word);
  }
}

/**
 * An event. Its operations order nothing by themselves: whoever relies on the wake instead of on the words that the
 * condition read has a race here.
 *
 * A condition that is false puts the thread to sleep until a wake, and its history goes back to the loop's head, so
 * that rounds merge. A wake that finds the words unchanged is no wake: the condition would answer alike. A wake of one
 * goes to any of those who sleep, and is lost on one whose words are unchanged; who is at its condition looks again.
 */
export class SimulatedEvent {
  private readonly word: number;

  constructor(word: number) {
    this.word = word;
  }

  until(ready: () => boolean): boolean {
    for (;;) {
      if (evaluate(this.word, ready)) return true;
      if (flushDeferred()) continue;
      const { result, loops } = sleepOn(this.word);
      if (result === 0) return false;
      if (!loops) return true;
    }
  }

  untilLater(ready: () => boolean): boolean | Promise<boolean> {
    return evaluate(this.word, ready) || this.readyLater(ready, callSite());
  }

  private async readyLater(ready: () => boolean, site: Site): Promise<boolean> {
    do if (!(await asleepLater(this.word, site))) return false;
    while (!evaluate(this.word, ready));
    return true;
  }

  wake(): void {
    perform(WAKE, this.word, ALL);
  }

  wakeOne(): void {
    perform(WAKE, this.word, 1);
  }

  close(): void {
    perform(CLOSE, this.word);
  }
}

/** What a design asks its thread for, on simulated memory. */
export interface SimulatedPlace {
  row(name: string, index?: number): number;
  semaphore(name: string, index?: number): SimulatedSemaphore;
  lock(name: string, index?: number): SimulatedLock;
  event(name: string, index?: number): SimulatedEvent;
  /** Closes every primitive of the layout, as stopping does. */
  closeAll(): void;
}

/** The primitives of a layout, by name, as single operations on its words. */
export function simulatedPlace<T extends Table>(placed: Placed<T>): SimulatedPlace {
  const word = (name: string, index = 0): number => placed.word(name, index);
  return {
    row: word,
    semaphore: (name, index) => new SimulatedSemaphore(word(name, index)),
    lock: (name, index) => new SimulatedLock(word(name, index)),
    event: (name, index) => new SimulatedEvent(word(name, index)),
    closeAll() {
      for (const entry of placed.entries()) {
        if (entry.kind !== 'atomic' && entry.kind !== 'plain') perform(CLOSE, entry.word);
      }
    },
  };
}

/** Names words as the layout does: `pending[2]`, `sem[0]+1`. For `Scenario.nameOf`. */
export function wordNames<T extends Table>(placed: Placed<T>): (word: number) => string {
  const names = new Map<number, string>();
  for (const { name, index, word, words } of placed.entries()) {
    for (let i = 0; i < words; i++) names.set(word + i, `${name}[${index}]${i === 0 ? '' : `+${i}`}`);
  }
  return (word) => names.get(word) ?? `words[${word}]`;
}
