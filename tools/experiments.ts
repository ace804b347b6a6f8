// The experiments behind docs/findings.md: the command of each, and what it is held to. One entry a block of the page.
import type { Expectation } from './expectations.js';

export interface Experiment {
  /** Names the block of the page. */
  readonly id: string;
  /** What comes after `multifd-bench`. */
  readonly command: readonly string[];
  /** Of a `run` with tables: what its ratios are held to. */
  readonly expects?: readonly Expectation[] | undefined;
}

/** A command that names this file gets one of random bytes, made for it. */
export const IMAGE = { name: 'ram.img', mebibytes: 256 } as const;

/** The hand-off alone: a batch of one page, which nobody writes. */
const ALONE = '--transport discard --batch-pages 1';

const words = (text: string): readonly string[] => text.split(' ');

export const EXPERIMENTS: readonly Experiment[] = [
  {
    id: 'hand-off',
    command: words(`run --variants mutex,mutex-short,mutex-classic,atomic-barrier --channels 1,2,4,8 ${ALONE}`),
  },
  { id: 'lock-price', command: words('run --dose lock=0,1,10,50') },
  {
    id: 'sync',
    command: words('run --variants mutex,mutex-short,atomic-barrier,fastest --workload sync --channels 1,2,4,8'),
  },
  { id: 'hold', command: words('run --dose hold=0,20us,100us,1ms --rounds 6') },
  {
    id: 'scan',
    command: words(`run --variants atomic-barrier --scan wasm-fence,wasm-acquire,plain,atomic --channels 8 ${ALONE}`),
  },
  { id: 'primitives', command: words('run --workload primitives') },
  {
    id: 'locks',
    command: words(`run --variants mutex,mutex-spin,mutex-ticket,mutex-mcs,mutex-tas --channels 1,4 ${ALONE}`),
  },
  {
    id: 'alternatives',
    command: words(
      `run --variants message-port,receive-on-port,wait-async,piscina,eventcount --channels 1,2,4 ${ALONE}`,
    ),
  },
  {
    id: 'depth',
    command: words(`run --variants message-port,spsc-ring,fastest --depth 1,4,16,64,256 --channels 2 ${ALONE}`),
  },
  {
    id: 'fastest-parked',
    command: words(`run --variants message-port,spsc-ring,shared-queue,fastest --depth 64 --channels 1,2,4,8 ${ALONE}`),
    expects: [
      ...[1.5, 3, 6, 3].map((least, at) => {
        return { variant: 'fastest', metric: 'jobsPerSecond', channels: 2 ** at, least };
      }),
      ...[1, 2, 4, 8].map((channels) => ({ variant: 'fastest', metric: 'cpuNsPerJob', channels, most: 0.5 })),
    ],
  },
  {
    id: 'fastest-spinning',
    command: words(`run --variants message-port,spsc-ring,fastest --depth 64 --channels 1 --wait spin:1ms ${ALONE}`),
    expects: [{ variant: 'fastest', metric: 'jobsPerSecond', channels: 1, least: 20 }],
  },
  { id: 'fastest-default', command: words('run --variants mutex,atomic-barrier,message-port,fastest') },
  {
    id: 'half-load',
    command: words(`run --variants mutex,atomic-barrier,fastest --workload hand-off --load 50 --channels 1 ${ALONE}`),
    expects: [{ variant: 'fastest', metric: 'handoffNs.p99', channels: 1, most: 1 }],
  },
  {
    id: 'ceiling',
    command: words(
      `migrations ${IMAGE.name} --variants spsc-ring,fastest --depth 4 --transport tcp --channels 1,2,4,8`,
    ),
  },
  { id: 'limits', command: words('limits --variants spsc-ring,fastest') },
  {
    id: 'packet-share',
    command: words('run --variants mutex,atomic-barrier,fastest --transport discard,tcp --channels 1,2'),
  },
];
