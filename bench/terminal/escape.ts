// Text that is not ours (names of files, branches, variants, cells) as it may stand in each kind of output.

/** Control characters, and those that change the direction of what follows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** For a line of a terminal: control characters, line ends too, become `\u001b` and the like. */
export function forTerminal(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** For text of Markdown, in a cell of a table too: nothing in it is a mark, a link or HTML. */
export function forMarkdown(text: string): string {
  return forHtml(forTerminal(text).replace(/[\\`*_[\]()~|#!@]/g, (mark) => `\\${mark}`));
}

/** For text and quoted attributes of HTML. */
export function forHtml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** For a field of comma-separated values, RFC 4180; what a spreadsheet would take for a formula gets a leading '. */
export function forCsv(text: string): string {
  const plain = forTerminal(text).replace(/^[=+\-@]/, (mark) => `'${mark}`);
  return /[",]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** For a field of tab-separated values. */
export function forTsv(text: string): string {
  return forTerminal(text);
}
