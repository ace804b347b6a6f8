// Tests run against the compiled code: what is tested is what is timed, and Node 20 cannot start a worker from TypeScript.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['dist/**/*.test.js'],
    pool: 'forks',
    // Only the tests themselves are transformed: what they test is loaded as Node loads it, with the lines it has on disk.
    server: { deps: { external: [/\/dist\/(?!.*\.test\.js)/] } },
    // Real threads on few cores: test files one after the other, so that one file's spinning does not time out another's.
    fileParallelism: false,
    testTimeout: 30_000,
  },
});
