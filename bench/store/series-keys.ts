// The numbers that runs have, each by a number of its own: what thousands of runs share is held once.

/** One number that runs have: a metric of a cell. */
export interface SeriesKey {
  /** The cell's id. */
  readonly cell: string;
  /** As in `metrics`, or `handoffNs.p999` and the like. */
  readonly metric: string;
}

/** The keys of a run's medians, in their order, and where the median of a key is; absent keys are not in it. */
export interface Shape {
  readonly keys: readonly number[];
  readonly positions: ReadonlyMap<number, number>;
}

export class SeriesKeys {
  readonly keys: SeriesKey[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly byKeys = new Map<string, Shape>();

  /** The number of a key, made where it is new. */
  number({ cell, metric }: SeriesKey): number {
    const name = `${cell} ${metric}`;
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    this.numbers.set(name, this.keys.length);
    return this.keys.push({ cell, metric }) - 1;
  }

  /** The shape of these keys: one object for all runs of one plan. */
  shape(keys: readonly number[]): Shape {
    const name = keys.join();
    const known = this.byKeys.get(name);
    if (known) return known;
    const shape = { keys, positions: new Map(keys.map((key, at) => [key, at])) };
    this.byKeys.set(name, shape);
    return shape;
  }

  get shapes(): readonly Shape[] {
    return [...this.byKeys.values()];
  }
}
