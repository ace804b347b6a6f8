// What spreadsheets write: their encodings, and numbers whose marks may be decimals or thousands.
import { readFileSync } from 'node:fs';
import { UsageError, unreadable } from './usage-error.js';

/** The text of a file in UTF-8, or UTF-16 as spreadsheets mark it. Throws UsageError; `flag` begins its message. */
export function readSpreadsheet(path: string, flag: string): string {
  try {
    return decoded(readFileSync(path)).replace(/^\uFEFF/, '');
  } catch (cause) {
    throw new UsageError(`${flag}: ${path}: ${unreadable(cause)}`);
  }
}

function decoded(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe') return bytes.subarray(2).toString('utf16le');
  return mark === 'feff' ? new TextDecoder('utf-16be').decode(bytes) : bytes.toString('utf8');
}

/** What begins a number, or is one with marks between its digits. */
export const NUMBER_LIKE = /^[+-]?[\d.,]+(e[+-]?\d+)?$/i;
/** Three digits behind each mark: thousands, or three decimals. */
const GROUPED = /^[+-]?\d{1,3}([.,]\d{3})+$/;
/** A mark with other than three digits behind it, or behind a zero, in a field of its own. */
const SURELY_DECIMAL = /(?:^|[\s;"])[+-]?(?:0[.,]\d+|\d+[.,](?:\d{1,2}|\d{4,}))(?=$|[\s;"])/gm;

/** The marks that stand for decimals somewhere in the text, beyond doubt. */
export function decimalMarksOf(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(SURELY_DECIMAL)].map(([field]) => /[.,]/.exec(field)![0]));
}

/**
 * A number with a decimal point or comma; NaN for what is none. Throws UsageError where marks may part thousands.
 *
 * @param decimalMarks of the text, where a comma does not part fields
 */
export function spreadsheetNumber(field: string, decimalMarks: ReadonlySet<string> | undefined, where: string): number {
  const marks = field.match(/[.,]/g) ?? [];
  if (marks.length > 1 || (decimalMarks && GROUPED.test(field) && !decimalMarks.has(marks[0]!)))
    throw new UsageError(
      `${where}: got "${field}", which may be thousands or decimals: write it without marks, or with other than three decimals`,
    );
  return field === '' ? Number.NaN : Number(field.replace(',', '.'));
}
