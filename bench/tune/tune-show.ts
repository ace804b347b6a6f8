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
    const document = documentOf(advice, () => whyNone(ended, limit));
    process.stdout.write(`${JSON.stringify({ ...document, ...(result && aboutRun(result)) }, null, 1)}\n`);
  } else if (advice) {
    const table = () => renderAdvice(advice, columnsOf(process.stdout));
    process.stdout.write(inFormat(formatOf(format), { table, records: () => countRecords(advice) }));
  }
  if (advice) return advice.decision.form === 'nothing' ? 3 : 0;
  process.stderr.write(`nothing can be said, because ${whyNone(ended, limit)}\n`);
  return 3;
}

/** The answer to one of several questions; undefined where there is none. */
interface Answer {
  readonly question: string;
  readonly advice: Advice | undefined;
}

/** Prints one block for each question of a saved run. Returns 0, or 3 where nothing can be said on any. */
export function showAnswers(
  answers: readonly Answer[],
  { json, format }: { readonly json?: boolean; readonly format?: string },
  result: Result,
): number {
  const why = () => whyNone(undefined, undefined);
  if (json) {
    const questions = answers.map(({ question, advice }) => ({ question, ...documentOf(advice, why) }));
    process.stdout.write(`${JSON.stringify({ schema: 1, questions, ...aboutRun(result) }, null, 1)}\n`);
  } else {
    const columns = columnsOf(process.stdout);
    const block = ({ question, advice }: Answer) =>
      `== ${question}\n${advice ? renderAdvice(advice, columns) : `nothing can be said, because ${why()}`}`;
    const records = () => {
      const tables = answers.flatMap(({ question, advice }) => (advice ? [{ question, ...countRecords(advice) }] : []));
      return {
        head: ['question', ...(tables[0]?.head ?? [])],
        rows: tables.flatMap(({ question, rows }) => rows.map((row) => [question, ...row])),
      };
    };
    process.stdout.write(inFormat(formatOf(format), { table: () => answers.map(block).join('\n\n'), records }));
  }
  return answers.some(({ advice }) => advice && advice.decision.form !== 'nothing') ? 0 : 3;
}

function aboutRun({ machine, node, commit, run: { id, seed, command } }: Result) {
  return { machine, node: node.version, commit, run: { id, seed, command } };
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
