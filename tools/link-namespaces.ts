// Links to measure over: two network namespaces with a pair of devices between them, whose rate the kernel keeps (tbf).
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const FAR_END = fileURLToPath(new URL('./link-end-process.js', import.meta.url));
const LOOPBACK = '127.0.0.1';
const [NEAR_ADDRESS, FAR_ADDRESS] = ['10.77.0.1', '10.77.0.2'];
/** Timers of the relay have a millisecond: shorter round trips are those of the devices themselves. */
const LEAST_RELAYED_MS = 1;
/** Of tbf: what it lets through at once, at least, and what it queues. */
const [LEAST_BURST, BURST_MS, QUEUE] = [32 << 10, 4, '200ms'];
/** Waits, in its own namespace, until the device is there. */
const FAR_SETUP = `echo && read -r && ip link set lo up && ip addr add ${FAR_ADDRESS}/24 dev far && ip link set far up && exec "$@"`;

export interface Link {
  readonly roundTripMs: number;
  /** Bytes in flight on a connection. */
  readonly windowBytes: number;
  /** Bytes a second; 0 is unlimited. */
  readonly rate: number;
}

export interface OpenLink {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Runs this program again, with these words, in namespaces of its own. Returns its exit code; why not, where they are not to be had. */
export function inNamespace(words: readonly string[]): number | string {
  const enter = (command: readonly string[], stdio: 'inherit' | 'pipe') =>
    spawnSync('unshare', ['-rn', 'bash', '-c', 'ip link set lo up && exec "$@"', 'bash', ...command], { stdio });
  const devices =
    'ip link add near type veth peer name far && tc qdisc add dev near root tbf rate 1mbit burst 32k latency';
  const tried = enter(['bash', '-c', `${devices} ${QUEUE}`], 'pipe');
  if (tried.status !== 0) return tried.error?.message ?? String(tried.stderr).trim();
  return enter([process.execPath, process.argv[1]!, ...words], 'inherit').status ?? 1;
}

/** In this namespace, to one of its own. */
export async function openBetweenNamespaces(link: Link): Promise<OpenLink> {
  const roundTripMs = link.roundTripMs < LEAST_RELAYED_MS ? 0 : link.roundTripMs;
  const words = ['-n', 'bash', '-c', FAR_SETUP, 'bash', process.execPath];
  const far = start('unshare', [...words, ...farEnd(FAR_ADDRESS, { ...link, roundTripMs, rate: 0 })]);
  const lines = linesOf(far);
  await lines();
  const ip = (command: string) => execFileSync('ip', command.split(' '));
  ip('link add near type veth peer name far');
  ip(`link set far netns ${far.pid}`);
  ip(`addr add ${NEAR_ADDRESS}/24 dev near`);
  ip('link set near up');
  if (link.rate > 0) {
    const burst = Math.max(LEAST_BURST, Math.round((link.rate * BURST_MS) / 1000));
    const limits = `rate ${Math.round(link.rate * 8)}bit burst ${burst} latency ${QUEUE}`;
    execFileSync('tc', `qdisc add dev near root tbf ${limits}`.split(' '));
  }
  far.stdin.write('\n');
  const close = async () => {
    await ended(far);
    // It goes with the far namespace, some time later.
    spawnSync('ip', ['link', 'del', 'near']);
  };
  return { host: FAR_ADDRESS, port: Number(await lines()), close };
}

/** On loopback, where the relay keeps the rate as well. */
export async function openOverRelay(link: Link): Promise<OpenLink> {
  const far = start(process.execPath, farEnd(LOOPBACK, link));
  return { host: LOOPBACK, port: Number(await linesOf(far)()), close: () => ended(far) };
}

const start = (program: string, words: readonly string[]) =>
  spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
type FarEnd = ReturnType<typeof start>;

function farEnd(host: string, { roundTripMs, windowBytes, rate }: Link): string[] {
  return [FAR_END, host, ...[roundTripMs, windowBytes, rate].map(String)];
}

/** The next line each time; throws Error where the process ended instead. */
function linesOf({ stdout }: FarEnd): () => Promise<string> {
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return async () => {
    const { done, value } = await lines.next();
    if (done) throw new Error('the far end of the link ended: see above');
    return value;
  };
}

async function ended(child: FarEnd): Promise<void> {
  child.stdin.end();
  if (child.exitCode === null) await once(child, 'exit');
}
