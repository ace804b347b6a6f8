// Events that wake one: items that any sleeper can take, each announced by a wake of one, and a stop that is for all.

import { Event } from '../../memory/event.js';
import type { EventEnd } from '../../sender/variant.js';
import { checkpoint } from '../recording.js';
import type { Scenario, Thread } from '../scenario.js';
import { PRIMITIVE_COUNTERS } from './counters.js';
import type { PrimitiveOptions } from './waiting-scenarios.js';

/** Words 0 and 1 are the event's. */
const PUT = 2;
const TAKEN = 3;
const STOPPED = 4;
const DATA = 5;
const NAMES = ['epoch', 'sleepers', 'put', 'taken', 'stopped'];

type Opened = Pick<EventEnd, 'until' | 'wake' | 'wakeOne'> & { close(): void; readonly budget?: unknown };

export interface Taking extends PrimitiveOptions {
  readonly takers: number;
  readonly items: number;
  /** `stopped`: takers go on until a stop that is told to all; `sated`: each takes its share and leaves, whoever sleeps. */
  readonly until: 'stopped' | 'sated';
  readonly closes?: boolean;
  /** Wrong, for the negative tests: the stop wakes one. */
  readonly stopWakesOne?: boolean;
  /** Wrong, for the negative tests: each taker waits for items of its own. */
  readonly picky?: boolean;
  /** How a thread opens the event. Default: the shipped one. */
  readonly open?: (words: Int32Array) => Opened;
}

export function takingScenario(taking: Taking): Scenario {
  const { takers, items, until, closes = false, picky = false, stopWakesOne = false, policy, elide } = taking;
  const open = taking.open ?? ((words) => new Event(words, 0, policy, elide));
  const share = until === 'sated' ? items / takers : Number.POSITIVE_INFINITY;

  function give(words: Int32Array): void {
    const event = open(words);
    for (let item = 0; item < items; item++) {
      words[DATA + item] = 1;
      Atomics.store(words, PUT, item + 1);
      event.wakeOne();
    }
    if (until === 'sated') return;
    Atomics.store(words, STOPPED, 1);
    if (stopWakesOne) event.wakeOne();
    else event.wake();
  }

  /** Returns how many it took. */
  function take(words: Int32Array, taker: number): number {
    const event = open(words);
    const isFor = (item: number): boolean => !picky || item % takers === taker;
    const hasWork = (): boolean => {
      const item = Atomics.load(words, TAKEN);
      return (item !== Atomics.load(words, PUT) && isFor(item)) || Atomics.load(words, STOPPED) === 1;
    };
    let taken = 0;
    while (taken < share) {
      checkpoint(`${taken} ${JSON.stringify(event.budget)}`);
      if (!event.until(hasWork)) break;
      const stopped = Atomics.load(words, STOPPED) === 1;
      const item = Atomics.load(words, TAKEN);
      if (item === Atomics.load(words, PUT)) {
        if (stopped) break;
      } else if (isFor(item) && Atomics.compareExchange(words, TAKEN, item, item + 1) === item) {
        if (words[DATA + item] !== 1) throw new Error('took an item without what came before it');
        taken++;
      }
    }
    return taken;
  }

  const threads: Thread[] = [
    { name: 'giver', run: give },
    ...Array.from({ length: takers }, (_, taker) => ({
      name: `taker ${taker}`,
      run: (words: Int32Array) => take(words, taker),
    })),
    ...(closes ? [{ name: 'closer', run: (words: Int32Array) => open(words).close() }] : []),
  ];
  const name = `event, ${items} given, each wakes one of ${takers}, ${until}${closes ? ', closed at any moment' : ''}`;
  const final: Scenario['final'] = (words, results) => {
    if (taking.open === undefined && words[1] !== 0) return 'sleepers are left announced';
    const taken = results.slice(1, 1 + takers).reduce((sum: number, each) => sum + Number(each), 0);
    if (taken !== words[TAKEN]) return `${taken} were taken, and ${words[TAKEN]} are counted`;
    return closes || taken === items ? undefined : `${taken} of ${items} were taken`;
  };
  return {
    name,
    words: DATA + items,
    threads,
    counters: PRIMITIVE_COUNTERS,
    nameOf: (word) => NAMES[word] ?? `data[${word - DATA}]`,
    final,
  };
}

/** What `verify` runs: takers that leave, one that is stopped, and a close at any moment. `primitives.test.ts` has larger ones. */
export function takingScenarios(options: PrimitiveOptions = {}): Scenario[] {
  return [
    takingScenario({ ...options, takers: 2, items: 2, until: 'sated' }),
    takingScenario({ ...options, takers: 1, items: 2, until: 'stopped', closes: true }),
    takingScenario({ ...options, takers: 2, items: 1, until: 'sated', closes: true }),
  ];
}
