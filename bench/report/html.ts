// HTML out of data: what is put into a template is text, unless it is HTML already.

import { forHtml } from '../terminal/escape.js';

/** HTML that was made by `html`, or is trusted. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Content = string | number | Html | readonly Content[] | undefined | false;

/** Values become text, `Html` stays what it is, lists are joined, undefined and false leave nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(parts.reduce((text, part, index) => text + show(values[index - 1]) + part));
}

function show(content: Content): string {
  if (content instanceof Html) return content.text;
  if (Array.isArray(content)) return content.map(show).join('');
  if (content === undefined || content === false) return '';
  return forHtml(String(content));
}

/** JSON that stays inside the script element it is put into. */
export function embeddedJson(data: unknown): Html {
  return new Html(
    JSON.stringify(data).replace(
      /[<>&\u2028\u2029]/g,
      (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}
