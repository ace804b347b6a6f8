// The three parts of a check of one design: conformance, verification, and a quick comparison with QEMU's designs.

import { CONFORMANCE } from '../../src/conformance/conformance.js';
import type { Variant } from '../../src/sender/variant.js';
import { type Checked, whyNotModelled } from '../../src/verify/designs/index.js';
import { type Listed, loadVariants } from '../plan/catalogue.js';
import type { Result } from '../result/document.js';
import { type PlannedRun, planRun, runPlan } from '../run.js';
import { conform, type Tested } from './conforming.js';
import { checkAll } from './verifying.js';

export const BOUNDS = { channels: 2, jobs: 2 };
/** What a minute has room for; `verify` searches further. */
const MOST_STATES = 60_000;
const LONGEST_VERIFY_MS = 40_000;
/** The fewest processes that decide anything. */
const ROUNDS = 6;
/** What a design is held against: QEMU's, or, where it cannot go down to their depth, others of any depth. */
const PEERS = ['mutex', 'atomic-barrier'];
const DEEP_PEERS = ['mutex-global', 'spsc-ring'];

/** How far a part is. */
export type CheckProgress = (part: 'conformance' | 'verify' | 'comparison', what: string, share: number) => void;

export interface Conformance {
  readonly status: 'passed' | 'failed';
  readonly tests: readonly Tested[];
}

export type Verification =
  | { readonly status: 'passed' | 'failed'; readonly checked: Checked }
  | { readonly status: 'incomplete' | 'not-modelled'; readonly reason: string };

export type Comparison =
  | { readonly status: 'measured' | 'failed'; readonly result: Result; readonly planned: PlannedRun }
  | { readonly status: 'not-measured'; readonly reason: string };

export async function checkConformance(listed: Listed, onProgress: CheckProgress): Promise<Conformance> {
  const tests = await conform(listed, (title, done) => onProgress('conformance', title, done / CONFORMANCE.length));
  const isWrong = ({ status }: Tested): boolean => status === 'failed' || status === 'not-run';
  return { status: tests.some(isWrong) ? 'failed' : 'passed', tests };
}

export async function checkByModel({ variant, source }: Listed, onProgress: CheckProgress): Promise<Verification> {
  const whyNot = whyNotModelled(variant);
  if (whyNot !== undefined) return { status: 'not-modelled', reason: whyNot };
  const search = { strategy: 'exhaustive', mostStates: MOST_STATES } as const;
  const subject = { name: variant.name, variant: source, bounds: BOUNDS, search, mutates: false, survivors: [] };
  const limit = AbortSignal.timeout(LONGEST_VERIFY_MS);
  const tell = (running: readonly { what: string; done: number; total: number }[]) => {
    for (const { what, done, total } of running) onProgress('verify', what, done / total);
  };
  try {
    const [checked] = await checkAll([subject], tell, limit);
    if (checked!.findings.length > 0) return { status: 'failed', checked: checked! };
    if (checked!.complete) return { status: 'passed', checked: checked! };
    return { status: 'incomplete', reason: `its states are too many for ${MOST_STATES} a scenario` };
  } catch (cause) {
    if (!limit.aborted) throw cause;
    return { status: 'incomplete', reason: `not finished in ${LONGEST_VERIFY_MS / 1000} s` };
  }
}

/** One page a batch that nobody writes: the hand-off alone, where designs differ most. */
export async function compareQuickly(
  { variant }: Listed,
  name: string,
  onProgress: CheckProgress,
  rounds = ROUNDS,
): Promise<Comparison> {
  const peers = await peersOf(variant);
  const flags = { transport: 'discard', channels: '1,2', batchPages: '1', depth: `${variant.depth[0]}` };
  const variants = [...peers.filter((peer) => peer !== variant.name), name].join(',');
  const planned = await planRun({ ...flags, variants, rounds: `${rounds}`, quick: true });
  const result = await runPlan(planned, {
    onProgress: ({ round, done, total }) => onProgress('comparison', `round ${round + 1} of ${rounds}`, done / total),
  });
  const failed = result.cells.some(({ status }) => status === 'failed');
  return { status: failed ? 'failed' : 'measured', result, planned };
}

async function peersOf({ depth: [least] }: Variant): Promise<readonly string[]> {
  const takes = (await loadVariants(PEERS.join(','))).every(
    ({ variant }) => variant.depth[0] <= least && least <= variant.depth[1],
  );
  return takes ? PEERS : DEEP_PEERS;
}
