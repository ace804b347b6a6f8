// The normal distribution's tail, for the rank tests whose exact distribution would be too long, and for the bootstrap.

const FRACTION_TERMS = 60;

/**
 * The probability that a standard normal value is larger than z, good to 1e-14: a series near the centre, a continued
 * fraction in the tail. Source: Abramowitz and Stegun, 26.2.11 and 26.2.14.
 */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z > 3) {
    let fraction = z;
    for (let term = FRACTION_TERMS; term >= 1; term--) fraction = z + term / fraction;
    return density / fraction;
  }
  let term = z;
  let sum = z;
  for (let odd = 3; term > sum * Number.EPSILON; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 - density * sum;
}
