// Semaphores and events as shipped, at futex level: who posts, waits, wakes and closes in every order.

import { Event } from '../../memory/event.js';
import { Semaphore } from '../../memory/semaphore.js';
import type { WaitPolicy } from '../../memory/wait-policy.js';
import { checkpoint } from '../recording.js';
import type { Scenario, Thread } from '../scenario.js';
import { PRIMITIVE_COUNTERS } from './counters.js';

/** Words 0 and 1 (and 2 and 3 of a second event) are the primitive's; the rest is what it orders. */
const DATA = 8;
const WORDS = 16;
const CLOSED = 1 << 30;

export interface PrimitiveOptions {
  /** How the waiting side waits. Default: parks at once. */
  readonly policy?: WaitPolicy;
  /** Whether a wake is elided when nobody is announced. Default true. */
  readonly elide?: boolean;
}

type Check = (words: Int32Array, results: readonly unknown[]) => string | undefined;

function scenario(name: string, threads: readonly Thread[], nameOf: readonly string[], final: Check): Scenario {
  return {
    name,
    words: WORDS,
    counters: PRIMITIVE_COUNTERS,
    threads,
    nameOf: (word) => nameOf[word] ?? `data[${word - DATA}]`,
    final,
  };
}

function thread(name: string, run: (words: Int32Array) => unknown): Thread {
  return { name, run };
}

/**
 * Posters post what they wrote; waiters take it. With `closes`, a further thread closes at any moment, and waiters
 * wait until they are refused.
 */
function semaphoreScenario(
  posters: number,
  waiters: number,
  posts: number,
  closes: boolean,
  { policy, elide }: PrimitiveOptions = {},
): Scenario {
  const open = (words: Int32Array): Semaphore => new Semaphore(words, 0, policy, elide);
  const share = (posters * posts) / waiters;
  const threads = [
    ...Array.from({ length: posters }, (_, poster) =>
      thread(`poster ${poster}`, (words) => {
        const semaphore = open(words);
        for (let post = 0; post < posts; post++) {
          words[DATA + poster * posts + post] = 1;
          semaphore.post();
        }
      }),
    ),
    ...Array.from({ length: waiters }, (_, waiter) =>
      thread(`waiter ${waiter}`, (words) => {
        const semaphore = open(words);
        let taken = 0;
        while (closes || taken < share) {
          // How it came to have taken so many no longer matters, but for how long it will look before it parks.
          checkpoint(`${taken} ${JSON.stringify(semaphore.budget)}`);
          if (!semaphore.wait()) break;
          // A single poster's posts are taken in order: after the nth, what came before the nth is seen.
          if (posters === 1 && words[DATA + taken] !== 1) throw new Error('took a post without what came before it');
          taken++;
        }
        return taken;
      }),
    ),
  ];
  if (closes) threads.push(thread('closer', (words) => open(words).close()));
  const name = `semaphore, ${posters} posting ${posts}, ${waiters} waiting${closes ? ', closed at any moment' : ''}`;
  return scenario(name, threads, ['count', 'waiters'], (words, results) => {
    if (words[1] !== 0) return `${words[1]} waiters are left announced`;
    const taken = results.slice(posters, posters + waiters).reduce((sum: number, each) => sum + Number(each), 0);
    if (closes) return words[0] === CLOSED + posters * posts - taken ? undefined : `count ${words[0]}, ${taken} taken`;
    if (words[0] !== 0) return `${words[0]} posts are left`;
    return taken === posters * posts ? undefined : `${taken} posts were taken`;
  });
}

const JOB = 4;
const SYNC = 5;

