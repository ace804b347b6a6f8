// A disk that fills up while a file is written: half of the bytes find room.
import { writeAll } from '../os/gathered-write.js';

/** In the place of `writeAll`: throws what the kernel would. */
export const writeToFullDisk: typeof writeAll = (descriptor, buffers, position) => {
  const whole = Buffer.concat(buffers.map((each) => Buffer.from(each)));
  writeAll(descriptor, [whole.subarray(0, whole.length >> 1)], position);
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
};
