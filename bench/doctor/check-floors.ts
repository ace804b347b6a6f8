// Lines about the floors: round trips between two threads, and what a halted CPU adds to them.

import { showNanoseconds } from '../base/quantities.js';
import type { FloorReading } from '../measure/floors.js';
import { advise, type Check, line, unavailable } from './check.js';
import type { Facts } from './facts.js';

const GROUP = 'Floors: a round trip between two threads';
/** Kept awake, a round trip is shorter by this factor at the least: what is measured is mostly how a CPU wakes. */
const HALT_FACTOR = 1.5;

export function checkFloors({ floors, allowedCpus }: Facts): Check[] {
  const find = (waits: FloorReading['waits'], where: FloorReading['where'], keptAwake = false) =>
    floors.find((each) => each.waits === waits && each.where === where && each.keptAwake === keptAwake);
  const parked = find('park', 'two CPUs');
  const awake = find('park', 'two CPUs', true);
  const lines = [
    shown('spin, two CPUs', find('spin', 'two CPUs')),
    shown('park, two CPUs', parked),
    shown('park, kept awake', awake),
    shown('park, one CPU', find('park', 'one CPU')),
    shown('spin, one CPU', find('spin', 'one CPU')),
  ];
  if (floors.some(({ pinned }) => !pinned)) {
    const advice = 'which CPUs these threads had is unknown: install util-linux, or allow taskset';
    lines.push(advise(GROUP, 'pinning', 'warning', 'taskset failed', advice));
  }
  if (parked && awake && allowedCpus.length > 1 && parked.lowNs > awake.highNs * HALT_FACTOR) {
    const value = `${short(parked.medianNs - awake.medianNs)} of a parked round trip are CPUs that wake up`;
    lines.push(advise(GROUP, 'halted CPUs', 'note', value, 'run --keep-awake measures without that part'));
  }
  return lines;
}

function shown(name: string, floor: FloorReading | undefined): Check {
  if (!floor) return unavailable(GROUP, name);
  const { medianNs, lowNs, highNs } = floor;
  return line(GROUP, name, 'ok', `${short(medianNs)} (${short(lowNs)} to ${short(highNs)})`);
}

function short(nanoseconds: number): string {
  return showNanoseconds(Number(nanoseconds.toPrecision(3)));
}
