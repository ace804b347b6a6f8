// Where saved runs are, and whose, for every command that reads them.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { badValue } from '../base/usage-error.js';
import { describeMachine } from '../system/machine.js';
import { WORKPLACE } from '../system/project.js';
import type { Store } from './find.js';

export interface StoreFlags {
  readonly results?: string;
  readonly machine?: string;
}

export function declareStore(command: Command): Command {
  return command
    .option('--results <folder>', "where runs are kept; default this project's results/")
    .option('--machine <key>', 'key of the machine whose runs are used; default this one');
}

/** Throws UsageError for a machine key that is none. */
export function storeOf({ results, machine }: StoreFlags): Store {
  if (machine !== undefined && !/^[a-z0-9-]+$/.test(machine))
    throw badValue('--machine', machine, 'a machine key: a folder of the results');
  return {
    folder: results === undefined ? `${WORKPLACE}results` : resolve(results),
    machineKey: machine ?? describeMachine().key,
  };
}
