// Element types beyond Int32: values as the real arrays give them, races by bytes, sizes that do not synchronise.
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { ProblemKind } from './problem.js';
import type { Scenario } from './scenario.js';
import { flagHandOff } from './shipped/flag-hand-off.js';
import { verify } from './verify.js';

// Searches take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

type Body = (words: Int32Array) => unknown;

function program(bodies: Body[], more: Partial<Scenario> = {}): Scenario {
  return { name: 'program', words: 8, threads: bodies.map((run, i) => ({ name: `T${i}`, run })), ...more };
}

function kinds(bodies: Body[]): ProblemKind[] {
  return verify(program(bodies)).findings.map(({ kind }) => kind);
}

/** What the threads of all executions returned, each combination once. */
function outcomes(bodies: Body[]): string[] {
  const results = new Set<string>();
  const report = verify(
    program(bodies, {
      final(_words, returned) {
        results.add(returned.join());
        return undefined;
      },
    }),
  );
  expect(report).toMatchObject({ complete: true, findings: [] });
  return [...results].sort();
}

const NAMES = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
] as const;
/** Those of newer Nodes as well. */
const ALL = ['Float16Array' in globalThis ? 'Float16Array' : 'Int8Array', ...NAMES] as (typeof NAMES)[number][];
const ATOMIC = NAMES.filter((name) => !/Float|Clamped/.test(name));

describe('one thread', () => {
  const BYTES = 32;
  type Any = Record<string, (...all: unknown[]) => unknown> & { [index: number]: unknown; length: number };

  /** Makes seeded accesses through every kind of view and writes down what it gets: a program that is its own oracle. */
  function accesses(seed: number): Body {
    return (words) => {
      let random = seed | 1;
      const below = (limit: number): number => {
        random ^= random << 13;
        random ^= random >>> 17;
        random ^= random << 5;
        return (random >>> 0) % limit;
      };
      const log: unknown[] = [];
      for (let step = 0; step < 12; step++) {
        const name = ALL[below(ALL.length)]!;
        const isBig = name.startsWith('Big');
        const array = globalThis[name] as unknown as new (buffer: ArrayBufferLike, offset: number) => Any;
        const view = new array(words.buffer, 8 * below(2));
        const index = below(view.length);
        const number = (below(2 ** 32) - 2 ** 31) * (name.startsWith('Float') ? 0.37 : 1);
        const value = isBig ? BigInt(number) * 0x1_0000_0001n : number;
        const other = isBig ? 5n : 5;
        const atomics = Atomics as unknown as Any;
        switch (below(9)) {
          case 0:
            log.push(view[index]);
            break;
          case 1:
            view[index] = value;
            break;
          case 2:
            log.push(view.at!(-1 - index), Array.from(view.slice!(index) as ArrayLike<unknown>));
            break;
          case 3:
            log.push((view.copyWithin!(below(view.length), below(view.length)) as unknown) === view);
            break;
          case 4:
            view.set!([value, other], Math.min(index, view.length - 2));
            break;
          case 5:
            log.push(((view.subarray!(index) as Any).fill!(value, 0, 1) as Any).length);
            break;
          case 6: {
            const data = new DataView(words.buffer, below(3)) as unknown as Any;
            const type = name === 'Uint8ClampedArray' ? 'Uint8' : name.replace('Array', '');
            data[`set${type}`]!(below(8), value, below(2) === 0);
            log.push(data[`get${type}`]!(below(8), below(2) === 0));
            break;
          }
          default: {
            if (!(ATOMIC as readonly string[]).includes(name)) {
              try {
                atomics.load!(view, index);
              } catch (error) {
                log.push((error as Error).name);
              }
              break;
            }
            const how = ['add', 'sub', 'and', 'or', 'xor', 'exchange', 'store', 'load'][below(8)]!;
            log.push(atomics[how]!(view, index, value), atomics.compareExchange!(view, index, view[index], other));
          }
        }
      }
      log.push(...new Uint8Array(words.buffer));
      return log.map(String).join();
    };
  }

  it('reads and writes what it would on real memory, through every kind of view', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => {
        const body = accesses(seed);
        const real = body(new Int32Array(new SharedArrayBuffer(BYTES)));
        expect(outcomes([body])).toEqual([real]);
      }),
      { numRuns: 100, seed: 11 },
    );
  });

  it('is refused what the language refuses', () => {
    const message = (body: Body): string => verify(program([body])).findings[0]?.message ?? '';
    expect(message((words) => new Float64Array(words.buffer, 4))).toContain('multiple of 8');
    expect(message((words) => new Uint16Array(words.buffer, 0, 17))).toContain('Invalid typed array length');
    expect(message((words) => Atomics.wait(new Uint32Array(words.buffer) as never, 0, 0))).toContain('Uint32Array');
    expect(message((words) => new DataView(words.buffer, 30).getInt32(0))).toContain('outside the bounds');
    expect(message((words) => words.buffer.slice(0))).toContain('not modelled');
  });
});

