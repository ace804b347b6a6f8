// A folder that is made whole and then put into its place: two that make the same one at once never damage each other.
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Moves `made` to `place`. Somebody else may have been there first: that one is as good, and `made` stays where it is. */
export function takePlace(made: string, place: string): void {
  try {
    renameSync(made, place);
  } catch (cause) {
    if (!existsSync(place)) throw cause;
  }
}

/** Removes from `folder` what processes that were killed have left: it ends in `.<pid>.tmp`. */
export function removeLeftovers(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const pid = Number(/\.(\d+)\.tmp$/.exec(name)?.[1]);
    if (pid > 0 && !existsSync(`/proc/${pid}`)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
