// A counting semaphore for tasks of one event loop: the same two verbs as Semaphore, awaited instead of blocking.

export class TaskSemaphore {
  private count = 0;
  private closed = false;
  private readonly waiting: ((taken: boolean) => void)[] = [];

  /** Adds one; the task that has waited longest takes it. */
  post(): void {
    const first = this.waiting.shift();
    if (first) first(true);
    else this.count++;
  }

  /** Takes one, now or later. False, now or later, once closed. */
  wait(): boolean | Promise<boolean> {
    if (this.closed) return false;
    if (this.count > 0) {
      this.count--;
      return true;
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  close(): void {
    this.closed = true;
    for (const refuse of this.waiting.splice(0)) refuse(false);
  }
}
