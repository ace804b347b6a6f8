// The baseline command: gives a saved run a name, so that others are compared with `baseline:NAME`.
import type { Command } from 'commander';
import { exitWith } from '../base/exit-code.js';
import { badValue } from '../base/usage-error.js';
import { baselinePath, saveBaseline } from '../store/baseline.js';
import { chooseRun } from '../store/choose.js';
import { placesOf } from '../store/find.js';
import { declareStore, type StoreFlags, storeOf } from '../store/store-flags.js';

export function declareBaseline(program: Command): void {
  const command = program
    .command('baseline')
    .description('name a saved run, so that commands take it as baseline:NAME; one with uncommitted changes is refused')
    .argument('<name>', 'letters, digits, ".", "_" and "-"; an older baseline of that name is replaced')
    .argument(
      '[run]',
      'latest, a result file below the results, or a commit, branch or tag with a saved run',
      'latest',
    );
  declareStore(command).action((name: string, what: string, flags: StoreFlags) =>
    exitWith(baseline(name, what, flags)),
  );
}

/** Returns 0. */
export function baseline(name: string, what: string, flags: StoreFlags): number {
  const store = storeOf(flags);
  const target = baselinePath(store.folder, name, 'baseline');
  const { path, result } = chooseRun(what, 'baseline', store);
  const place = placesOf(result).find((each) => path.endsWith(each));
  if (place === undefined) throw badValue('baseline', path, `a file of the store, ${store.folder}`);
  saveBaseline(target, result, place);
  process.stderr.write(`baseline:${name} is ${place}\n`);
  return 0;
}
