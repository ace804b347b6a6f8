// The table of docs/tuning.md on links: in six settings, what `tune --peer` and `tune --rtt` say beside a sweep. SETTINGS 1 to 6, or none.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { badValue } from '../bench/base/usage-error.js';
import { loadVariants } from '../bench/plan/catalogue.js';
import { meanRatio } from '../bench/stats/ratio.js';
import { LinkPeer } from '../bench/tune/link-peer.js';
import { choose, type LinkCount, rateOf } from '../bench/tune/link-search.js';
import { type LinkAnswer, showRate } from '../bench/tune/link-text.js';
import { LinkTrials } from '../bench/tune/link-trials.js';
import { inNamespace, type Link, openBetweenNamespaces, openOverRelay } from './link-namespaces.js';

const CLI = fileURLToPath(new URL('../bench/cli.js', import.meta.url));
const COUNTS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];
/** Back and forth: what drifts meets all alike. */
const SWEEPS = 3;
/** Of the answers beside the best of the sweep. */
const BESIDE = 4;
const MBIT = 1e6 / 8;

interface Setting extends Link {
  readonly name: string;
}

/** Round trips of 0.2 to 100 ms, 10 Mbit/s to unlimited, 1 MiB in flight for each connection. */
const SETTINGS: readonly Setting[] = [
  { name: '0.2 ms, unlimited', roundTripMs: 0.2, rate: 0 },
  { name: '2 ms, 1 Gbit/s', roundTripMs: 2, rate: 1000 * MBIT },
  { name: '10 ms, 100 Mbit/s', roundTripMs: 10, rate: 100 * MBIT },
  { name: '50 ms, unlimited', roundTripMs: 50, rate: 0 },
  { name: '100 ms, 400 Mbit/s', roundTripMs: 100, rate: 400 * MBIT },
  { name: '20 ms, 10 Mbit/s', roundTripMs: 20, rate: 10 * MBIT },
].map((each) => ({ ...each, windowBytes: 1 << 20 }));

export function declareLinks(program: Command): void {
  program
    .command('links')
    .description('measure the table of docs/tuning.md on links: searched, predicted and swept (two minutes each)')
    .argument('[settings]', '1 to 6, as in 1,2; default all')
    .addOption(new Option('--inside', 'the namespaces are there').hideHelp())
    .action(async (asked: string | undefined, { inside }: { inside?: boolean }) => {
      const chosen = settingsOf(asked);
      if (inside) return rows(chosen, openBetweenNamespaces);
      const code = inNamespace([...process.argv.slice(2), '--inside']);
      if (typeof code === 'number') process.exitCode = code;
      else {
        process.stderr.write(`no network namespaces with tbf (${code}): a relay on loopback keeps the rates\n`);
        await rows(chosen, openOverRelay);
      }
    });
}

function settingsOf(asked: string | undefined): readonly Setting[] {
  if (asked === undefined) return SETTINGS;
  return asked.split(',').map((number) => {
    const setting = SETTINGS[Number(number) - 1];
    if (!setting) throw badValue('links', number, `1 to ${SETTINGS.length}`);
    return setting;
  });
}

async function rows(settings: readonly Setting[], open: typeof openOverRelay): Promise<void> {
  for (const setting of settings) process.stdout.write(`${await rowOf(setting, open)}\n`);
}

/** A line of the table, and below it every count of the sweep. */
async function rowOf(setting: Setting, open: typeof openOverRelay): Promise<string> {
  const { name, roundTripMs, windowBytes, rate } = setting;
  const facts = ['--rtt', `${roundTripMs}ms`, '--window', `${windowBytes / 2 ** 20}m`];
  const predicted = await tune(...facts, ...(rate > 0 ? ['--link', `${rate / MBIT}mbit`] : []));
  const far = await open(setting);
  const begun = performance.now();
  const found = await tune('--peer', `${far.host}:${far.port}`);
  const seconds = (performance.now() - begun) / 1000;
  await far.close();
  const { swept, losses } = await sweep(setting, open, [found.channels, predicted.channels]);
  const { best } = choose(swept);
  const said = ({ channels, counts }: LinkAnswer) => {
    const own = counts.find((each) => each.channels === channels)!.bytesPerSecond;
    return `${channels}: ${showRate(own)}, loses ${losses.get(channels)!}`;
  };
  const cells = [name, `${best.channels}: ${showRate(rateOf(best))}`, said(found), `${seconds.toFixed(0)} s`];
  const all = swept.map((each) => `${each.channels}: ${showRate(rateOf(each))}`).join(', ');
  return `| ${[...cells, said(predicted)].join(' | ')} |\n  round trip ${found.roundTripMs.toFixed(1)} ms; swept: ${all}`;
}

/** The answer of the command. Throws Error where there is none; what it says of it stands above. */
async function tune(...words: readonly string[]): Promise<LinkAnswer> {
  const child = spawn(process.execPath, [CLI, 'tune', ...words, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (child.exitCode !== 0) throw new Error(`tune ${words.join(' ')} ended with ${child.exitCode}`);
  return JSON.parse(said) as LinkAnswer;
}

/**
 * The rates of all counts; and what those that were named lose to the best of them, with the interval, measured by turns with
 * it after the sweep: the best of ten is partly luck.
 */
async function sweep(link: Link, open: typeof openOverRelay, named: readonly number[]) {
  const [listed] = await loadVariants('atomic-barrier');
  const plan = { listed: listed!, pageSize: 4096, pagesPerBatch: 128, signal: new AbortController().signal };
  const far = await open(link);
  const peer = await LinkPeer.connect({ ...plan, address: { host: far.host, port: far.port } });
  try {
    const trials = new LinkTrials((channels, bytes) => peer.trial(channels, bytes));
    const byTurns = async (counts: readonly number[], rounds: number): Promise<LinkCount[]> => {
      const measured = counts.map((channels) => ({ channels, bytesPerSecond: [] as number[] }));
      for (let round = 0; round < rounds; round++) {
        for (const { channels, bytesPerSecond } of round % 2 === 0 ? measured : measured.toReversed())
          bytesPerSecond.push(await trials.measure(channels));
      }
      return measured;
    };
    const swept = await byTurns(COUNTS, SWEEPS);
    const best = swept.reduce((most, each) => (rateOf(each) > rateOf(most) ? each : most)).channels;
    const beside = await byTurns([...new Set([best, ...named])], BESIDE);
    const losses = new Map(beside.map((each) => [each.channels, lossText(each, beside[0]!)]));
    return { swept, losses };
  } finally {
    await peer.close();
    await far.close();
  }
}

function lossText({ bytesPerSecond }: LinkCount, best: LinkCount): string {
  const logs = bytesPerSecond.map((rate, round) => Math.log(rate / best.bytesPerSecond[round]!));
  const { ratio, low, high } = meanRatio(logs);
  const percent = (share: number) => ((1 - share) * 100).toFixed(0);
  return `${percent(ratio)} % (${percent(high)} to ${percent(low)})`;
}
