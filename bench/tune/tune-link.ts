// tune for a link: measured against a `receive --measure` at its other end, or predicted from its round trip and window.
import { readFileSync } from 'node:fs';
import { startMeasuring } from '../../src/receiver/measuring.js';
import { parseAddress } from '../base/address.js';
import { Interrupts } from '../base/interrupts.js';
import { UsageError } from '../base/usage-error.js';
import { availableBytes } from '../plan/memory.js';
import { oneShotCell, oneShotVariant } from '../plan/one-shot.js';
import { LEAST_BYTES, type LinkFlags, linkFlags } from './link-flags.js';
import { LinkPeer, type LinkPeerPlan } from './link-peer.js';
import { predictLink } from './link-predict.js';
import { type LinkCount, type LinkSearch, rateOf, searchLink } from './link-search.js';
import { answerFor, renderLink } from './link-text.js';
import { LinkTrials, TRIAL_MS } from './link-trials.js';
import type { TuneFlags } from './tune-flags.js';

/** Of a prediction. */
const MOST_BYTES = 256 << 20;

/** Returns the exit code. */
export async function tuneLink(flags: TuneFlags, linkBytes: number | undefined): Promise<number> {
  const { peer } = flags;
  const asked = linkFlags(flags);
  const { pageSize, pagesPerBatch } = oneShotCell({
    ...(flags.pageSize !== undefined && { pageSize: flags.pageSize }),
    ...(flags.batchPages !== undefined && { batchPages: flags.batchPages }),
  });
  const listed = await oneShotVariant(flags.variants, 1);
  const interrupts = new Interrupts();
  const measured = { listed, pageSize, pagesPerBatch, signal: interrupts.signal };
  try {
    const answer =
      peer !== undefined
        ? await measure({ ...measured, address: parseAddress('--peer', peer) }, asked)
        : await predict(measured, asked, linkBytes);
    process.stdout.write(flags.json ? `${JSON.stringify(answer, null, 1)}\n` : renderLink(answer));
    return 0;
  } catch (cause) {
    if (interrupts.code !== undefined) return interrupts.code;
    if (cause instanceof UsageError) throw cause;
    process.stderr.write(`multifd-bench: tune: ${(cause as Error).message}\n`);
    return 1;
  } finally {
    interrupts.close();
  }
}

async function measure(plan: LinkPeerPlan, { ramBytes, most, budgetMs }: LinkFlags) {
  const peer = await LinkPeer.connect(plan);
  try {
    const begun = performance.now();
    const roundTripMs = await peer.roundTripMs();
    const known = await search(peer, { ramBytes, most, budgetMs: budgetMs - (performance.now() - begun) });
    const one = rateOf(known[0]!);
    // What was on its way at a time: rate times delay.
    const windowBytes = (one * roundTripMs) / 1000;
    const about = { predicted: false, variant: plan.listed.variant.name, roundTripMs, windowBytes };
    return answerFor(known, { ...about, ...(ramBytes === undefined ? {} : { ramBytes }) });
  } finally {
    await peer.close();
  }
}

async function predict(
  plan: Omit<LinkPeerPlan, 'address'>,
  { ramBytes: given, roundTripMs, windowBytes: asked, most, budgetMs }: LinkFlags,
  linkBytes: number | undefined,
): Promise<ReturnType<typeof answerFor>> {
  const windowBytes = asked ?? kernelWindow();
  process.stderr.write('what the CPUs here can do first, over loopback\n');
  const end = await startMeasuring({ host: '127.0.0.1', port: 0 }, availableBytes() / 4);
  try {
    const peer = await LinkPeer.connect({ ...plan, address: end.address });
    try {
      const known = await search(peer, { most, budgetMs: budgetMs / 2, all: true });
      const facts = { roundTripMs, windowBytes, local: known, ...(linkBytes === undefined ? {} : { linkBytes }) };
      const unlimited = predictLink(facts, Number.MAX_SAFE_INTEGER);
      const ramBytes = given ?? ramFor(Math.max(...unlimited.map(rateOf)));
      const about = { predicted: true, variant: plan.listed.variant.name, ramBytes, roundTripMs, windowBytes };
      return answerFor(predictLink(facts, ramBytes), { ...about, ...(linkBytes === undefined ? {} : { linkBytes }) });
    } finally {
      await peer.close();
    }
  } finally {
    await end.stop();
  }
}

/** `all`: every doubling counts, also where more does not help. `ramBytes`: each trial moves so much. */
async function search(
  peer: LinkPeer,
  { ramBytes, ...plan }: Omit<LinkSearch, 'measure' | 'progress'> & { readonly ramBytes?: number | undefined },
): Promise<readonly LinkCount[]> {
  const trials = new LinkTrials((channels, bytes) => peer.trial(channels, bytes), ramBytes);
  const known = await searchLink({
    ...plan,
    measure: (channels) => trials.measure(channels),
    progress: (sofar: readonly LinkCount[]) => {
      const { channels, bytesPerSecond } = sofar.reduce((a, b) => (rateOf(b) > rateOf(a) ? b : a));
      if (process.stderr.isTTY)
        process.stderr.write(
          `\r\x1b[Kbest so far: ${channels} of ${sofar.length} counts, ${bytesPerSecond.length} times`,
        );
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  return known;
}

/** What takes about as long as a trial. */
function ramFor(bytesPerSecond: number): number {
  const wanted = Math.min(MOST_BYTES, Math.max(LEAST_BYTES, (bytesPerSecond * TRIAL_MS) / 1000));
  return Math.ceil(wanted / LEAST_BYTES) * LEAST_BYTES;
}

/** What this kernel lets a connection have in flight. */
function kernelWindow(): number {
  const [, , most] = readFileSync('/proc/sys/net/ipv4/tcp_wmem', 'latin1').trim().split(/\s+/).map(Number);
  process.stderr.write(`--window: not given; tcp_wmem lets a connection have ${most} bytes in flight\n`);
  return most!;
}
