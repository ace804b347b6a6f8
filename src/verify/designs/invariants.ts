// The hand-off's invariants as a monitor: looked at in every state of every execution.
import type { Variant } from '../../sender/variant.js';
import { type DesignPlan, jobsOf } from './plan.js';
import type { DesignWords } from './words.js';

type Look = (words: Int32Array) => string | undefined;

/** The invariants, and the words that they look at, by what is told of them together. */
interface Monitor {
  readonly invariant: Look;
  readonly watched: readonly (readonly number[])[];
}

/**
 * I1  outside a sync, there are no more channelsReady tokens than channels whose pendingJob is 0 (one requester)
 * I2  a batch has one holder; none is taken twice
 * I3  outside a sync, every pendingSync is 0
 * I4  nobody is sent away unless the run ends; no channel writes a SYNC that was not asked for
 * I5  once a sync is collected, each channel has written its SYNC, and all jobs before it are written
 * I6  packet numbers are unique, and dense over all channels
 * I7  once the run ends, I1 may break: that everybody leaves all the same is what the search for deadlocks shows
 *
 * I1 and I3 are of QEMU's designs: a design has them if it has words of those names.
 */
export function monitor(variant: Variant, plan: DesignPlan, words: DesignWords): Monitor {
  const { channels, requesters } = plan.shape;
  const { framework, ghosts } = words;
  const rows = (name: Parameters<typeof ghosts.word>[0], count: number): number[] =>
    Array.from({ length: count }, (_, index) => ghosts.word(name, index));
  const exiting = framework.word('exiting');
  const syncing = ghosts.word('syncing');
  const syncs = ghosts.word('syncs');
  const owed = ghosts.word('owed');
  const holds = rows('holds', requesters + channels);
  const left = rows('left', requesters + channels);
  const taken = rows('taken', channels);
  const sent = rows('sent', channels);
  const synced = rows('synced', channels);
  const numbers = rows('numbers', channels);
  const qemu = qemuWords(variant, plan, words);

  const always: Look = (at) => {
    for (let i = 1; i < holds.length; i++) {
      const held = at[holds[i]!]!;
      for (let j = 0; held !== 0 && j < i; j++) {
        if (at[holds[j]!] === held) return `I2: two threads hold batch ${held - 1}`;
      }
    }
    let seen = 0;
    for (const word of taken) {
      if ((seen & at[word]!) !== 0) return 'I2: two channels took the same job';
      seen |= at[word]!;
    }
    let used = 0;
    for (const word of numbers) {
      if ((used & at[word]!) !== 0) return 'I6: two packets have the same number';
      used |= at[word]!;
    }
    for (const word of synced) if (at[word]! > at[syncs]!) return 'I4: a channel wrote a SYNC that was not asked for';
    return undefined;
  };

  const whileRunning: Look = (at) => {
    for (const word of left) if (at[word] !== 0) return 'I4: a thread was sent away, but the run goes on';
    if (at[syncing] !== 0) return undefined;
    let written = 0;
    for (let channel = 0; channel < channels; channel++) {
      if (at[synced[channel]!] !== at[syncs]) return `I5: the sync is over without the SYNC of channel ${channel}`;
      written += at[sent[channel]!]!;
    }
    if (written < at[owed]!) return `I5: the sync is over, and of ${at[owed]} jobs before it ${written} are written`;
    return qemu.invariant(at);
  };

  return {
    invariant: (at) => always(at) ?? (at[exiting] === 0 ? whileRunning(at) : undefined),
    watched: [
      // A sender beside those who sync and exit. What it has written only grows, so I4 and I5 break as one of these moves.
      ...taken.map((_, channel) => [
        ...[exiting, syncing, syncs, owed, ...left.slice(0, requesters), left[requesters + channel]!],
        ...[taken[channel]!, sent[channel]!, synced[channel]!, numbers[channel]!],
      ]),
      // Two that hold one batch race for it as well: each looks into it as it comes, and changes it before it goes.
      ...holds.map((word) => [word]),
      ...qemu.watched,
    ],
  };
}

/** I1 and I3, for designs that have QEMU's words. */
function qemuWords({ state }: Variant, { shape }: DesignPlan, { framework, ghosts, variant }: DesignWords): Monitor {
  const { channels } = shape;
  const { table } = state(shape);
  const has = (name: string, kind: string, count: number): boolean =>
    table[name]?.kind === kind && (table[name]?.count ?? 1) === count;
  const words = (name: string): number[] => Array.from({ length: channels }, (_, index) => variant.word(name, index));
  const countsTokens =
    has('channelsReady', 'semaphore', 1) && has('pendingJob', 'atomic', channels) && shape.requesters === 1;
  const tokens = countsTokens ? variant.word('channelsReady') : -1;
  const pendingJob = countsTokens ? words('pendingJob') : [];
  const pendingSync = has('pendingSync', 'atomic', channels) ? words('pendingSync') : [];
  const invariant: Look = (at) => {
    let free = 0;
    for (const word of pendingJob) if (at[word] === 0) free++;
    if (countsTokens && at[tokens]! > free) return `I1: ${at[tokens]} channelsReady tokens, ${free} free channels`;
    for (const word of pendingSync) if (at[word] !== 0) return 'I3: outside a sync, a pendingSync is set';
    return undefined;
  };
  const beside = [framework.word('exiting'), ghosts.word('syncing')];
  const watched = [...(countsTokens ? [tokens] : []), ...pendingJob, ...pendingSync];
  return { invariant, watched: watched.length > 0 ? [[...beside, ...watched]] : [] };
}

/** What must hold at the end of an execution. */
export function ending(plan: DesignPlan, words: DesignWords): Look {
  const { channels, requesters } = plan.shape;
  const sum = (at: Int32Array, name: 'taken' | 'numbers'): number => {
    let all = 0;
    for (let channel = 0; channel < channels; channel++) all |= at[words.ghosts.word(name, channel)]!;
    return all;
  };
  let jobs = 0;
  for (let requester = 0; requester < requesters; requester++) jobs += jobsOf(plan, requester);
  const syncs = plan.steps.filter((step) => step === 'sync').length;
  return (at) => {
    if (plan.exitsEarly || plan.fault) return undefined;
    const taken = ones(sum(at, 'taken'));
    if (taken !== jobs) return `${jobs} jobs were handed over and ${taken} written`;
    const packets = jobs + syncs * channels;
    if (plan.numbered && sum(at, 'numbers') !== 2 ** packets - 1)
      return `I6: ${packets} packets are not numbered densely`;
    return undefined;
  };
}

function ones(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
