// tune --csv: the law fitted to pairs of load and throughput that were measured elsewhere.
import { readFileSync } from 'node:fs';
import { UsageError } from '../base/usage-error.js';
import { columnsOf } from '../terminal/width.js';
import { adviceFromPairs, parsePairs } from './csv.js';
import { renderCsvAdvice } from './csv-advice.js';

/** Returns 0. Throws UsageError that names the file and the line. */
export function tuneCsv(path: string, { json }: { readonly json?: boolean }): number {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new UsageError(`--csv: ${path}: ${code === 'ENOENT' ? 'no such file' : message}`);
  }
  const advice = adviceFromPairs(parsePairs(text, path));
  process.stdout.write(
    json ? `${JSON.stringify(advice, null, 1)}\n` : `${renderCsvAdvice(advice, columnsOf(process.stdout))}\n`,
  );
  return 0;
}
