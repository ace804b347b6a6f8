// What single operations cost on one thread, by tinybench: the input of every cost model of a hand-off.
import { Bench } from 'tinybench';
import { FutexLock } from '../../src/memory/futex-lock.js';
import { hint } from '../../src/memory/hint.js';
import { type FindZero, scansOver } from '../../src/memory/scan-module.js';
import { Semaphore } from '../../src/memory/semaphore.js';
import { createSharedMemory } from '../../src/memory/shared-memory.js';

export interface PrimitiveCost {
  readonly name: string;
  readonly medianNs: number;
  readonly lowNs: number;
  readonly highNs: number;
  readonly samples: number;
}

/** Operations a sample: enough to lose the clock's own cost. */
const OPERATIONS = 5000;
const SCANNED = 8;
const ROW_WORDS = 32;

/** Times each primitive; nobody else uses the words, so these are the costs without contention. */
export async function measurePrimitives(samples: number): Promise<PrimitiveCost[]> {
  const memory = createSharedMemory(1 << 16);
  const words = new Int32Array(memory.buffer);
  const lock = new FutexLock(words, ROW_WORDS * 20);
  const semaphore = new Semaphore(words, ROW_WORDS * 21);
  const rows = Array.from({ length: SCANNED }, (_, row) => row * ROW_WORDS);
  // The last of the scanned words is free, so a scan looks at all of them.
  for (const row of rows.slice(0, -1)) words[row] = 1;
  const inWebAssembly = scansOver(memory);
  const scan = (find: FindZero) => () => {
    kept += find(0, ROW_WORDS * Int32Array.BYTES_PER_ELEMENT, SCANNED, 0);
  };
  let kept = 0;
  const operations: Record<string, () => void> = {
    'empty loop': () => {},
    'plain load': () => {
      kept += hint(words, 64 * ROW_WORDS);
    },
    'atomic load': () => {
      kept += Atomics.load(words, 64 * ROW_WORDS);
    },
    'atomic store': () => {
      Atomics.store(words, 65 * ROW_WORDS, 1);
    },
    'compare-and-swap': () => {
      kept += Atomics.compareExchange(words, 66 * ROW_WORDS, 0, 0);
    },
    'notify, nobody asleep': () => {
      kept += Atomics.notify(words, 67 * ROW_WORDS);
    },
    'lock and unlock': () => {
      lock.lock();
      lock.unlock();
    },
    'post and wait': () => {
      semaphore.post();
      semaphore.wait();
    },
    [`scan of ${SCANNED}, hints and one load (plain)`]: () => {
      for (const row of rows) if (hint(words, row) === 0 && Atomics.load(words, row) === 0) kept++;
    },
    [`scan of ${SCANNED}, atomic loads (atomic)`]: () => {
      for (const row of rows) if (Atomics.load(words, row) === 0) kept++;
    },
    // In WebAssembly a load is what it is in C: only there is the price of an order to be seen.
    [`scan of ${SCANNED}, wasm, plain loads alone`]: scan(inWebAssembly.plain),
    [`scan of ${SCANNED}, wasm, a fence (wasm-fence)`]: scan(inWebAssembly.fence),
    [`scan of ${SCANNED}, wasm, acquires (wasm-acquire)`]: scan(inWebAssembly.acquire),
    'clock (hrtime.bigint)': () => {
      kept += Number(process.hrtime.bigint() & 1n);
    },
  };
  const bench = new Bench({ time: 0, iterations: samples, warmupIterations: 20, warmupTime: 0, throws: true });
  for (const [name, operation] of Object.entries(operations)) {
    const timed = compileApart(operation);
    bench.add(name, () => ({ overriddenDuration: timed(OPERATIONS) / OPERATIONS / 1e6 }));
  }
  const tasks = await bench.run();
  if (Number.isNaN(kept)) throw new Error('unreachable: keeps the loads from being dropped');
  return tasks.map(({ name, result }) => {
    if (result.state !== 'completed') throw new Error(`${name}: tinybench ended as ${result.state}`);
    const { p50, min, p75 } = result.latency;
    return { name, medianNs: p50 * 1e6, lowNs: min * 1e6, highNs: p75 * 1e6, samples: result.latency.samplesCount };
  });
}

/** A loop of its own for each operation, so that the compiler sees one target in it; returns nanoseconds. */
function compileApart(operation: () => void): (count: number) => number {
  const make = new Function(
    'operation',
    `return function loop(count) {
      const start = process.hrtime.bigint();
      for (let done = 0; done < count; done++) operation();
      return Number(process.hrtime.bigint() - start);
    };`,
  );
  return make(operation) as (count: number) => number;
}
