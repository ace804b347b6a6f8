// The regularised incomplete beta function, which the distributions of t and F are made of.

/** Lanczos' coefficients for g = 7 and nine terms. */
const LANCZOS_G = 7;
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
/** Smaller than any denominator that matters; stands in for a zero one. */
const TINY = 1e-300;
const MOST_TERMS = 10_000;

/** The natural logarithm of the gamma function, for value > 0, to about 1e-15 of the larger of 1 and the result. */
function logGamma(value: number): number {
  const shifted = value - 1;
  let series = LANCZOS[0];
  for (let term = 1; term < LANCZOS.length; term++) series += LANCZOS[term] / (shifted + term);
  const base = shifted + LANCZOS_G + 0.5;
  return Math.log(2 * Math.PI) / 2 + (shifted + 0.5) * Math.log(base) - base + Math.log(series);
}

/**
 * The share of the beta distribution with parameters a and b that lies below x: I_x(a, b). Good to 1e-13 for parameters
 * up to some hundreds, by the continued fraction and Lentz's way of evaluating it.
 * Source: NIST Digital Library of Mathematical Functions, 8.17(v).
 *
 * @throws RangeError unless a > 0, b > 0 and x is in 0..1
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) {
    throw new RangeError(`incomplete beta: expected a > 0, b > 0 and x in 0..1, got a ${a}, b ${b}, x ${x}`);
  }
  if (x === 0 || x === 1) return x;
  // The fraction converges fast below the mean; above it the mirror image does.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  return (Math.exp(logFront) / a) * continuedFraction(x, a, b);
}

function continuedFraction(x: number, a: number, b: number): number {
  let numerator = 1;
  let denominator = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let result = denominator;
  for (let term = 1; term <= MOST_TERMS; term++) {
    const even = (term * (b - term) * x) / ((a + 2 * term - 1) * (a + 2 * term));
    const odd = (-(a + term) * (a + b + term) * x) / ((a + 2 * term) * (a + 2 * term + 1));
    let factor = 1;
    for (const coefficient of [even, odd]) {
      denominator = 1 / nonZero(1 + coefficient * denominator);
      numerator = nonZero(1 + coefficient / numerator);
      factor = numerator * denominator;
      result *= factor;
    }
    if (Math.abs(factor - 1) < Number.EPSILON) return result;
  }
  throw new RangeError(`incomplete beta: no value after ${MOST_TERMS} terms for a ${a}, b ${b}, x ${x}`);
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
