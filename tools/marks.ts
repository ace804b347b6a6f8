// Text that a tool writes into a page, between two marks.
import { UsageError } from '../bench/base/usage-error.js';

/** A place in a page: `<!-- NAME: written by `COMMAND` -->` .. `<!-- end of NAME -->`. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
}

/** `shown` is what the first mark calls it, where that is more than its name. */
export function marks(name: string, command: string, shown = name): Marks {
  return { begin: `<!-- ${shown}: written by ${command} -->`, end: `<!-- end of ${name} -->` };
}

/** `text` with `body` between the marks. Throws UsageError that names `file` when they are not there. */
export function withBetween(file: string, text: string, { begin, end }: Marks, body: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) {
    throw new UsageError(`${file}: expected the marks "${begin}" and "${end}", in this order`);
  }
  return `${text.slice(0, from + begin.length)}\n${body}${text.slice(to)}`;
}