/** A mailbox on two events: a job, then a sync, each answered; the receiver's condition reads two words. */
function mailboxScenario(closes: boolean, { policy, elide }: PrimitiveOptions = {}): Scenario {
  const open = (words: Int32Array, word: number): Event => new Event(words, word, policy, elide);
  const threads = [
    thread('asker', (words) => {
      const [work, done] = [open(words, 0), open(words, 2)];
      for (const word of [JOB, SYNC]) {
        words[DATA] = word;
        Atomics.store(words, word, 1);
        work.wake();
        if (!done.until(() => Atomics.load(words, word) === 0)) return false;
      }
      return true;
    }),
    thread('answerer', (words) => {
      const [work, done] = [open(words, 0), open(words, 2)];
      for (const word of [JOB, SYNC]) {
        if (!work.until(() => Atomics.load(words, JOB) === 1 || Atomics.load(words, SYNC) === 1)) return false;
        if (words[DATA] !== word) throw new Error('asked for something else');
        Atomics.store(words, word, 0);
        done.wake();
      }
      return true;
    }),
  ];
  if (closes) {
    threads.push(
      thread('closer', (words) => {
        open(words, 0).close();
        open(words, 2).close();
      }),
    );
  }
  const name = `event, a job and a sync${closes ? ', closed at any moment' : ''}`;
  const names = ['work', 'work sleepers', 'done', 'done sleepers', 'job', 'sync'];
  return scenario(name, threads, names, (words, results) => {
    if (words[1] !== 0 || words[3] !== 0) return 'sleepers are left announced';
    if (closes) return words[0]! & words[2]! & 1 ? undefined : 'an event is open again';
    return results[0] === true && results[1] === true ? undefined : 'a condition was refused';
  });
}

/** Several threads asleep on one event until one wake, which is for all; or nobody wakes them, and it is closed. */
function gateScenario(
  sleepers: number,
  ends: 'woken' | 'closed' | 'both',
  { policy, elide }: PrimitiveOptions = {},
  onEventLoops = false,
): Scenario {
  const open = (words: Int32Array): Event => new Event(words, 0, policy, elide);
  const seen = (words: Int32Array, came: boolean): boolean => {
    if (came && words[DATA] !== 1) throw new Error('woken without what came before the wake');
    return came;
  };
  const isOpen = (words: Int32Array) => () => Atomics.load(words, JOB) === 1;
  const blocks = (words: Int32Array): boolean => seen(words, open(words).until(isOpen(words)));
  const later = async (words: Int32Array): Promise<boolean> => seen(words, await open(words).untilLater(isOpen(words)));
  const threads = Array.from({ length: sleepers }, (_, i) => thread(`sleeper ${i}`, onEventLoops ? later : blocks));
  if (ends !== 'closed') {
    threads.push(
      thread('opener', (words) => {
        words[DATA] = 1;
        Atomics.store(words, JOB, 1);
        open(words).wake();
      }),
    );
  }
  if (ends !== 'woken') threads.push(thread('closer', (words) => open(words).close()));
  const where = onEventLoops ? ' on event loops' : '';
  const name = `event, ${sleepers} asleep${where}, ${ends === 'both' ? 'woken and closed' : ends}`;
  return scenario(name, threads, ['epoch', 'sleepers', '', '', 'open'], (words, results) => {
    if (words[1] !== 0) return 'sleepers are left announced';
    if (ends === 'both') return (words[0]! & 1) === 1 ? undefined : 'the event is open again';
    const came = ends === 'woken';
    return results.slice(0, sleepers).every((result) => result === came) ? undefined : `until() did not return ${came}`;
  });
}

/** Waits by a promise: those of threads that have an event loop, which are checked by `inTask`. */
export function laterScenarios(): Scenario[] {
  return (['woken', 'both', 'closed'] as const).map((ends) => gateScenario(2, ends, {}, true));
}

/** What `verify` runs on semaphores and events: each property with two threads, then three, then with a close at any moment. */
export function waitingScenarios(options: PrimitiveOptions = {}): Scenario[] {
  return [false, true].flatMap((closes) => [
    semaphoreScenario(1, 1, 2, closes, options),
    semaphoreScenario(1, 2, 2, closes, options),
    semaphoreScenario(2, 1, 1, closes, options),
    mailboxScenario(closes, options),
    gateScenario(2, closes ? 'both' : 'woken', options),
    ...(closes ? [semaphoreScenario(0, 2, 0, true, options), gateScenario(2, 'closed', options)] : []),
  ]);
}
