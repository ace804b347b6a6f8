// The locks as shipped, at futex level: who locks, unlocks and closes in every order.

import { FutexLock } from '../../memory/futex-lock.js';
import type { FrameworkLock, LockKind } from '../../memory/lock.js';
import { MCS_ROW_WORDS, McsLock } from '../../memory/mcs-lock.js';
import { TasLock } from '../../memory/tas-lock.js';
import { TicketLock } from '../../memory/ticket-lock.js';
import type { SpinBudget } from '../../memory/wait-policy.js';
import { PARK, type WaitPolicy } from '../../memory/wait-policy.js';
import { checkpoint } from '../recording.js';
import type { Scenario, Thread } from '../scenario.js';
import { PRIMITIVE_COUNTERS } from './counters.js';

const CLOSED = 1 << 30;
const MOST_THREADS = 3;
/** The word that the lock guards, after those of any lock. */
const COUNT = (MOST_THREADS + 1) * MCS_ROW_WORDS;

/** What a thread remembers of a lock from one call to the next. */
type OpenedLock = FrameworkLock & { readonly budget?: SpinBudget | undefined; readonly own?: number };

interface CheckedLock {
  readonly open: (words: Int32Array, policy: WaitPolicy, threads: number) => OpenedLock;
  readonly names: readonly string[];
  /** Whether nobody holds it, nor waits. */
  readonly isFree: (words: Int32Array) => boolean;
  readonly isClosed: (words: Int32Array) => boolean;
}

const LOCKS: Readonly<Record<LockKind, CheckedLock>> = {
  futex: stateful((words) => new FutexLock(words, 0)),
  spin: stateful((words, policy) => new FutexLock(words, 0, policy)),
  ticket: {
    open: (words, policy) => new TicketLock(words, 0, policy),
    names: ['next', 'serving', 'sleepers'],
    isFree: (words) => words[0] === words[1] && words[2] === 0,
    isClosed: (words) => (words[1]! & 1) === 1,
  },
  mcs: {
    open: (words, policy, threads) => new McsLock(words, 0, (threads + 1) * MCS_ROW_WORDS, policy),
    names: ['tail', 'claimed', 'closed'],
    isFree: (words) => words[0] === 0 && nodes(words).every(([next, turn]) => next === 0 && turn === 0),
    // Whoever came too late may have left its number in the tail.
    isClosed: (words) => words[0] !== 0 && words[2] === 1 && nodes(words)[0]![1]! >= CLOSED,
  },
  tas: stateful((words) => new TasLock(words, 0)),
};

/** The words of each node of an mcs lock. */
function nodes(words: Int32Array): number[][] {
  const first = Array.from({ length: MOST_THREADS }, (_, i) => (i + 1) * MCS_ROW_WORDS);
  return first.map((word) => [...words.subarray(word, word + 2)]);
}

/** A lock that is one word: 0 when it is free. */
function stateful(open: CheckedLock['open']): CheckedLock {
  return { open, names: ['state'], isFree: (words) => words[0] === 0, isClosed: (words) => words[0]! >= CLOSED };
}

export const LOCK_KINDS = Object.keys(LOCKS) as LockKind[];

/** Threads that take the lock in turn and count under it. With `leaves`, the first goes without unlocking. */
export function lockScenario(
  kind: LockKind,
  threads: number,
  rounds: number,
  closes: boolean,
  { leaves = false, policy = PARK }: { readonly leaves?: boolean; readonly policy?: WaitPolicy } = {},
): Scenario {
  const { open, names, isFree, isClosed } = LOCKS[kind];
  const bodies = Array.from(
    { length: threads },
    (_, i): Thread => ({
      name: `thread ${i}`,
      run(words) {
        const lock = open(words, policy, threads);
        for (let round = 0; round < rounds; round++) {
          checkpoint(`${round} ${lock.own} ${JSON.stringify(lock.budget)}`);
          if (!lock.lock()) return round;
          words[COUNT] = words[COUNT]! + 1;
          if (leaves && i === 0) return round + 1;
          lock.unlock();
        }
        return rounds;
      },
    }),
  );
  if (closes) bodies.push({ name: 'closer', run: (words) => open(words, policy, threads).close() });
  const name =
    `${kind} lock, ${threads} threads ${rounds} times` +
    `${leaves ? ', one leaves with it' : ''}${closes ? ', closed at any moment' : ''}`;
  const final: Scenario['final'] = (words, results) => {
    const entered = results.slice(0, threads).reduce((sum: number, each) => sum + Number(each), 0);
    if (words[COUNT] !== entered) return `${entered} entered and ${words[COUNT]} were counted`;
    if (closes) return isClosed(words) ? undefined : 'the lock is open again';
    if (entered !== threads * rounds) return 'a lock was refused';
    return isFree(words) ? undefined : 'the lock is not free after the last unlock';
  };
  return {
    name,
    words: COUNT + 1,
    threads: bodies,
    counters: PRIMITIVE_COUNTERS,
    nameOf: (word) => nameOf(word, names),
    final,
  };
}

function nameOf(word: number, names: readonly string[]): string {
  if (word === COUNT) return 'count';
  const node = ['next', 'turn'][word % MCS_ROW_WORDS];
  return names[word] ?? (node ? `node ${Math.floor(word / MCS_ROW_WORDS)} ${node}` : `words[${word}]`);
}

/**
 * What `verify` runs on a kind of lock: two threads, three, a close at any moment, a holder that leaves. Three and a close
 * of an mcs lock are a million states: `primitives.test.ts` has them.
 */
export function lockScenarios(kind: LockKind, policy: WaitPolicy = PARK): Scenario[] {
  return [
    lockScenario(kind, 2, 2, false, { policy }),
    lockScenario(kind, 3, 1, false, { policy }),
    lockScenario(kind, 2, 2, true, { policy }),
    ...(kind === 'mcs' ? [] : [lockScenario(kind, 3, 1, true, { policy })]),
    lockScenario(kind, 2, 1, true, { policy, leaves: true }),
  ];
}
