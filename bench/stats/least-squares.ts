// Weighted nonlinear least squares within bounds: Levenberg's and Marquardt's steps over the coefficients that are free.

/** A function of one variable and a few coefficients, with its derivatives by each of them. */
export interface Curve {
  value(at: number, coefficients: readonly number[]): number;
  gradient(at: number, coefficients: readonly number[]): number[];
}

export interface WeightedPoint {
  readonly at: number;
  readonly value: number;
  /** In proportion to 1 / variance. */
  readonly weight: number;
}

export interface Box {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export interface Minimum {
  readonly coefficients: readonly number[];
  /** Weighted sum of squared residuals. */
  readonly squares: number;
}

const MOST_STEPS = 500;
const FIRST_DAMPING = 1e-3;
const LARGEST_DAMPING = 1e12;
/** A step that gains less than this share of the sum is the last. */
const NO_GAIN = 1e-14;

/**
 * The best coefficients in the box, from where it is started: a local minimum. A coefficient that stands at a bound and
 * would leave it is held there. Source: Marquardt, "An algorithm for least-squares estimation of nonlinear parameters",
 * 1963; More, "The Levenberg-Marquardt algorithm", 1978, for the scaling by the diagonal.
 */
export function leastSquares(
  curve: Curve,
  points: readonly WeightedPoint[],
  start: readonly number[],
  box: Box,
): Minimum {
  const inside = (values: readonly number[]) =>
    values.map((value, at) => Math.min(box.high[at]!, Math.max(box.low[at]!, value)));
  const sumOf = (coefficients: readonly number[]) =>
    points.reduce((sum, { at, value, weight }) => sum + weight * (value - curve.value(at, coefficients)) ** 2, 0);
  let coefficients = inside(start);
  let squares = sumOf(coefficients);
  let damping = FIRST_DAMPING;
  for (let step = 0; step < MOST_STEPS && damping < LARGEST_DAMPING; step++) {
    const { matrix, slope } = normalEquations(curve, points, coefficients);
    const free = coefficients.map((value, at) => {
      if (slope[at]! < 0 && value <= box.low[at]!) return false;
      return !(slope[at]! > 0 && value >= box.high[at]!);
    });
    const damped = matrix.map((row, at) =>
      row.map((value, other) => {
        if (!free[at] || !free[other]) return at === other ? 1 : 0;
        return at === other ? value * (1 + damping) + Number.MIN_VALUE : value;
      }),
    );
    const move = solve(
      damped,
      slope.map((value, at) => (free[at] ? value : 0)),
    );
    const tried = move && inside(coefficients.map((value, at) => value + move[at]!));
    const found = tried ? sumOf(tried) : Number.POSITIVE_INFINITY;
    if (!(found < squares)) {
      damping *= 10;
      continue;
    }
    const gain = squares - found;
    coefficients = tried!;
    squares = found;
    damping /= 10;
    if (gain <= NO_GAIN * squares) break;
  }
  return { coefficients, squares };
}

/**
 * The coefficients' variances for a residual variance of 1: the diagonal of the inverse of J'WJ, bounds left aside, as
 * R's `nls` has it. Undefined where the points do not tell the coefficients apart.
 */
export function variances(
  curve: Curve,
  points: readonly WeightedPoint[],
  coefficients: readonly number[],
): number[] | undefined {
  const { matrix } = normalEquations(curve, points, coefficients);
  const result: number[] = [];
  for (let at = 0; at < matrix.length; at++) {
    const column = solve(
      matrix,
      matrix.map((_, other) => (other === at ? 1 : 0)),
    );
    if (!column || !(column[at]! >= 0)) return undefined;
    result.push(column[at]!);
  }
  return result;
}

function normalEquations(curve: Curve, points: readonly WeightedPoint[], coefficients: readonly number[]) {
  const size = coefficients.length;
  const matrix = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  const slope = new Array<number>(size).fill(0);
  for (const { at, value, weight } of points) {
    const gradient = curve.gradient(at, coefficients);
    const residual = value - curve.value(at, coefficients);
    for (let row = 0; row < size; row++) {
      slope[row]! += weight * gradient[row]! * residual;
      for (let column = 0; column < size; column++)
        matrix[row]![column]! += weight * gradient[row]! * gradient[column]!;
    }
  }
  return { matrix, slope };
}

/** Gaussian elimination after scaling to a diagonal of ones; undefined for a singular matrix. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] | undefined {
  const scale = matrix.map((row, at) => 1 / Math.sqrt(row[at]!));
  if (scale.some((value) => !Number.isFinite(value))) return undefined;
  const rows = matrix.map((row, at) => [
    ...row.map((value, other) => value * scale[at]! * scale[other]!),
    right[at]! * scale[at]!,
  ]);
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    const pivot = rows
      .slice(column)
      .reduce((best, row) => (Math.abs(row[column]!) > Math.abs(best[column]!) ? row : best));
    if (Math.abs(pivot[column]!) < 1e-15) return undefined;
    const from = rows.indexOf(pivot);
    [rows[column], rows[from]] = [pivot, rows[column]!];
    for (const row of rows.slice(column + 1)) {
      const factor = row[column]! / pivot[column]!;
      for (let at = column; at <= size; at++) row[at]! -= factor * pivot[at]!;
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row--) {
    let value = rows[row]![size]!;
    for (let at = row + 1; at < size; at++) value -= rows[row]![at]! * solution[at]!;
    solution[row] = value / rows[row]![row]!;
  }
  return solution.map((value, at) => value * scale[at]!);
}
