// The axes of device state: how much comes at once, in which pieces, and how often.
import { DEVICE_DEFAULTS } from '../../src/session/cell.js';
import { parseBytes, parseNanoseconds, showBytes, showNanoseconds } from '../base/quantities.js';
import { axis } from './axis.js';

/** A number between two limits, absent where it is the default. */
function deviceAxis<const F extends string>(
  key: keyof typeof DEVICE_DEFAULTS,
  flag: F,
  takes: string,
  read: (item: string) => number | undefined,
  least: number,
  most: number,
  write: (value: number) => string,
) {
  const normal = DEVICE_DEFAULTS[key];
  const what = flag.slice('--device-'.length);
  return axis({
    ...{ key, flag, takes: `${takes}; without the flag ${write(normal)}`, scope: 'matrix', only: 'device-state' },
    ...{ fallback: [undefined], json: 'number', optional: true },
    label: (value) => (value === undefined ? undefined : `${what} ${write(value)}`),
    parse: (item) => {
      const value = read(item);
      if (value === undefined || !Number.isInteger(value) || value < least || value > most) return undefined;
      return [value === normal ? undefined : value];
    },
    show: (value) => write(value ?? normal),
  });
}

export const deviceAxes = {
  chunkBytes: deviceAxis(
    'chunkBytes',
    '--device-chunk',
    'a size from 4k to 64m',
    parseBytes,
    4096,
    64 << 20,
    showBytes,
  ),
  burstChunks: deviceAxis('burstChunks', '--device-burst', 'chunks, 1 to 4096', Number, 1, 4096, String),
  pauseNs: deviceAxis('pauseNs', '--device-pause', '100us to 1s', parseNanoseconds, 1e5, 1e9, showNanoseconds),
} as const;
