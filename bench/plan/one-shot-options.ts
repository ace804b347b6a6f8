// The axis flags of commands that run one cell.
import type { Command } from 'commander';
import { axisHelp } from './axis.js';
import { ONE_SHOT_AXES } from './one-shot.js';
import { WAIT_HELP } from './plan-flags.js';

export function withOneShotAxes(command: Command): Command {
  command.option('--variants <name>', 'a design from `list`, or the path of a .js file', 'atomic-barrier');
  for (const axis of ONE_SHOT_AXES) command.option(`${axis.flag} <value>`, axisHelp(axis, 'one'));
  return command.option('--wait <policy>', WAIT_HELP);
}

export function withStallLimit(command: Command, fallback: string): Command {
  const what = 'longest time in which a peer takes or sends nothing, as in 30s';
  return command.option('--stall-limit <time>', `${what}; default ${fallback}`);
}
