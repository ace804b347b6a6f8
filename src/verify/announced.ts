// Whether a thread has told its event that it is about to sleep, and whether a wake came since: one place of the state.

export const ANNOUNCED = 1;
const AWAKENED = 2;

/** The thread's event was woken: it will look again before it sleeps. */
export function awaken(state: Int32Array, at: number): void {
  if (state[at] === ANNOUNCED) state[at] = AWAKENED;
}

/** Whether a wake came since the thread announced itself; forgets it. */
export function wasAwakened(state: Int32Array, at: number): boolean {
  const awakened = state[at] === AWAKENED;
  if (awakened) state[at] = ANNOUNCED;
  return awakened;
}
