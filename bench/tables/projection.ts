// Which comparisons are shown, and how they are laid out: --filter, --row and --col over the axes of their cells.

import { parseBytes } from '../base/quantities.js';
import { badValue } from '../base/usage-error.js';
import { AXES } from '../plan/axes.js';
import { COLUMN_AXES } from '../plan/tables.js';
import { headingOf } from './columns.js';

/** What a row has, by name: `table`, `variant`, `metric`, and the axes as a cell's id names and shows them. */
export type Attributes = ReadonlyMap<string, string>;

/** Of a metric of the cell with this id. */
export function attributesOf(id: string, metric: string): Attributes {
  const words = id.split(' ');
  const names = words.filter((word) => !word.includes('='));
  const pairs = words
    .filter((word) => word.includes('='))
    .map((word): [string, string] => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]);
  return new Map([['table', names[0] ?? ''], ['variant', names[1] ?? ''], ...pairs, ['metric', metric]]);
}

/** The attribute that a user means: as in an id, or as the flag is called. Throws UsageError, which names `flag`. */
export function attributeName(flag: string, name: string): string {
  const known = AXES.find((axis) => axis.key === name || axis.flag === `--${name}`);
  if (known) return known.key;
  if (['table', 'variant', 'metric'].includes(name)) return name;
  const flags = AXES.map((axis) => axis.flag.slice(2));
  throw badValue(flag, name, ['table', 'variant', 'metric', ...flags].join(', '));
}

type Test = (attributes: Attributes) => boolean;

/**
 * A filter from its text: terms that must all hold, as in `variant=mutex channels>2 metric!=nsPerJob`; `*` stands for
 * any text, a comma for one of several. Throws UsageError.
 */
export function parseFilter(text: string): Test {
  const tests = termsOf(text).map(({ test }) => test);
  return (attributes) => tests.every((test) => test(attributes));
}

/**
 * Throws UsageError where a filter keeps none of these: it names the first term that holds for none, and the values
 * that there are.
 */
export function requireSome(text: string, items: readonly Attributes[]): void {
  const terms = termsOf(text);
  if (items.length === 0 || items.some((item) => terms.every(({ test }) => test(item)))) return;
  const empty = terms.find(({ test }) => !items.some(test));
  if (!empty) throw badValue('--filter', text, 'terms that hold for one cell together; each of these holds for some');
  const values = [...new Set(items.map((item) => shownIn(item, empty.name)).filter((value) => value !== ''))];
  throw badValue(`--filter ${empty.name}`, empty.value, values.join(', ') || 'nothing: no cell here has it');
}

interface Term {
  readonly name: string;
  readonly value: string;
  readonly test: Test;
}

function termsOf(text: string): Term[] {
  return text
    .trim()
    .split(/\s+/)
    .map((term) => {
      const match = /^([\w-]+)(!=|>=|<=|=|>|<)(.+)$/.exec(term);
      if (!match)
        throw badValue('--filter', term, 'axis=value, also with != > >= < <=, as in "variant=mutex channels>2"');
      const [, axis, operator, value] = match as unknown as [string, string, string, string];
      const name = attributeName('--filter', axis);
      return { name, value, test: testOf(term, name, operator, value) };
    });
}

function testOf(term: string, name: string, operator: string, value: string): Test {
  if (operator === '=' || operator === '!=') {
    const patterns = value.split(',').map(globOf);
    const wanted = operator === '=';
    return (attributes) => patterns.some((pattern) => pattern.test(shownIn(attributes, name))) === wanted;
  }
  const limit = numberOf(value);
  if (limit === undefined) throw badValue('--filter', term, `a number after ${operator}`);
  return (attributes) => {
    const number = numberOf(shownIn(attributes, name));
    if (number === undefined) return false;
    return operator.startsWith('>')
      ? number > limit || (operator === '>=' && number === limit)
      : number < limit || (operator === '<=' && number === limit);
  };
}

function globOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

/** `4k` is 4096 and `50%` is 50. */
function numberOf(text: string): number | undefined {
  const plain = Number(text.replace(/%$/, ''));
  return text !== '' && Number.isFinite(plain) ? plain : parseBytes(text);
}

export interface Layout {
  /** Attribute names. */
  readonly rows: readonly string[];
  readonly column: string | undefined;
}

/** One table: the items that differ in row and column alone. */
export interface Laid<T> {
  /** What its items share, but for what is the default. */
  readonly title: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  at(row: string, column: string): T | undefined;
}

/** The axes that may run over the columns when nothing is asked for, the first that has several values. */
const COLUMNS = [...COLUMN_AXES.map(({ key }): string => key), 'metric'];

/** Items in tables: one for each combination of what is neither row nor column. */
export function layOut<T extends { readonly attributes: Attributes }>(items: readonly T[], layout: Layout): Laid<T>[] {
  const tables = new Set(items.map(({ attributes }) => attributes.get('table')));
  if (layout.rows.includes('table') || tables.size < 2) return layOutTable(items, layout);
  // What runs across suits each table's own axes.
  return [...tables].flatMap((table) =>
    layOutTable(
      items.filter(({ attributes }) => attributes.get('table') === table),
      layout,
    ),
  );
}

function layOutTable<T extends { readonly attributes: Attributes }>(items: readonly T[], layout: Layout): Laid<T>[] {
  const several = (name: string) => new Set(items.map(({ attributes }) => attributes.get(name))).size > 1;
  const column =
    layout.column ??
    COLUMNS.find((name) => !layout.rows.includes(name) && several(name)) ??
    (items.some(({ attributes }) => attributes.has('channels')) ? 'channels' : 'metric');
  const laid = new Set([...layout.rows, column]);
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const rest = [...item.attributes].filter(([name]) => !laid.has(name));
    const key = JSON.stringify(rest);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  const rowOf = ({ attributes }: T) => layout.rows.map((name) => shownIn(attributes, name)).join(' ');
  const columnOf = ({ attributes }: T) => headingOf(column, shownIn(attributes, column));
  return [...groups.values()].map((group) => ({
    title: titleOf(group[0]!.attributes, laid),
    rows: [...new Set(group.map(rowOf))],
    columns: [...new Set(group.map(columnOf))],
    at: (row, heading) => group.find((item) => rowOf(item) === row && columnOf(item) === heading),
  }));
}

function titleOf(attributes: Attributes, laid: ReadonlySet<string>): string {
  const rest = [...attributes].filter(
    ([name, value]) => !laid.has(name) && name !== 'table' && !isDefault(name, value),
  );
  const words = rest.map(([name, value]) => (['variant', 'metric'].includes(name) ? value : `${name}=${value}`));
  return [...(laid.has('table') ? [] : [attributes.get('table')!]), ...words].join(', ');
}

/** Whether an axis has the value that it has when nothing is asked for. */
export function isDefault(name: string, value: string): boolean {
  return value !== '' && defaultOf(name) === value;
}

/** What an id leaves out has its default. */
function shownIn(attributes: Attributes, name: string): string {
  return attributes.get(name) ?? defaultOf(name);
}

/** Empty where there is none. */
function defaultOf(name: string): string {
  const axis = AXES.find(({ key }) => key === name);
  return axis && axis.fallback.length > 0 ? String((axis.show as (v: unknown) => unknown)(axis.fallback[0])) : '';
}
