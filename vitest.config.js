// Tests run against the compiled code: what is tested is what is timed, and Node 20 cannot start a worker from TypeScript.
import { defineConfig } from 'vitest/config';

/** Tests that only compute, or start processes without asking how long anything takes: two files at a time may share the CPUs. */
const computing = [
  'src/verify/**/*',
  'src/receiver/*',
  'src/wire/**/*',
  'bench/stats/**/*',
  'bench/plan/**/*',
  'bench/report/**/*',
  'bench/store/**/*',
  'bench/formats/**/*',
  'bench/builds/**/*',
  'bench/exports/**/*',
  'bench/{arguments,cli}',
  'bench/commands/{compare,migrate,new,readme,receive*,report,verify}',
  'bench/qemu/*',
  'variants/verified',
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
      { test: { ...common, name: 'computing', include: computing, maxWorkers: 2, sequence: { groupOrder: 0 } } },
      {
        test: {
          ...common,
          name: 'threads',
          include: ['dist/**/*.test.js'],
          exclude: computing,
          // One file after the other: on few cores one file's spinning would time out another's.
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
