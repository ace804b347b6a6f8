// A process that searches one design whole, as `verify` does, and says how far it came, as one line of JSON.
import type { Variant } from '../src/sender/variant.js';
import { checkDesign } from '../src/verify/designs/index.js';
import { registry } from '../variants/index.js';

export interface SearchedDesign {
  readonly states: number;
  /** Scenarios, and how many of them were searched whole. */
  readonly scenarios: number;
  readonly whole: number;
  readonly findings: readonly string[];
  readonly cpuSeconds: number;
  readonly mib: number;
}

const [name, channels, jobs, mostStates] = process.argv.slice(2);
const { module, export: exported } = registry[name!]!;
const variant = ((await import(module)) as Record<string, Variant>)[exported]!;
const bounds = { channels: Number(channels), jobs: Number(jobs) };
// Nothing is drawn, nor searched in part instead.
const { scenarios, findings } = checkDesign(variant, bounds, {
  schedules: 0,
  searchesInstead: false,
  search: { mostStates: Number(mostStates) },
});
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const searched: SearchedDesign = {
  states: scenarios.reduce((sum, { states }) => sum + states, 0),
  scenarios: scenarios.length,
  whole: scenarios.filter(({ complete }) => complete).length,
  findings: findings.map(({ scenario, kind, message }) => `${scenario}: ${kind} ${message}`),
  cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
  mib: maxRSS / 1024,
};
process.stdout.write(JSON.stringify(searched));