describe('races', () => {
  const byte = (at: number): Body => {
    return (words) => {
      new Uint8Array(words.buffer)[at] = 1;
    };
  };

  it('are told byte by byte: neighbours in a word do not meet', () => {
    expect(kinds([byte(0), byte(1)])).toEqual([]);
    expect(kinds([byte(1), byte(1)])).toEqual(['data-race']);
  });

  it('are seen between sizes', () => {
    const half: Body = (words) => new Uint16Array(words.buffer)[1];
    expect(kinds([byte(1), half])).toEqual([]);
    expect(kinds([byte(2), half])).toEqual(['data-race']);
    const word: Body = (words) => Atomics.load(words, 0);
    expect(kinds([byte(3), word])).toEqual(['data-race']);
    const double: Body = (words) => new Float64Array(words.buffer)[0];
    expect(kinds([byte(7), double])).toEqual(['data-race']);
    expect(kinds([byte(8), double])).toEqual([]);
  });

  it('say where a value may tear', () => {
    const write: Body = (words) => {
      new Float64Array(words.buffer)[0] = 1.5;
    };
    const [finding] = verify(program([write, (words) => new Float64Array(words.buffer)[0]])).findings;
    expect(finding!.message).toContain('may tear');
    const [whole] = verify(program([(words) => Atomics.store(words, 0, 1), (words) => words[0]])).findings;
    expect(whole!.message).not.toContain('may tear');
  });

  it('do not come from an order that a flag of any size gives', () => {
    for (const name of ATOMIC) {
      const one = name.startsWith('Big') ? 1n : 1;
      const flag = (words: Int32Array): never => new globalThis[name](words.buffer as never) as never;
      const publish: Body = (words) => {
        words[4] = 7;
        Atomics.store(flag(words), 1, one as never);
      };
      const see: Body = (words) => ((Atomics.load(flag(words), 1) as unknown) === one ? words[4] : 'not yet');
      expect(outcomes([publish, see]), name).toEqual([',7', ',not yet']);
    }
  });
});

describe('atomic accesses of two sizes', () => {
  const store: Body = (words) => void Atomics.store(new Uint8Array(words.buffer), 0, 1);

  it('do not synchronise, which is reported', () => {
    const { findings } = verify(program([store, (words) => Atomics.load(words, 0)]));
    expect(findings.map(({ kind }) => kind)).toEqual(['mixed-size']);
    expect(findings[0]!.message).toMatch(/T[01]: Atomics\.\w+\(.*of another size/);
  });

  it('are reported for 64 bits over 32 as well', () => {
    const wide: Body = (words) => Atomics.load(new BigInt64Array(words.buffer), 0);
    expect(kinds([wide, (words) => void Atomics.store(words, 1, 1)])).toEqual(['mixed-size']);
    expect(kinds([wide, (words) => void Atomics.store(words, 2, 1)])).toEqual([]);
  });

  it('are no race where something else orders them', () => {
    const first: Body = (words) => {
      store(words);
      Atomics.store(words, 1, 1);
    };
    const second: Body = (words) => (Atomics.load(words, 1) === 1 ? Atomics.load(words, 0) : 'not yet');
    expect(outcomes([first, second])).toEqual([',1', ',not yet']);
  });

  it('hand nothing on, although one reads what the other wrote', () => {
    const first: Body = (words) => {
      words[4] = 7;
      store(words);
    };
    const second: Body = (words) => {
      if (Atomics.load(words, 0) === 1) return words[4];
      return 'not yet';
    };
    const { findings } = verify(program([first, second]), { mostFindings: 10 });
    expect(findings.map(({ kind }) => kind)).toContain('mixed-size');
  });
});

describe('a 64-bit atomic access', () => {
  it('is one step: nobody sees half of it', () => {
    const big = (words: Int32Array): BigInt64Array => new BigInt64Array(words.buffer as SharedArrayBuffer);
    const add: Body = (words) => void Atomics.add(big(words), 0, 0xffff_ffffn);
    const read: Body = (words) => Atomics.load(big(words), 0);
    expect(outcomes([add, add, read])).toEqual([',,0', ',,4294967295', ',,8589934590']);
  });

  it('exchanges and compares whole values', () => {
    const claim: Body = (words) =>
      Atomics.compareExchange(new BigUint64Array(words.buffer), 0, 0n, 2n ** 63n) === 0n ? 'won' : 'lost';
    expect(outcomes([claim, claim])).toEqual(['lost,won', 'won,lost']);
  });
});

describe('a wait of 64 bits', () => {
  const HIGH_ONLY = 2n ** 32n;
  const big = (words: Int32Array): BigInt64Array => new BigInt64Array(words.buffer as SharedArrayBuffer, 8);
  const write: Body = (words) => void Atomics.store(big(words), 0, HIGH_ONLY);
  const wait: Body = (words) => {
    while (Atomics.load(big(words), 0) === 0n) Atomics.wait(big(words), 0, 0n);
  };

  it('compares both halves, and sleeps until it is notified', () => {
    const notify: Body = (words) => Atomics.notify(big(words), 0);
    const [both, alone] = [(words: Int32Array) => [write(words), notify(words)][0], write];
    expect(outcomes([wait, both])).toEqual([',']);
    expect(kinds([wait, alone])).toEqual(['lost-wake-up']);
    expect(outcomes([(words) => [write(words), Atomics.wait(big(words), 0, 0n)][1]])).toEqual(['not-equal']);
  });

  it('is woken late where a notify comes before the write', () => {
    const early: Body = (words) => {
      Atomics.notify(big(words), 0);
      write(words);
    };
    expect(kinds([wait, early])).toEqual(['lost-wake-up']);
  });
});

it('words that are never seen in another size cost no more states', () => {
  expect(verify(flagHandOff(2, 1), { reduces: false }).states).toBe(449);
});
