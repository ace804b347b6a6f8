// Tests run against the compiled code: what is tested is what is timed, and Node 20 cannot start a worker from TypeScript.
import { defineConfig } from 'vitest/config';

/**
 * Tests that measure, or say within what time something happens: one file after the other, as on few cores one file's
 * spinning would be another's stall. Of all the others two may share the CPUs.
 */
const measuring = [
  'src/memory/*',
  'src/session/*',
  'src/workloads/*',
  'bench/measure/*',
  'bench/doctor/*',
  'bench/environment',
  'bench/qemu/run-qemu',
  'variants/{faults,sockets}',
  'bench/commands/{doctor,limits,run-ended,tune,waits,workloads}',
];

/** Tests of plain functions, which start nothing and change nothing that others see: they share two processes. */
const plain = ['base', 'plan', 'result', 'stats', 'store', 'system', 'tables', 'terminal'].map(
  (room) => `bench/${room}/*`,
);

const common = {
  pool: 'forks',
  // Only the tests themselves are transformed: what they test is loaded as Node loads it, with the lines it has on disk.
  server: { deps: { external: [/\/dist\/(?!.*\.test\.js)/] } },
  testTimeout: 60_000,
};

/** `npm test` runs the first tier; `npm run test:long` the second: whole matrices, searches and whatever takes its time. */
function tier(prefix, ending, others) {
  const provide = { isLong: ending === LONG };
  const [measured, shared] = [measuring, plain].map((rooms) => rooms.map((files) => `dist/${files}${ending}`));
  const sharing = {
    ...common,
    provide,
    name: `${prefix}sharing`,
    include: shared,
    exclude: others,
    isolate: false,
    maxWorkers: 2,
    sequence: { groupOrder: 0 },
  };
  const checking = {
    ...common,
    provide,
    name: `${prefix}checking`,
    include: [`dist/**/*${ending}`],
    exclude: [...measured, ...shared, ...others],
    maxWorkers: 2,
    sequence: { groupOrder: 0 },
  };
  const alone = {
    ...common,
    provide,
    name: `${prefix}measuring`,
    include: measured,
    exclude: others,
    fileParallelism: false,
    maxWorkers: 1,
    sequence: { groupOrder: 1 },
  };
  return [{ test: sharing }, { test: checking }, { test: alone }];
}

const LONG = '.long.test.js';

export default defineConfig({
  test: { projects: [...tier('', '.test.js', [`dist/**/*${LONG}`]), ...tier('long-', LONG, [])] },
});
