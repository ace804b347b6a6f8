// tune --csv: the law fitted to pairs of load and throughput that were measured elsewhere.
import { readFileSync } from 'node:fs';
import { UsageError } from '../base/usage-error.js';
import { columnsOf } from '../terminal/width.js';
import { adviceFromPairs, parsePairs } from './csv.js';
import { renderCsvAdvice } from './csv-advice.js';

/** UTF-8, or UTF-16 as spreadsheets mark it. */
function decoded(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe') return bytes.subarray(2).toString('utf16le');
  return mark === 'feff' ? new TextDecoder('utf-16be').decode(bytes) : bytes.toString('utf8');
}

/** Returns 0. Throws UsageError that names the file and the line. */
export function tuneCsv(path: string, { json }: { readonly json?: boolean }): number {
  let text: string;
  try {
    text = decoded(readFileSync(path));
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
