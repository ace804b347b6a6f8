// The least-squares line through points.
import { mean } from './mean.js';

export interface Point {
  readonly dose: number;
  readonly value: number;
}

export interface Line {
  /** Value per dose. */
  readonly slope: number;
  /** Value at dose 0. */
  readonly intercept: number;
}

/** @throws RangeError unless there are at least two different doses */
export function fitLine(points: readonly Point[]): Line {
  const doseCentre = mean(points.map(({ dose }) => dose));
  const valueCentre = mean(points.map(({ value }) => value));
  let squares = 0;
  let products = 0;
  for (const { dose, value } of points) {
    squares += (dose - doseCentre) ** 2;
    products += (dose - doseCentre) * (value - valueCentre);
  }
  if (squares === 0) {
    throw new RangeError(`line: expected at least two different doses, got only ${points[0].dose}`);
  }
  const slope = products / squares;
  return { slope, intercept: valueCentre - slope * doseCentre };
}

/** The line's value at a dose. */
export function valueAt({ slope, intercept }: Line, dose: number): number {
  return intercept + slope * dose;
}
