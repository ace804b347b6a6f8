// The first signal asks, one that was passed on says nothing new, a second one ends.
import { afterEach, expect, it, vi } from 'vitest';
import { Interrupts } from './interrupts.js';

afterEach(() => void vi.restoreAllMocks());

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s once aborts, passed on in the same moment is the same, and a second one ends', (signal, code) => {
  const kill = vi.spyOn(process, 'kill').mockImplementation(() => true);
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const others = process.listeners(signal).length;
  const interrupts = new Interrupts();
  expect([interrupts.code, interrupts.signal.aborted]).toEqual([undefined, false]);
  process.emit(signal, signal);
  expect([interrupts.code, interrupts.signal.aborted]).toEqual([code, true]);
  // As npm does with what a terminal sent to the whole group.
  now += 100;
  process.emit(signal, signal);
  expect(kill).not.toHaveBeenCalled();
  now += 1000;
  process.emit(signal, signal);
  expect(kill.mock.calls).toEqual([[process.pid, signal]]);
  expect(process.listeners(signal).length).toBe(others);
  interrupts.close();
});
