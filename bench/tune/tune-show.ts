// How the answer of tune is printed, whichever way it was found.
import type { Result } from '../result/document.js';
import { columnsOf } from '../terminal/width.js';
import type { Advice } from './advice.js';
import { renderAdvice } from './advice-text.js';
import type { LatencyLimit } from './limit.js';
import type { Ended } from './search.js';

/** Prints the answer, or that there is none. Returns 0, or 3 where nothing can be advised. */
export function showAdvice(
  advice: Advice | undefined,
  { json }: { readonly json?: boolean },
  { result, ended, limit }: { result?: Result; ended?: Ended; limit?: LatencyLimit | undefined },
): number {
  if (json) {
    const about = result && {
      machine: result.machine,
      node: result.node.version,
      commit: result.commit,
      run: { id: result.run.id, seed: result.run.seed, command: result.run.command },
    };
    process.stdout.write(
      `${JSON.stringify(advice ? { ...advice, ...about } : { schema: 1, channels: null, ...about, reason: whyNone(ended, limit) }, null, 1)}\n`,
    );
  } else if (advice) process.stdout.write(`${renderAdvice(advice, columnsOf(process.stdout))}\n`);
  if (advice) return 0;
  process.stderr.write(`nothing can be advised: ${whyNone(ended, limit)}\n`);
  return 3;
}

function whyNone(ended: Ended | undefined, limit: LatencyLimit | undefined): string {
  if (ended === 'interrupted') return 'interrupted before two rounds were finished';
  if (ended === 'budget') return 'the budget ended before two rounds were finished';
  return limit ? 'no count that was measured keeps the latency limit' : 'fewer than two rounds';
}
