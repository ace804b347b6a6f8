// Calibrated work whose loop was slow when it was calibrated: with a clock of its own, so that nothing is timed.

import { expect, it } from 'vitest';
import { correctedWork } from './calibrated-work.js';

it('works on for as long as it is asked for once the compiler has made the loop faster', () => {
  let clockNs = 0;
  let turnNs = 8;
  const work = correctedWork(
    200_000,
    turnNs,
    (turns) => {
      clockNs += turns * turnNs;
    },
    () => clockNs,
  );
  const taken = () => {
    const start = clockNs;
    work();
    return clockNs - start;
  };
  expect(taken()).toBe(200_000);
  turnNs = 1;
  expect(taken(), 'the first call with the faster loop').toBe(25_000);
  expect(taken()).toBe(200_000);
  // Preempted once: a call that took longer says nothing of the loop.
  turnNs = 50;
  expect(taken()).toBe(10_000_000);
  turnNs = 1;
  for (let call = 0; call < 300; call++) expect(taken()).toBe(200_000);
});
