// What a run says of the number of channels, in one sentence: the same reasoning as `tune --from`, on its most real table.

import { counted } from '../base/quantities.js';
import { STUDIED_PAIR } from '../plan/tables.js';
import type { Result } from '../result/document.js';
import { headOf } from './advice-text.js';
import { adviceOn } from './tune-saved.js';

/** What `tune` said when it made this run, in its own sentences; undefined where nothing was ranked. */
export function tunedSentences(result: Result): readonly string[] | undefined {
  const advice = adviceOn(result);
  return advice && headOf(advice).map((line) => `${line[0]!.toUpperCase()}${line.slice(1)}.`);
}

/** Undefined where the run has no throughput at two counts of channels or more that answers one question. */
export function channelsSentence(result: Result): string | undefined {
  const rates = result.cells.filter(({ workload, status }) => workload === 'throughput' && status === 'measured');
  const tables = [...new Set(rates.map(({ table }) => table))];
  // A receiver that checks what comes is nearer to a migration than batches that nobody writes.
  const table = tables.findLast(
    (each) => new Set(rates.filter((cell) => cell.table === each).map(({ channels }) => channels)).size > 1,
  );
  if (table === undefined) return undefined;
  const own = rates.filter((cell) => cell.table === table);
  const studied = own.filter(({ variant }) => (STUDIED_PAIR as readonly string[]).includes(variant));
  const cells = result.run.flags?.variants === undefined && studied.length > 0 ? studied : own;
  const advice = adviceOn({ ...result, cells });
  if (!advice) return undefined;
  const [first] = headOf(advice);
  const saved = `${own[0]!.transport}, ${counted(own[0]!.pagesPerBatch, 'page')} per batch`;
  return `Channels (${saved}): ${first}.`;
}
