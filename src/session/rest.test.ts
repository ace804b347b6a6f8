// Resting, in every order of its threads: each slice finds its senders awake, also one that begins before they slept.
import { expect, it } from 'vitest';
import { Event } from '../memory/event.js';
import { type Body, program } from '../verify/fixtures/expect-finding.js';
import { SimulatedSemaphore } from '../verify/primitives.js';
import { PRIMITIVE_COUNTERS } from '../verify/shipped/counters.js';
import { verify } from '../verify/verify.js';
import { Rest } from './rest.js';

const WORDS = { gate: 0, allowed: 2, risen: 3, wanted: 4, synced: 6 } as const;

const open = (words: Int32Array) => ({
  rest: new Rest(words, new Event(words, WORDS.gate), WORDS, 1),
  wanted: new SimulatedSemaphore(WORDS.wanted),
  synced: new SimulatedSemaphore(WORDS.synced),
});

/** A provider with so many slices of so many syncs, and the sender that does them. */
function threads(slices: number, syncs: number): Body[] {
  return [
    (words) => {
      const { rest, wanted, synced } = open(words);
      for (let slice = 0; slice < slices; slice++) {
        if (!rest.end(syncs)) return false;
        for (let sync = 0; sync < syncs; sync++) {
          wanted.post();
          synced.wait();
        }
      }
      return true;
    },
    (words) => {
      const { rest, wanted, synced } = open(words);
      for (let done = 0; done < slices * syncs; ) {
        rest.until(done);
        wanted.wait();
        done++;
        // The provider may go on to the next slice from here on.
        synced.post();
      }
      return true;
    },
  ];
}

it.each([
  [2, 1],
  [2, 2],
])('%i slices of %i syncs end, each sender awake once in each', (slices, syncs) => {
  const report = verify(
    program(threads(slices, syncs), {
      counters: PRIMITIVE_COUNTERS,
      final: (words, results) => {
        const risen = words[WORDS.risen];
        return results.every(Boolean) && risen === slices ? undefined : `${results} risen ${risen}`;
      },
    }),
  );
  expect(report.findings).toEqual([]);
  expect(report.complete).toBe(true);
});
