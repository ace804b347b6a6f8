// What follows from the table of axes: their flags, and a cell's fields, titles and schema in results.
import type { Cell } from '../../src/session/cell.js';
import { AXES, type axes } from './axes.js';
import type { Axis, FlagKey } from './axis.js';

type Axes = typeof axes;
export type AxisKey = keyof Axes;

/** The flags of all axes, as they come from the command line. */
export type AxisFlags = { readonly [K in keyof Axes as FlagKey<Axes[K]['flag']>]?: string };

/** Values of the axes that are asked for. */
export type AxisValues = { readonly [K in keyof Axes]?: readonly Cell[K][] };

/** The fields of a cell in a result file that say what was measured. */
export interface ResultAxes extends Pick<Cell, 'variant' | Exclude<AxisKey, 'providerWait' | 'senderWait'>> {
  readonly wait: { readonly provider: string; readonly sender: string };
}

/** A cell's axes as result files have them: what is undefined is left out. */
export function resultAxes(cell: Cell): ResultAxes {
  const fields: Record<string, unknown> = { variant: cell.variant };
  for (const { key, field, show } of AXES) {
    if (field) fields[field[0]] = { ...(fields[field[0]] as object), [field[1]]: show(cell[key]) };
    else if (cell[key] !== undefined) fields[key] = cell[key];
  }
  return fields as unknown as ResultAxes;
}

/** A value of a cell in a result, as the axis' flag takes it. */
export function shownAxis({ key, field, show }: Axis, cell: ResultAxes): string | number {
  if (field) return (cell as unknown as Record<string, Record<string, string>>)[field[0]]![field[1]]!;
  return show((cell as unknown as Cell)[key]);
}

/** What titles say of a cell, but for the axes that are left out. */
export function axisLabels(cell: ResultAxes, axes = AXES): string[] {
  return axes.flatMap(({ key, label }) => label?.((cell as unknown as Cell)[key] as never, cell) ?? []);
}

/** JSON Schema properties of the axes of a cell in a result file. */
export function axisProperties(): Record<string, object> {
  const plain = AXES.filter(({ field }) => field === undefined);
  const isType = (json: string) => ['string', 'number', 'boolean', 'object'].includes(json);
  return Object.fromEntries(
    plain.map(({ key, json }) => [key, isType(json) ? { type: json } : { $ref: `#/$defs/${json}` }]),
  );
}
