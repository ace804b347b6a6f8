// The far end of a link that is measured: receives for one tuning, behind a relay where there is a delay or a rate.
// HOST ROUND_TRIP_MS WINDOW_BYTES BYTES_PER_SECOND: prints the port that it listens on, and ends with its input.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startMeasuring } from '../src/receiver/measuring.js';

const RELAY = fileURLToPath(new URL('../bench/tune/fixtures/relay-process.js', import.meta.url));
const LOOPBACK = '127.0.0.1';
const MOST_BYTES = 2 ** 30;
const WARM_UP_BYTES = 2 ** 29;

const [host, ...numbers] = process.argv.slice(2) as [string, string, string, string];
const [roundTripMs, , rate] = numbers.map(Number) as [number, number, number];
const isRelayed = roundTripMs > 0 || rate > 0;
const end = await startMeasuring({ host: isRelayed ? LOOPBACK : host, port: 0 }, MOST_BYTES);
const { port } = end.address as { port: number };
const relay = isRelayed ? fork(RELAY, [host, String(port), ...numbers, String(WARM_UP_BYTES)]) : undefined;
const [listening] = relay ? ((await once(relay, 'message')) as [number]) : [port];
process.stdout.write(`${listening}\n`);
await once(process.stdin.resume(), 'end');
relay?.kill();
await end.stop();
process.exit(0);
