// How a command ends: its exit code is set, and the process goes when nothing is left to do.

/** 0 fine, 1 failed or regressed, 2 usage or data error, 3 inconclusive; 128 and the signal's number when interrupted. */
export function exitWith(code: number): void {
  process.exitCode = code;
}
