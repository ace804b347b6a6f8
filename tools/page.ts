// The page of findings: prose by hand, and between its marks what a command printed.
import { UsageError } from '../bench/base/usage-error.js';
import { IMAGE } from './experiments.js';

export interface Outcome {
  /** What the command printed. */
  readonly text: string;
  /** The result file, relative to the project. */
  readonly saved: string | undefined;
  /** What its ratios are held to, a line each. */
  readonly held: readonly string[];
}

const begin = (id: string) => `<!-- finding ${id}: written by \`multifd-bench findings ${id}\` -->`;
const end = (id: string) => `<!-- end of ${id} -->`;

/** The command, what it printed, and what that was held to. */
export function blockOf(command: readonly string[], { text, saved, held }: Outcome): string {
  const image = command.includes(IMAGE.name) ? [`head -c ${IMAGE.mebibytes}M /dev/urandom > ${IMAGE.name}`] : [];
  const parts = [
    '',
    '```sh',
    ...image,
    `npx multifd-bench ${command.join(' ')}`,
    '```',
    '',
    '```text',
    text.trimEnd(),
    '```',
  ];
  if (held.length > 0) parts.push('', 'Held to:', '', ...held.map((line) => `- ${line}`));
  if (saved !== undefined) parts.push('', `Samples: \`${saved}\`.`);
  return `${parts.join('\n')}\n\n`;
}

/** `page` with the block between the marks of `id`. Throws UsageError where they are missing. */
export function withBlock(page: string, id: string, block: string): string {
  const [from, to] = [page.indexOf(begin(id)), page.indexOf(end(id))];
  if (from < 0 || to < from) {
    throw new UsageError(`docs/findings.md: expected the marks "${begin(id)}" and "${end(id)}", in this order`);
  }
  return `${page.slice(0, from + begin(id).length)}\n${block}${page.slice(to)}`;
}
