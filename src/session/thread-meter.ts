// What the calling thread uses for one of its cells: all the time, or in slices alone, where it has other cells as well.
import { addTimes, type ThreadTimes, threadTimes, timesSince } from '../os/thread-times.js';

export class ThreadMeter {
  private readonly always: boolean;
  private used: ThreadTimes = { cpuNs: 0, runQueueNs: 0, voluntarySwitches: 0, involuntarySwitches: 0 };
  private since = this.used;

  /** `always`: from `begin` to `sum`; else between `resume` and `pause`. */
  constructor(always: boolean) {
    this.always = always;
  }

  begin(): void {
    if (this.always) this.since = threadTimes();
  }

  resume(): void {
    if (!this.always) this.since = threadTimes(false);
  }

  pause(): void {
    if (!this.always) this.used = addTimes([this.used, timesSince(this.since, false)]);
  }

  sum(): ThreadTimes {
    return this.always ? timesSince(this.since) : this.used;
  }
}
