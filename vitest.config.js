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
  'variants/{faults,sockets}',
  'bench/commands/{doctor,limits,run-ended,run-qemu,tune,waits,workloads}',
].map((files) => `dist/${files}.test.js`);

const common = {
  pool: 'forks',
  // Only the tests themselves are transformed: what they test is loaded as Node loads it, with the lines it has on disk.
  server: { deps: { external: [/\/dist\/(?!.*\.test\.js)/] } },
  testTimeout: 30_000,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'checking',
          include: ['dist/**/*.test.js'],
          exclude: measuring,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'measuring',
          include: measuring,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
