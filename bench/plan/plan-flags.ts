// The flags that make a plan, for every command that measures.
import { type Command, Option } from 'commander';
import { AXES, axes } from './axes.js';
import { axisHelp } from './axis.js';

/** The text of `--wait` in the help. */
export const WAIT_HELP = `how both sides wait: ${axes.providerWait.takes}`;

/** The axes of the matrix, and what each value may be. */
export function declareMatrix(command: Command): Command {
  for (const axis of AXES) declareList(command, axis, axis.flag === '--workload' ? ', primitives' : '');
  return command;
}

function declareList(command: Command, axis: (typeof AXES)[number], more = ''): void {
  if (axis.flag === '--provider-wait') command.option('--wait <list>', WAIT_HELP);
  command.option(`${axis.flag} <list>`, axisHelp(axis, 'list') + more);
}

/** The matrix without doses, and how much is measured, for commands that measure two builds or many. */
export function declareMeasuring(command: Command, variants: string): Command {
  command.option('--variants <names>', `names from \`list\`; default ${variants.replaceAll(',', ', ')}`);
  for (const axis of AXES) if (axis.flag !== '--dose') declareList(command, axis);
  return command
    .option('--ram <what>', 'a file, or a size as in 64m, with shares as in 64m:zero=20,text=40,random=40')
    .option('--rounds <n>', 'number of fresh processes of each build; a verdict needs at least 6')
    .option('--seed <n>', 'seed for the order of cells and the contents of RAM; default random, and printed')
    .option('--shard <i/n>', 'measure only this part of the plan, on one of n machines; needs --seed')
    .addOption(new Option('--quick', 'shorter turns; shows large differences only').conflicts('rigorous'))
    .option('--rigorous', 'twice the processes, four times the time in each');
}
