// The page of findings: prose by hand, and between its marks what a command printed.
import { IMAGE } from './experiments.js';
import { marks, withBetween } from './marks.js';

export interface Outcome {
  /** What the command printed. */
  readonly text: string;
  /** The result file, relative to the project. */
  readonly saved: string | undefined;
  /** What its ratios are held to, a line each. */
  readonly held: readonly string[];
}

const marksOf = (id: string) => marks(id, `\`npm run findings -- ${id}\``, `finding ${id}`);

/** How a reader repeats it: tools of this repository are scripts of npm, all else is a command of the package. */
export function commandLine([name, ...rest]: readonly string[]): string {
  const how = name === 'migrations' ? `npm run ${name} --` : `npx multifd-bench ${name}`;
  return [how, ...rest].join(' ');
}

/** The command, what it printed, and what that was held to. */
export function blockOf(command: readonly string[], { text, saved, held }: Outcome): string {
  const image = command.includes(IMAGE.name) ? [`head -c ${IMAGE.mebibytes}M /dev/urandom > ${IMAGE.name}`] : [];
  const parts = ['', '```sh', ...image, commandLine(command), '```', '', '```text', text.trimEnd(), '```'];
  if (held.length > 0) parts.push('', 'Held to:', '', ...held.map((line) => `- ${line}`));
  if (saved !== undefined) parts.push('', `Samples: \`${saved}\`.`);
  return `${parts.join('\n')}\n\n`;
}

/** `page` with the block between the marks of `id`. Throws UsageError where they are missing. */
export function withBlock(page: string, id: string, block: string): string {
  return withBetween('docs/findings.md', page, marksOf(id), block);
}
