// Operational bounds: the most that N channels can carry, from what a batch costs each side, and which cost binds.

/** What one batch costs. Times in nanoseconds. */
export interface Demands {
  /** The provider's own time for a batch: P. */
  readonly providerNs: number;
  /** A sender's own time for a batch: S. */
  readonly senderNs: number;
  /** Both wake-ups together, from publication to the sender's start and from its end until the provider sees it: W. */
  readonly wakeNs: number;
  /** Batches in flight a channel. */
  readonly depth: number;
  /** Batches a second that what is written to can take. */
  readonly linkPerSecond?: number;
  /** CPUs, and the CPU time that a batch takes on all threads together. */
  readonly cores?: { readonly count: number; readonly cpuNs: number };
}

/** What can bind, in the order in which an equal one is named. */
export const BINDINGS = ['provider', 'senders', 'wake', 'link', 'cores'] as const;
export type Binding = (typeof BINDINGS)[number];

/** Batches a second, at most, by each cost; infinite where the cost is not known or is zero. */
export type Bounds = Readonly<Record<Binding, number>>;

const SECOND_NS = 1e9;

/**
 * The asymptotic bounds of a closed network in which N * D batches go round: provider (one station), channel (N of
 * them), wake-ups (a delay). Source: Lazowska et al., "Quantitative system performance", 1984, chapter 5.
 *
 * @throws RangeError for a time that is negative or not finite, and unless channels and depth are at least 1
 */
export function boundsAt(demands: Demands, channels: number): Bounds {
  const { providerNs, senderNs, wakeNs, depth, linkPerSecond, cores } = checked(demands);
  if (!(channels >= 1)) throw new RangeError(`bounds: expected at least 1 channel, got ${channels}`);
  return {
    provider: SECOND_NS / providerNs,
    senders: (channels * SECOND_NS) / senderNs,
    wake: (channels * depth * SECOND_NS) / (providerNs + wakeNs + senderNs),
    link: linkPerSecond ?? Number.POSITIVE_INFINITY,
    cores: cores ? (cores.count * SECOND_NS) / cores.cpuNs : Number.POSITIVE_INFINITY,
  };
}

/** The bound that is lowest at so many channels: batches a second, and what binds. Errors as `boundsAt`. */
export function lowestBound(demands: Demands, channels: number): { perSecond: number; binding: Binding } {
  const bounds = boundsAt(demands, channels);
  const binding = BINDINGS.reduce((lowest, each) => (bounds[each] < bounds[lowest] ? each : lowest));
  return { perSecond: bounds[binding], binding };
}

/**
 * The fewest channels beyond which neither senders nor batches in flight bind: what is left is the provider, the link
 * or the cores. At depth 1 and with the provider binding it is 1 + (S + W) / P; more depth buys wake-ups back, down to
 * S / P. Infinite where nothing but the channels costs anything. Errors as `boundsAt`.
 */
export function channelsNeeded(demands: Demands): number {
  const { provider, link, cores } = boundsAt(demands, 1);
  const { senderNs, providerNs, wakeNs, depth } = demands;
  const most = Math.min(provider, link, cores) / SECOND_NS;
  // A rounding error must not ask for one channel more.
  return Math.max(1, Math.ceil(most * Math.max(senderNs, (providerNs + wakeNs + senderNs) / depth) - 1e-9));
}

function checked(demands: Demands): Demands {
  const { providerNs, senderNs, wakeNs, depth, cores } = demands;
  for (const [name, value] of Object.entries({ providerNs, senderNs, wakeNs, cpuNs: cores?.cpuNs ?? 0 })) {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`bounds: ${name}: expected nanoseconds from 0, got ${value}`);
    }
  }
  if (!(depth >= 1)) throw new RangeError(`bounds: depth: expected at least 1, got ${depth}`);
  return demands;
}
