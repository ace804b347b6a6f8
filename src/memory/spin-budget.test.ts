import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { SpinBudget } from './wait-policy.js';

const MOST = 1000;

/** Takes waits that last so many turns, and returns the turns each cost: those looked, and the most for each park. */
function costs(budget: SpinBudget, waits: readonly number[]): { turns: number; parked: boolean }[] {
  return waits.map((lasts) => {
    const turns = budget.next();
    if (lasts <= turns) {
      budget.paid(lasts);
      return { turns: lasts, parked: false };
    }
    budget.failed();
    return { turns: turns + MOST, parked: true };
  });
}
const adaptive = () => new SpinBudget({ spins: MOST, adapts: true });
const times = (count: number, lasts: number) => Array.from({ length: count }, () => lasts);

describe('SpinBudget', () => {
  it('is always the same without adapting, paid or not', () => {
    const budget = new SpinBudget({ spins: 7 });
    budget.paid(1);
    for (let i = 0; i < 100; i++) budget.failed();
    expect(budget.next()).toBe(7);
  });

  it('follows the time of hand-offs, with twice that to spare', () => {
    const budget = adaptive();
    expect(costs(budget, times(100, 30)).some(({ parked }) => parked)).toBe(false);
    expect(budget.next()).toBeGreaterThanOrEqual(60);
    expect(budget.next()).toBeLessThan(70);
    expect(costs(budget, [60, 120, 240, 480, 960]).some(({ parked }) => parked)).toBe(false);
    expect(budget.next()).toBe(MOST);
  });

  it('parks after a glance when looking has not paid, but for one wait in 64', () => {
    const budget = adaptive();
    costs(budget, times(128, MOST + 1));
    const looked = costs(budget, times(128, MOST + 1)).map(({ turns }) => turns - MOST);
    expect(looked.filter((turns) => turns > MOST / 50)).toEqual([MOST, MOST]);
    // The answer of a peer that is awake comes within the glance.
    expect(costs(budget, [5])[0]!.parked).toBe(false);
  });

  it('comes back within 64 waits when hand-offs become fast again', () => {
    const budget = adaptive();
    costs(budget, times(1000, MOST + 1));
    const parked = costs(budget, times(200, 50)).map((wait) => wait.parked);
    expect(parked.lastIndexOf(true)).toBeLessThan(64);
  });

  it('finds back to looking when two wait for each other, a wake-up being shorter than the most', () => {
    const [one, other] = [adaptive(), adaptive()];
    for (const budget of [one, other]) costs(budget, times(200, 10 * MOST));
    // A turn: the peer answers at once if it was still looking, else after its wake-up.
    let peerLooks = false;
    const parks: boolean[] = [];
    for (let turn = 0; turn < 300; turn++) {
      const parked: boolean = costs(turn % 2 === 0 ? one : other, [peerLooks ? 5 : MOST / 2])[0]!.parked;
      parks.push(parked);
      peerLooks = !parked;
    }
    expect(parks[0]).toBe(true);
    expect(parks.slice(-100)).not.toContain(true);
  });

  it('costs little more than knowing each wait before it began', () => {
    const random = new Random(1);
    const draw = (least: number, most: number) => Math.floor(least + random.fraction() * (most - least));
    const workloads = {
      short: times(10_000, 20),
      long: times(10_000, 10 * MOST),
      'short, but one in ten': Array.from({ length: 10_000 }, (_, i) => (i % 10 === 9 ? 10 * MOST : 20)),
      'bursts of short, then long': Array.from({ length: 10_000 }, (_, i) => (i % 1000 < 500 ? 20 : 10 * MOST)),
      'evenly up to twice the most': Array.from({ length: 10_000 }, () => draw(1, 2 * MOST)),
    };
    for (const [name, waits] of Object.entries(workloads)) {
      const paid = costs(adaptive(), waits).reduce((sum, { turns }) => sum + turns, 0);
      const least = waits.reduce((sum, lasts) => sum + Math.min(lasts, MOST), 0);
      expect(paid / least, name).toBeLessThan(name.startsWith('evenly') ? 2 : 1.15);
    }
  });
});
