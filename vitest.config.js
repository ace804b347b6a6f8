// Tests run against the compiled code: what is tested is what is timed, and Node 20 cannot start a worker from TypeScript.
import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

/**
 * Tests that measure, or say within what time something happens: one file after the other, as on few cores one file's
 * spinning would be another's stall. Of all the others two may share the CPUs.
 */
const measuring = [
  'src/memory/{primitives,scan}',
  'src/session/{access-counter,sequences,side-by-side}',
  'src/workloads/*',
  'bench/measure/{child-start,counts,floors,keep-awake,paired-visits,peers,round}',
  'bench/doctor/resolution',
  'bench/environment',
  'bench/qemu/run-qemu',
  'variants/{faults,sockets}',
  'bench/commands/{doctor,limits,run-ended,tune,waits,workloads}',
];

/** Tests of command lines that run in their own process, behind guards that are set before anything else is loaded. */
const guarded = ['bench/{arguments,cli}', 'bench/check/verify-program', 'bench/commands/{migrate,profile,send,verify}'];

/** The first to begin, so that both workers end together. Of the others the larger file goes first. */
const LONGEST = [
  'variants/conformance',
  'variants/verified',
  'src/verify/designs/designs',
  'src/receiver/fuzz',
  'src/receiver/bad-input',
  'bench/report/browser',
  'bench/commands/migrate',
  'bench/commands/run',
  'src/transport/lines',
];

class LongestFirst extends BaseSequencer {
  async sort(files) {
    const rank = ({ moduleId }) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/dist/${name}.test.js`));
      return at < 0 ? LONGEST.length : at;
    };
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project))];
    const order = (spec) => projects.indexOf(spec.project) * (LONGEST.length + 1) + rank(spec);
    return sorted.sort((a, b) => order(a) - order(b));
  }
}

const common = {
  pool: 'forks',
  // Only the tests themselves are transformed: what they test is loaded as Node loads it, with the lines it has on disk.
  server: { deps: { external: [/\/dist\/(?!.*\.test\.js)/] } },
  testTimeout: 60_000,
};

const tests = ['src', 'variants', 'bench', 'tools']
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => `${folder}/${name}`))
  .filter((name) => name.endsWith('.test.ts') && !name.endsWith('.long.test.ts'));
/** Those that import `tier.js` stand in both tiers, all others in the first alone. */
const ofFirstTier = tests
  .filter((name) => !/fixtures\/tier\.js'/.test(readFileSync(name, 'utf8')))
  .map((name) => `dist/${name.replace(/ts$/, 'js')}`);

/** `npm test` runs the first tier; `npm run test:long` the second: whole matrices, searches and whatever takes its time. */
function tier(prefix, isLong, others) {
  const filesOf = (names) => names.map((name) => `dist/${name}{,.long}.test.js`);
  const [alone, behindGuards] = [measuring, guarded].map(filesOf);
  const project = (name, groupOrder, maxWorkers, include, exclude = []) => ({
    test: {
      ...common,
      provide: { isLong },
      // In the first tier files take turns in the same processes, which load what is tested once: each leaves all as it was.
      isolate: isLong,
      name: `${prefix}${name}`,
      include,
      exclude: [...exclude, ...others],
      maxWorkers,
      sequence: { groupOrder },
    },
  });
  return [
    project('checking', 0, 2, ['dist/**/*.test.js'], [...alone, ...behindGuards]),
    project('guarded', 0, 2, behindGuards),
    project('measuring', 1, 1, alone),
  ];
}

/** Whoever names one file wants its first half, and quickly. */
const isSecondAsked = process.argv.some((word) => word.includes('long'));

export default defineConfig({
  test: {
    projects: [
      ...tier('', false, ['dist/**/*.long.test.js']),
      ...(isSecondAsked ? tier('long-', true, ofFirstTier) : []),
    ],
    sequence: { sequencer: LongestFirst },
  },
});
