// The answer of tune for a link as text: the count first, then why, then every count.

import type { LinkPoint } from './link-predict.js';
import { choose, LINK_MARGIN, type LinkCount, rateOf } from './link-search.js';
import { TRIAL_MS } from './link-trials.js';

/** Below the best by this, a larger count is said to make it worse. */
const WORSE = 0.1;
const UNITS: readonly (readonly [name: string, bytes: number])[] = [
  ['GiB/s', 2 ** 30],
  ['MiB/s', 2 ** 20],
  ['KiB/s', 2 ** 10],
];

export interface LinkAnswer {
  readonly schema: 1;
  readonly predicted: boolean;
  readonly channels: number;
  /** With the highest rate; the answer is smaller where that does about as well. */
  readonly best: number;
  /** False where one channel does as well as any other count. */
  readonly parallelise: boolean;
  readonly variant: string;
  /** What each transfer moved; absent, as much as takes about `TRIAL_MS`. */
  readonly ramBytes?: number;
  readonly roundTripMs: number;
  readonly windowBytes: number;
  readonly linkBytes?: number;
  readonly counts: readonly { readonly channels: number; readonly bytesPerSecond: number; readonly binding?: string }[];
  /** Counts above the best that lose over 10 % to it. */
  readonly worse: readonly number[];
}

type About = Pick<LinkAnswer, 'predicted' | 'variant' | 'ramBytes' | 'roundTripMs' | 'windowBytes' | 'linkBytes'>;

export function answerFor(known: readonly (LinkCount | LinkPoint)[], about: About): LinkAnswer {
  const { best, chosen } = choose(known);
  const worse = known.filter((each) => each.channels > best.channels && rateOf(each) < rateOf(best) * (1 - WORSE));
  return {
    schema: 1,
    channels: chosen.channels,
    best: best.channels,
    parallelise: known.length === 1 || chosen.channels > 1,
    ...about,
    counts: known.map((each) => ({
      channels: each.channels,
      bytesPerSecond: Math.round(rateOf(each)),
      ...('binding' in each ? { binding: each.binding } : {}),
    })),
    worse: worse.map(({ channels }) => channels),
  };
}

export function renderLink(answer: LinkAnswer): string {
  const { channels, predicted, counts, worse, roundTripMs, windowBytes, linkBytes, ramBytes, variant } = answer;
  const { parallelise, best } = answer;
  const rate = (count: number) => counts.find((each) => each.channels === count)!.bytesPerSecond;
  const many = `${channels} channel${channels > 1 ? 's' : ''}`;
  const lines = [...(parallelise ? [] : [`do not parallelise: ${whyOne(answer)}`]), `use ${many}, ${variant}`];
  if (predicted) lines.push('a prediction: nothing was sent over the link; tune --peer measures it');
  const loss = 1 - rate(channels) / rate(best);
  const why =
    loss <= LINK_MARGIN
      ? `smallest count within ${LINK_MARGIN * 100} % of the best`
      : `smallest count that is not shown to be slower than the best (${best}, by ${(loss * 100).toFixed(0)} %)`;
  lines.push(
    `${why}: ${showRate(rate(channels))}` +
      (channels > 1 ? `, x${(rate(channels) / rate(1)).toFixed(2)} of one channel` : ''),
  );
  if (worse.length > 0) {
    const most = Math.max(...worse);
    const lost = (1 - rate(most) / rate(best)) * 100;
    lines.push(`more make it worse: ${worse.join(', ')} (${most} loses ${lost.toFixed(0)} % of the best)`);
  } else if (channels === counts.at(-1)!.channels)
    lines.push(`${channels} is the most that was tried: more may be better`);
  lines.push(
    '',
    `  round trip  ${roundTripMs.toFixed(roundTripMs < 10 ? 2 : 0)} ms`,
    `  in flight   ${(windowBytes / 1024).toFixed(0)} KiB for each connection${predicted ? ', at most' : ', with one'}`,
    ...(linkBytes === undefined ? [] : [`  link        ${showRate(linkBytes)}`]),
    ramBytes === undefined
      ? `  transfers   of about ${TRIAL_MS / 1000} s, by the receiver's clock`
      : `  RAM         ${(ramBytes / 2 ** 20).toFixed(0)} MiB in each transfer`,
    '',
    '  channels         rate  each connection',
    ...counts.map((each) => {
      const own = showRate(each.bytesPerSecond / each.channels);
      const binds = each.binding === undefined ? '' : `  ${each.binding}`;
      return `  ${String(each.channels).padStart(8)}  ${showRate(each.bytesPerSecond).padStart(11)}  ${own.padStart(15)}${binds}`;
    }),
  );
  return `${lines.join('\n')}\n`;
}

function whyOne({ predicted, counts }: LinkAnswer): string {
  if (!predicted) return 'one channel does as well as any count: it fills the link, or its ends';
  const best = counts.reduce((most, each) => (each.bytesPerSecond > most.bytesPerSecond ? each : most));
  return best.binding === 'link' ? 'one channel fills the link' : 'one channel does what the CPUs here can';
}

export function showRate(bytesPerSecond: number): string {
  const [name, bytes] = UNITS.find(([, each]) => bytesPerSecond >= each) ?? UNITS.at(-1)!;
  return `${(bytesPerSecond / bytes).toPrecision(3)} ${name}`;
}
