// Golden values: mpmath 1.3.0 with 40 digits, which scipy 1.17.1 confirms.
import { describe, expect, it } from 'vitest';
import { fisherTail } from './fisher.js';
import { incompleteBeta } from './incomplete-beta.js';
import { normalTail } from './normal.js';
import { studentQuantile, studentTail } from './student.js';

const relative = (value: number, golden: number) => Math.abs(value / golden - 1);

describe('incompleteBeta', () => {
  it.each([
    [0.5, 2, 3, 0.6875],
    [0.1, 0.5, 0.5, 0.20483276469913345],
    [0.3, 50, 120, 0.5755567051636328],
    [0.999, 7, 0.5, 0.9074476988701017],
    [0.9, 0.5, 20, 1],
    [0, 2, 3, 0],
    [1, 2, 3, 1],
  ])('I_%d(%d, %d)', (x, a, b, golden) => {
    expect(incompleteBeta(x, a, b)).toBeCloseTo(golden, 12);
  });

  it('refuses what is outside its domain', () => {
    for (const [x, a, b] of [
      [1.1, 1, 1],
      [0.5, 0, 1],
      [Number.NaN, 1, 1],
    ]) {
      expect(() => incompleteBeta(x, a, b)).toThrow(RangeError);
    }
  });
});

describe("Student's t", () => {
  it.each([
    [0.975, 1, 12.7062047361747],
    [0.975, 2, 4.302652729749464],
    [0.975, 5, 2.570581835636316],
    [0.975, 9, 2.262157162798206],
    [0.975, 12, 2.178812829667229],
    [0.975, 30, 2.042272456301238],
    [0.975, 200, 1.971896223633909],
    [0.8, 5, 0.919543780240826],
    [0.995, 7, 3.499483297350494],
    [0.9975, 5, 4.773340604855522],
    [0.75, 3, 0.7648923284043453],
  ])('quantile at %d with %i degrees', (share, degrees, golden) => {
    expect(studentQuantile(share, degrees)).toBeCloseTo(golden, 10);
    expect(studentQuantile(1 - share, degrees)).toBeCloseTo(-golden, 10);
  });

  it.each([
    [1e-6, 5, 0.4999996203933102],
    [0.001, 5, 0.4996203933860988],
    [0.5, 1, 0.35241638234956674],
    [1, 2, 0.2113248654051871],
    [2.5, 5, 0.02724504967118812],
    [5, 9, 0.00036948395490162136],
    [30, 6, 4.549573522221688e-8],
    [0.1, 500, 0.46019220376843806],
    [4, 30, 0.00019092281804187843],
  ])('tail beyond %d with %i degrees', (t, degrees, golden) => {
    expect(relative(studentTail(t, degrees), golden)).toBeLessThan(1e-11);
    expect(studentTail(-t, degrees)).toBeCloseTo(1 - golden, 12);
  });

  it('knows the ends and refuses what lies beyond them', () => {
    expect(studentTail(Infinity, 5)).toBe(0);
    expect(studentQuantile(0.5, 5)).toBeCloseTo(0, 12);
    expect(() => studentTail(1, 0)).toThrow('degrees of freedom');
    expect(() => studentQuantile(1, 5)).toThrow('share');
  });
});

describe("Fisher's F", () => {
  it.each([
    [1, 2, 10, 0.4018775720164609],
    [4.103, 2, 10, 0.04999508464705949],
    [0.5, 3, 12, 0.6892693638616516],
    [12.5, 2, 18, 0.0003946721174503184],
  ])('tail beyond %d with %i and %i degrees', (ratio, above, below, golden) => {
    expect(relative(fisherTail(ratio, above, below), golden)).toBeLessThan(1e-11);
  });

  it('has nothing beyond infinity and everything beyond zero', () => {
    expect(fisherTail(Infinity, 2, 5)).toBe(0);
    expect(fisherTail(0, 2, 5)).toBe(1);
    expect(() => fisherTail(-1, 2, 5)).toThrow(RangeError);
  });
});

describe('the normal tail', () => {
  it.each([
    [0, 0.5],
    [0.5, 0.3085375387259869],
    [1, 0.15865525393145705],
    [1.959963984540054, 0.025],
    [2.9, 0.001865813300384038],
    [3, 0.0013498980316300946],
    [3.5, 0.00023262907903552504],
    [6, 9.86587645037698e-10],
    [10, 7.619853024160525e-24],
  ])('beyond %d', (z, golden) => {
    expect(relative(normalTail(z), golden)).toBeLessThan(1e-12);
    expect(normalTail(-z)).toBeCloseTo(1 - golden, 14);
  });
});
