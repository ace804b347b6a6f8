// The axis flags of commands that run one cell.
import type { Command } from 'commander';
import { axes } from './axes.js';
import { ONE_SHOT_AXES } from './one-shot.js';

export function withOneShotAxes(command: Command): Command {
  command.option('--variants <name>', 'a design from `list`, or the path of a .js file', 'atomic-barrier');
  for (const { flag, takes } of ONE_SHOT_AXES) command.option(`${flag} <value>`, takes);
  return command.option('--wait <policy>', axes.senderWait.takes);
}

export function withStallLimit(command: Command, fallback: string): Command {
  const what = 'longest time in which a peer takes or sends nothing, as in 30s';
  return command.option('--stall-limit <time>', `${what}; default ${fallback}`);
}
