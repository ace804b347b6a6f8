// The bless command: accepts what changed at a commit, for history and gate.
import type { Command } from 'commander';
import { exitWith } from '../base/exit-code.js';
import { badValue, UsageError } from '../base/usage-error.js';
import { findRuns, type Store } from '../store/find.js';
import { declareStore, type StoreFlags, storeOf } from '../store/store-flags.js';
import { readSummaries } from '../store/summaries.js';
import { commitOf } from '../system/git.js';
import { attributesOf, parseFilter, requireSome } from '../tables/projection.js';
import { bless as addBlessing } from '../tracking/blessings.js';

export interface BlessFlags extends StoreFlags {
  readonly reason: string;
  readonly filter?: string;
}

export function declareBless(program: Command): void {
  const command = program
    .command('bless')
    .description('accept what changed at a commit: history and gate use the new level as the baseline')
    .argument('<commit>', 'the commit that history names, a branch or a tag')
    .requiredOption('--reason <text>', 'why; others will read it')
    .option('--filter <terms>', 'only these cells, as in "variant=mutex channels>2"; default all');
  declareStore(command).action((commit: string, flags: BlessFlags) => exitWith(bless(commit, flags)));
}

/** Returns 0. */
export function bless(revision: string, { reason, filter, ...flags }: BlessFlags): number {
  const store = storeOf(flags);
  const text = reason.replace(/\s+/g, ' ').trim();
  if (text === '') throw badValue('--reason', reason, 'some words');
  if (filter !== undefined) parseFilter(filter);
  requireRuns(store, filter);
  const { sha } = commitOf(revision, 'bless');
  const at = new Date().toISOString();
  const path = addBlessing(store.folder, store.machineKey, {
    commit: sha,
    reason: text,
    at,
    ...(filter && { filter }),
  });
  process.stderr.write(`accepted what changed at ${sha.slice(0, 12)}: a line in ${path}, to be committed\n`);
  return 0;
}

/** What nothing is judged by would be accepted without effect. Throws UsageError where there are no runs or no cells. */
function requireRuns({ folder, machineKey }: Store, filter: string | undefined): void {
  const { runs } = findRuns(folder, machineKey);
  if (runs.length === 0) throw new UsageError(`bless: no run of ${machineKey} under ${folder}`);
  if (filter === undefined) return;
  const { keys } = readSummaries(folder, runs);
  requireSome(
    filter,
    keys.map(({ cell, metric }) => attributesOf(cell, metric)),
  );
}
