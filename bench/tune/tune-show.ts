// How the answer of tune is printed, whichever way it was found.
import type { Result } from '../result/document.js';
import { formatOf, inFormat } from '../tables/format.js';
import { columnsOf } from '../terminal/width.js';
import type { Advice } from './advice.js';
import { countRecords } from './advice-counts.js';
import { renderAdvice } from './advice-text.js';
import type { LatencyLimit } from './limit.js';
import type { Ended } from './search.js';

/** Prints the answer, or that there is none. Returns 0, or 3 where nothing can be said. */
export function showAdvice(
  advice: Advice | undefined,
  { json, format }: { readonly json?: boolean; readonly format?: string },
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
      `${JSON.stringify({ ...documentOf(advice, () => whyNone(ended, limit)), ...about }, null, 1)}\n`,
    );
  } else if (advice) {
    const table = () => renderAdvice(advice, columnsOf(process.stdout));
    process.stdout.write(inFormat(formatOf(format), { table, records: () => countRecords(advice) }));
  }
  if (advice) return advice.decision.form === 'nothing' ? 3 : 0;
  process.stderr.write(`nothing can be said, because ${whyNone(ended, limit)}\n`);
  return 3;
}

/** What scripts read; `channels` is null where nothing can be said. */
function documentOf(advice: Advice | undefined, why: () => string): object {
  if (!advice) return { schema: 1, channels: null, reason: why() };
  const { decision } = advice;
  return decision.form === 'nothing' ? { ...advice, channels: null, reason: decision.because } : advice;
}

function whyNone(ended: Ended | undefined, limit: LatencyLimit | undefined): string {
  if (ended === 'interrupted') return 'it was interrupted before two processes were measured';
  if (ended === 'budget') return 'the budget ended before two processes were measured';
  return limit ? 'no count that was measured keeps the latency limit' : 'fewer than two processes were measured';
}
