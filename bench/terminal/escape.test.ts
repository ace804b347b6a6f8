// Hostile names: of branches, files and variants, in each kind of output.
import { describe, expect, it } from 'vitest';
import { forCsv, forHtml, forMarkdown, forTerminal } from './escape.js';

describe('escaped names', () => {
  it('cannot move the cursor, ring a bell or turn the text round', () => {
    expect(forTerminal('feature/\u001b[2J\u0007x\r\n\u202egpj')).toBe(
      'feature/\\u001b[2J\\u0007x\\u000d\\u000a\\u202egpj',
    );
    expect(forTerminal('ünïcode 名 ok')).toBe('ünïcode 名 ok');
  });

  it('are no HTML', () => {
    expect(forHtml(`<img src=x onerror="a('b')">&`)).toBe('&#60;img src=x onerror=&#34;a(&#39;b&#39;)&#34;&#62;&#38;');
  });

  it('are no Markdown', () => {
    expect(forMarkdown('a|b `c` [d](e) <f> *g* @h #i')).toBe(
      'a\\|b \\`c\\` \\[d\\]\\(e\\) &#60;f&#62; \\*g\\* \\@h \\#i',
    );
  });

  it('are one field of a spreadsheet, and no formula', () => {
    expect(forCsv('a "b", c')).toBe('"a ""b"", c"');
    expect(forCsv('=HYPERLINK(1)')).toBe("'=HYPERLINK(1)");
    expect(forCsv('plain')).toBe('plain');
  });
});
