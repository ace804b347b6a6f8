// The table of docs/tuning.md on links: six settings by a relay, each searched, predicted and swept. SETTING 1 to 6, or none.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { loadVariants } from '../bench/plan/catalogue.js';
import { LinkPeer } from '../bench/tune/link-peer.js';
import { predictLink } from '../bench/tune/link-predict.js';
import { choose, doublings, type LinkCount, rateOf, searchLink } from '../bench/tune/link-search.js';
import { showRate } from '../bench/tune/link-text.js';
import { LinkTrials, TRIAL_MS } from '../bench/tune/link-trials.js';
import { startMeasuring } from '../src/receiver/measuring.js';

const RELAY = fileURLToPath(new URL('../bench/tune/fixtures/relay-process.js', import.meta.url));
const RELAY_PORT = 45_871;
const MOST = 32;
const SWEEPS = 2;
/** As `tune --peer` has without --budget. */
const BUDGET_MS = 50_000;
const MBIT = 1e6 / 8;
const WINDOW = 1 << 20;

interface Setting {
  readonly name: string;
  readonly roundTripMs: number;
  /** Bytes a second; 0 is unlimited. */
  readonly link: number;
}

/** Round trips of 0.2 to 100 ms, 10 Mbit/s to unlimited, 1 MiB in flight for each connection. */
const SETTINGS: readonly Setting[] = [
  { name: '0.2 ms, unlimited', roundTripMs: 0.2, link: 0 },
  { name: '2 ms, 1 Gbit/s', roundTripMs: 2, link: 1000 * MBIT },
  { name: '10 ms, 100 Mbit/s', roundTripMs: 10, link: 100 * MBIT },
  { name: '50 ms, unlimited', roundTripMs: 50, link: 0 },
  { name: '100 ms, 400 Mbit/s', roundTripMs: 100, link: 400 * MBIT },
  { name: '20 ms, 10 Mbit/s', roundTripMs: 20, link: 10 * MBIT },
];

export function declareLinks(program: Command): void {
  program
    .command('links')
    .description('measure the table of docs/tuning.md on links: searched, predicted and swept over a relay on loopback')
    .argument('[settings]', '1 to 6, as in 1,2; default all')
    .action(links);
}

async function links(asked: string | undefined): Promise<void> {
  const chosen = asked === undefined ? SETTINGS : asked.split(',').map((number) => SETTINGS[Number(number) - 1]!);
  const local = await withPeer(undefined, async (peer) => {
    const known: LinkCount[] = [];
    const trials = trialsOver(peer);
    for (const channels of doublings(MOST)) {
      const rates: number[] = [];
      for (let trial = 0; trial < 2; trial++) rates.push(await trials.measure(channels));
      known.push({ channels, bytesPerSecond: [Math.max(...rates)] });
    }
    return known;
  });
  process.stdout.write(`loopback: ${local.map((each) => `${each.channels}: ${showRate(rateOf(each))}`).join(', ')}\n`);

  for (const setting of chosen) {
    const { name, roundTripMs, link } = setting;
    await withPeer(setting, async (peer) => {
      const trials = trialsOver(peer);
      const begun = performance.now();
      const rtt = await peer.roundTripMs();
      const found = await searchLink({
        most: MOST,
        budgetMs: BUDGET_MS,
        measure: (channels) => trials.measure(channels),
      });
      const seconds = (performance.now() - begun) / 1000;
      const { chosen: answer } = choose(found);
      const bytes = rateOf(choose(found).best) * (TRIAL_MS / 1000);
      const predicted = choose(
        predictLink({ roundTripMs, windowBytes: WINDOW, local, ...(link > 0 && { linkBytes: link }) }, bytes).map(
          (each) => ({ channels: each.channels, bytesPerSecond: [each.bytesPerSecond] }),
        ),
      );
      const counts = [...new Set([...doublings(MOST), answer.channels, predicted.chosen.channels])].sort(
        (a, b) => a - b,
      );
      const sweep = new Map<number, number[]>(counts.map((channels) => [channels, []]));
      for (let round = 0; round < SWEEPS; round++) {
        for (const channels of round % 2 === 0 ? counts : counts.toReversed())
          sweep.get(channels)!.push(await trials.measure(channels));
      }
      const swept = [...sweep].map(([channels, bytesPerSecond]) => ({ channels, bytesPerSecond }));
      const { best } = choose(swept);
      const lost = (channels: number) => {
        const at = swept.find((each) => each.channels === channels)!;
        return `${((1 - rateOf(at) / rateOf(best)) * 100).toFixed(0)} %`;
      };
      const row = [
        name,
        `${best.channels}: ${showRate(rateOf(best))}`,
        `${answer.channels}, loses ${lost(answer.channels)}`,
        `${predicted.chosen.channels}: ${showRate(rateOf(predicted.chosen))}, loses ${lost(predicted.chosen.channels)}`,
        `${seconds.toFixed(0)} s`,
      ];
      process.stdout.write(`| ${row.join(' | ')} |\n`);
      const all = swept.map((each) => `${each.channels}: ${showRate(rateOf(each))}`).join(', ');
      process.stdout.write(`  swept: ${all}; round trip ${rtt.toFixed(1)} ms\n`);
    });
  }
}

const trialsOver = (peer: LinkPeer) => new LinkTrials((channels, bytes) => peer.trial(channels, bytes));

/** The far end, and the link to it: a relay, or nothing. */
async function withPeer<T>(setting: Setting | undefined, work: (peer: LinkPeer) => Promise<T>): Promise<T> {
  const [listed] = await loadVariants('atomic-barrier');
  const common = { listed: listed!, pageSize: 4096, pagesPerBatch: 128, signal: new AbortController().signal };
  const end = await startMeasuring({ host: '127.0.0.1', port: 0 }, 2 ** 30);
  const { port } = end.address as { port: number };
  let relay: ChildProcess | undefined;
  if (setting) {
    const words = [RELAY_PORT, port, setting.roundTripMs, WINDOW, setting.link].map(String);
    relay = fork(RELAY, words);
    await once(relay, 'message');
  }
  const peer = await LinkPeer.connect({ ...common, address: { host: '127.0.0.1', port: setting ? RELAY_PORT : port } });
  try {
    return await work(peer);
  } finally {
    await peer.close();
    relay?.kill();
    await end.stop();
  }
}
