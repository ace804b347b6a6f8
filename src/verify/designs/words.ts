// The shared words of a design under test: the framework's, those that only the monitor looks at, and the design's own.
import { type Layout, layout, type Placed, place, type Table } from '../../memory/layout.js';
import { Batches, batchWords } from '../../ram/batches.js';
import type { Shape, Variant } from '../../sender/variant.js';
import { wordNames } from '../primitives.js';

const PAGES_PER_BATCH = 1;

const framework = ({ channels }: Shape, batches: number) =>
  layout({
    exiting: { kind: 'atomic', writer: 'whoever ends the run; once' },
    jobsAtSync: { kind: 'plain', writer: 'the sender, before its SYNC is complete', count: channels },
    batches: { kind: 'plain', writer: 'whoever owns the batch', count: batches, words: batchWords(PAGES_PER_BATCH) },
    packetNumber: { kind: 'atomic', writer: 'senders, as they write' },
    arrived: { kind: 'semaphore', writer: 'requesters but the first, once their jobs are handed over' },
    written: { kind: 'semaphore', writer: 'senders, for runs that end without a sync' },
  });

/** Ghost variables: each is written by one thread, for `invariants.ts` alone. */
const ghosts = ({ channels, requesters }: Shape) =>
  layout({
    /** 1 from before the first SYNC is asked for until the last is collected. */
    syncing: { kind: 'plain', writer: 'requester 0' },
    /** Syncs begun. */
    syncs: { kind: 'plain', writer: 'requester 0' },
    /** Jobs that were handed over before the last sync, by all requesters. */
    owed: { kind: 'plain', writer: 'requester 0' },
    /** The batch that a thread holds, plus one; requesters first, then senders. */
    holds: { kind: 'plain', writer: 'the thread', count: requesters + channels },
    /** 1 once the thread was told that the run ends. */
    left: { kind: 'plain', writer: 'the thread', count: requesters + channels },
    /** Sequence numbers taken by a channel, one bit each, and how many were written. */
    taken: { kind: 'plain', writer: 'the sender', count: channels },
    sent: { kind: 'plain', writer: 'the sender', count: channels },
    synced: { kind: 'plain', writer: 'the sender', count: channels },
    /** Packet numbers used by a channel, one bit each. */
    numbers: { kind: 'plain', writer: 'the sender', count: channels },
  });

type FrameworkTable = ReturnType<typeof framework>['table'];
type GhostTable = ReturnType<typeof ghosts>['table'];

export interface DesignWords {
  readonly framework: Placed<FrameworkTable>;
  readonly ghosts: Placed<GhostTable>;
  readonly variant: Placed;
  readonly declared: Layout<Table>;
  /** How many there are in all. */
  readonly end: number;
  nameOf(word: number): string;
  /** A view on the batches, on simulated words or on real ones. */
  batches(words: Int32Array): Batches;
}

export function layDesign(variant: Variant, shape: Shape): DesignWords {
  const count = variant.batches(shape);
  const own = place(framework(shape, count), 0);
  const shown = place(ghosts(shape), own.end);
  const declared = variant.state(shape);
  const laid = place(declared, shown.end);
  const first = own.word('batches', 0);
  const stride = count > 1 ? own.word('batches', 1) - first : 0;
  const names = [own, shown, laid].map((placed, i) => ({ end: placed.end, nameOf: wordNames(placed), ghost: i === 1 }));
  return {
    framework: own,
    ghosts: shown,
    variant: laid,
    declared,
    end: laid.end,
    nameOf: (word) => names.find(({ end }) => word < end)?.nameOf(word) ?? `words[${word}]`,
    batches: (words) => new Batches(words, first, stride, PAGES_PER_BATCH),
  };
}
