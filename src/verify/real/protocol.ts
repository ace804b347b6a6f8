// The controlled schedule between the checker's thread and the real workers that follow it.

/** Words of one worker's row: what it stands before, what it may do, and what came of it. */
export const ROW = 32;
/** Counts the worker's stops: before an operation, asleep, and at its end. Only the worker writes it. */
export const STOPS = 0;
/** Where it stands: an operation's kind, or one of the below; the operation's word; the last operation's result. */
export const STANDS = 1;
export const WORD = 2;
export const RESULT = 3;
/** Counts the permissions to go on. Only the controller writes it. */
export const GRANTS = 4;
/** What a wait or notify returns: the checker's schedule says, for real waiter lists cannot be looked into. */
export const GIVEN = 5;

export const ASLEEP = -1;
export const ENDED = -2;
/** In GIVEN: leave the thread's function, this schedule is over. */
export const ABORT = -3;

/** Longer means that the other side is stuck. */
export const PATIENCE_MS = 20_000;

/** What a worker is started with. The scenario is made anew inside it: functions cannot be sent. */
export interface WorkerData {
  readonly module: string;
  readonly factory: string;
  readonly arguments: readonly unknown[];
  readonly thread: number;
  readonly control: SharedArrayBuffer;
  readonly memory: SharedArrayBuffer;
}
