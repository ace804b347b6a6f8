// Text broken at spaces to the width of a terminal.

/** Lines of at most `width` characters; those after the first are indented. A longer word stands alone, whole. */
export function wrap(text: string, width: number, indent = 0): string {
  const lines: string[] = [];
  const lead = /^ */.exec(text)![0];
  let line = lead;
  for (const word of text.trim().split(' ')) {
    if (line.trim() !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = ' '.repeat(Math.max(indent, lead.length));
    }
    line += line.trim() === '' ? word : ` ${word}`;
  }
  return [...lines, line].join('\n');
}
