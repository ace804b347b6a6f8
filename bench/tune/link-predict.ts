// What a link allows, without the other end: window and round trip, the link's rate, and what the CPUs here were measured to do.
import type { LinkCount } from './link-search.js';
import { rateOf } from './link-search.js';

export interface LinkFacts {
  readonly roundTripMs: number;
  /** Bytes that a connection has in flight at most. */
  readonly windowBytes: number;
  /** Bytes a second; absent, unlimited. */
  readonly linkBytes?: number;
  /** Transfers over loopback on this machine, both ends on its CPUs. */
  readonly local: readonly LinkCount[];
}

type LinkBinding = 'window' | 'link' | 'CPUs';

/** Its rate is what the bounds let through of its transfers over loopback: one for each count, however often that was tried. */
export interface LinkPoint extends LinkCount {
  readonly binding: LinkBinding;
}

/** For each count that was measured here: the lowest of the three bounds, with the round trip in which nothing is there yet. */
export function predictLink(facts: LinkFacts, bytes: number): LinkPoint[] {
  return facts.local.map((local) => {
    const { channels } = local;
    const bounds: Readonly<Record<LinkBinding, number>> = {
      window: (channels * facts.windowBytes * 1000) / facts.roundTripMs,
      link: facts.linkBytes ?? Number.POSITIVE_INFINITY,
      CPUs: rateOf(local),
    };
    const binding = (Object.keys(bounds) as LinkBinding[]).reduce((low, each) =>
      bounds[each] < bounds[low] ? each : low,
    );
    const through = (rate: number) =>
      bytes / (bytes / Math.min(rate, bounds.window, bounds.link) + facts.roundTripMs / 1000);
    return { channels, bytesPerSecond: [through(rateOf(local))], binding };
  });
}
