// What doctor found, as people read it: groups of lines, at most 80 columns; and as records.

import type { Records } from '../terminal/grid.js';
import type { Check, Status } from './check.js';

const WIDTH = 80;
const NAME_WIDTH = 18;
const SIGNS: Readonly<Record<Status, string>> = {
  ok: 'ok',
  note: 'note',
  warning: 'WARNING',
  problem: 'PROBLEM',
  unavailable: '-',
};
const SIGN_WIDTH = 8;
const INDENT = 2 + SIGN_WIDTH + NAME_WIDTH;

/** Lines in groups, each warning with what to do below it, and a summary. */
export function renderReport(title: string, checks: readonly Check[]): string {
  const lines = [title];
  let group = '';
  for (const check of checks) {
    if (check.group !== group) lines.push('', check.group);
    group = check.group;
    const head = `  ${SIGNS[check.status].padEnd(SIGN_WIDTH)}${check.name.padEnd(NAME_WIDTH)}`;
    lines.push(...wrap(check.value, WIDTH - INDENT).map((text, row) => (row === 0 ? head : ' '.repeat(INDENT)) + text));
    if (check.advice !== undefined) {
      const arrow = '-> ';
      const rows = wrap(check.advice, WIDTH - INDENT - arrow.length);
      lines.push(...rows.map((text, row) => ' '.repeat(INDENT) + (row === 0 ? arrow : '   ') + text));
    }
  }
  return [...lines, '', summary(checks)].join('\n');
}

export function reportRecords(checks: readonly Check[]): Records {
  const rows = checks.map(({ group, name, status, value, advice }) => [status, group, name, value, advice]);
  return { head: ['status', 'group', 'name', 'value', 'advice'], rows };
}

function summary(checks: readonly Check[]): string {
  const count = (status: Status) => checks.filter((check) => check.status === status).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  if (problems > 0) return `${plural(problems, 'problem')}: numbers measured here now are worth nothing.`;
  if (warnings > 0) return `${plural(warnings, 'warning')}: small differences are harder to see than they need be.`;
  return 'Nothing stands in the way of measuring.';
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Breaks at blanks; a word longer than a line (a path) is cut. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ').flatMap((each) => each.match(new RegExp(`.{1,${width}}`, 'g')) ?? [])) {
    const last = lines.at(-1)!;
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
