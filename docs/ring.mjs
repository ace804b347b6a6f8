/*
 * The ring of ring.c in JavaScript, and nothing of the suite around it: what Node itself leaves of it.
 *
 *   node docs/ring.mjs 0 1 64 20000000 32
 *   (the producer's CPU, the consumer's, places in the ring: a power of two, items, items that each side publishes at once)
 *
 * It prints items a second as ring.c does, the median of five runs after one that warms both threads up. Whoever finds
 * nothing to do publishes what it held back.
 */
import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** Words of the shared memory: each index has two cache lines for itself. */
const PUT = 0;
const TAKEN = 32;
const PLACES = 64;
const RUNS = 5;

function produce(words, { places, items, every }) {
  let [put, taken, left] = [0, 0, every];
  for (let item = 0; item < items; item++) {
    while (put - taken === places) {
      if (left !== every) Atomics.store(words, PUT, put);
      left = every;
      taken = Atomics.load(words, TAKEN);
    }
    words[PLACES + (put & (places - 1))] = item;
    put++;
    if (--left > 0) continue;
    left = every;
    Atomics.store(words, PUT, put);
  }
  Atomics.store(words, PUT, put);
}

function consume(words, { places, items, every }) {
  let [put, taken, left, sum] = [0, 0, every, 0];
  for (let item = 0; item < items; item++) {
    while (taken === put) {
      if (left !== every) Atomics.store(words, TAKEN, taken);
      left = every;
      put = Atomics.load(words, PUT);
    }
    sum = (sum + words[PLACES + (taken & (places - 1))]) | 0;
    taken++;
    if (--left > 0) continue;
    left = every;
    Atomics.store(words, TAKEN, taken);
  }
  return sum;
}

if (isMainThread) {
  const [producer, consumer, places, items, every = 1] = process.argv.slice(2).map(Number);
  const memory = new SharedArrayBuffer(4 * (PLACES + places));
  const workers = [producer, consumer].map((cpu, role) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { role, memory, places, items, every } });
    const hear = () => new Promise((resolve) => worker.once('message', resolve));
    return { cpu, worker, hear, threadId: hear() };
  });
  for (const { cpu, threadId } of workers) execFileSync('taskset', ['-cp', String(cpu), String(await threadId)]);
  const seconds = [];
  for (let run = 0; run <= RUNS; run++) {
    new Int32Array(memory).fill(0);
    const ended = Promise.all(workers.map(({ hear }) => hear()));
    for (const { worker } of workers) worker.postMessage('run');
    seconds.push((await ended)[1]);
  }
  const [, , median] = seconds.slice(1).sort((a, b) => a - b);
  process.stdout.write(`${Math.round(items / median)} items a second\n`);
  for (const { worker } of workers) worker.terminate();
} else {
  const words = new Int32Array(workerData.memory);
  parentPort.on('message', () => {
    const started = performance.now();
    const work = workerData.role === 0 ? produce : consume;
    work(words, workerData);
    parentPort.postMessage((performance.now() - started) / 1e3);
  });
  parentPort.postMessage(Number(readlinkSync('/proc/thread-self').split('/').pop()));
}
