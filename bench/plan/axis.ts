// What an axis is: one entry gives its flag, its values, and how results, tables and exports name it.
import type { Cell } from '../../src/session/cell.js';
import { badValue } from '../base/usage-error.js';

/** Where an axis belongs when it is asked for: it makes a matrix, applies to the default tables too, or makes slopes. */
export type AxisScope = 'matrix' | 'everywhere' | 'slopes';

/** One axis. `K` is its field in a cell. */
export interface Axis<K extends keyof Cell = keyof Cell, F extends string = string> {
  readonly key: K;
  readonly flag: F;
  /** What one value may be, for help and errors. */
  readonly takes: string;
  /** What the axis is, for help, where its flag does not say it. */
  readonly what?: string;
  /** What a command with one value takes, where `takes` speaks of lists. */
  readonly takesOne?: string;
  readonly fallback: readonly Cell[K][];
  readonly scope: AxisScope;
  /** The one workload that has it. */
  readonly only?: Cell['workload'];
  /** JSON Schema of its value in a result file: a type name, or the name of a definition there. */
  readonly json: string;
  /** Where a result keeps it, if not under its key. */
  readonly field?: readonly [string, string];
  /** True where a result leaves out the first value of `fallback`. */
  readonly optional?: true;
  /** True where ids say nothing of the first value: they are older than the axis. */
  readonly unsaid?: true;
  /** It may run over the columns of a table: the lowest rank that has several values does. */
  readonly column?: { readonly rank: number; readonly heading?: (shown: string) => string };
  /** What a table's title says of a value; undefined where it goes without saying. */
  readonly label?: (value: Cell[K], cell: LabelledCell) => string | undefined;
  /** Commands that run one cell take its flag, with one value. */
  readonly oneShot?: true;
  /** What `tune` does with it: one value, or values to choose from. */
  readonly tune?: 'fixed' | 'searched';
  /** The values that one item of the list stands for; undefined when it is none. */
  parse(item: string): readonly Cell[K][] | undefined;
  /** The value as the flag takes it: also how it stands in results. */
  show(value: Cell[K]): string | number;
}

/** What a label may ask of the rest of the cell. */
interface LabelledCell {
  readonly pageSize: number;
  readonly wait: { readonly provider: string; readonly sender: string };
}

type Help = Pick<Axis, 'only' | 'what' | 'takes' | 'takesOne'>;

/** The text of its flag in the help of a command that takes a list, or one value. */
export function axisHelp({ only, what, takes, takesOne = takes }: Help, count: 'list' | 'one'): string {
  const about = what ?? (only && `with --workload ${only}`);
  const values = count === 'one' ? takesOne : takes;
  return about === undefined ? values : `${about}: ${values}`;
}

export function axis<K extends keyof Cell, const F extends string>(definition: Axis<K, F>): Axis<K, F> {
  return definition;
}

export function oneOf<K extends keyof Cell, const F extends string>(
  key: K,
  flag: F,
  names: readonly (Cell[K] & string)[],
  rest: Pick<Axis<K>, 'scope'> & Partial<Omit<Axis<K>, 'flag'>>,
): Axis<K, F> {
  return {
    key,
    flag,
    takes: names.join(', '),
    fallback: [names[0]!],
    json: 'string',
    parse: (item) => names.filter((name) => name === item).slice(0, 1),
    show: (value) => String(value),
    ...rest,
  };
}

type CamelCase<Text extends string> = Text extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Text;
/** `--batch-pages` is `batchPages` among parsed flags. */
export type FlagKey<Flag extends string> = Flag extends `--${infer Name}` ? CamelCase<Name> : never;

export function flagKey<const F extends string>({ flag }: { readonly flag: F }): FlagKey<F> {
  return flag.slice('--'.length).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) as FlagKey<F>;
}

/** Values of one axis from a comma-separated list. Throws UsageError that names the flag, what came and what it takes. */
export function parseAxis<K extends keyof Cell>({ flag, takes, parse }: Axis<K>, list: string): readonly Cell[K][] {
  // A dose names its kind once, for the whole list: lock=0,1,10.
  const kind = /^\w+=/.exec(list)?.[0] ?? '';
  const values = list.split(',').flatMap((part, at) => {
    const item = at === 0 || part.includes('=') ? part : `${kind}${part.trim()}`;
    const parsed = parse(item.trim());
    if (!parsed || parsed.length === 0) throw badValue(flag, item, takes);
    return parsed;
  });
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

/** `2`, or `4..16` in powers: 4, 8, 16. */
export function integers(item: string, least: number, most: number): number[] | undefined {
  const match = /^(\d+)(?:\.\.(\d+))?$/.exec(item);
  if (!match) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  if (first < least || last > most || first > last) return undefined;
  const values: number[] = [];
  for (let value = first; value <= last; value = Math.max(1, value * 2)) values.push(value);
  return values;
}
