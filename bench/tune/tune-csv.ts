// tune --csv: the law fitted to pairs of load and throughput that were measured elsewhere.
import { readSpreadsheet } from '../base/spreadsheet.js';
import { columnsOf } from '../terminal/width.js';
import { adviceFromPairs, parsePairs } from './csv.js';
import { renderCsvAdvice } from './csv-advice.js';

/** Returns 0. Throws UsageError that names the file and the line. */
export function tuneCsv(path: string, { json }: { readonly json?: boolean }): number {
  const advice = adviceFromPairs(parsePairs(readSpreadsheet(path, '--csv'), path));
  process.stdout.write(
    json ? `${JSON.stringify(advice, null, 1)}\n` : `${renderCsvAdvice(advice, columnsOf(process.stdout))}\n`,
  );
  return 0;
}
