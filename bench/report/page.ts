// The page: one file that asks nobody for anything. Its policy names its own script and styles by their hashes.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Result } from '../result/document.js';
import { renderAnswer } from './answer.js';
import type { ChannelAdvice } from './channels.js';
import { pagePalette } from './charts/palette.js';
import { embeddedJson, Html, html } from './html.js';
import type { Report } from './model.js';
import { renderOrigin } from './origin.js';
import { printable } from './printable.js';

/** What Plot puts into each chart. Its hash is in the policy: another text would be refused, and the browser test fail. */
const PLOT_STYLE = `:where(.plot-d6a7b5) {
  --plot-background: white;
  display: block;
  height: auto;
  height: intrinsic;
  max-width: 100%;
}
:where(.plot-d6a7b5 text),
:where(.plot-d6a7b5 tspan) {
  white-space: pre;
}`;

/** The bundle and the stylesheet that the build made. */
function asset(name: string): string {
  return readFileSync(new URL(`client/${name}`, import.meta.url), 'utf8').trim();
}

/** The whole file. */
export function renderPage(result: Result, report: Report, advice: readonly ChannelAdvice[] = []): string {
  const shown = printable(result);
  const [script, style] = [asset('main.js'), pagePalette() + asset('page.css')];
  if (/<\/script|<!--/i.test(script)) throw new Error('the bundle of the report would end its own script element');
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)} ${hashOf(PLOT_STYLE)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>multifd-bench: ${report.name}</title>
<style>${new Html(style)}</style>
</head>
<body>
<header>
<h1>multifd-bench${!shown.run.complete && ': an interrupted run'}</h1>
<p class="quiet">${report.name}: ${shown.machine.cpuModel}, ${shown.machine.cores} cores, Node ${shown.node.version}, ${shown.run.startedAt.slice(0, 10)}</p>
</header>
<main>
<section aria-labelledby="answer"><h2 id="answer">Answer</h2>${renderAnswer(report, shown, printable(advice))}</section>
<section id="figures" aria-label="Charts"><noscript><p>The charts need JavaScript; the answer, the verdicts and the plan do not.</p></noscript></section>
<section aria-labelledby="origin"><h2 id="origin">Machine and plan</h2>${renderOrigin(shown)}</section>
<section aria-labelledby="data"><h2 id="data">Data</h2><p>All that is drawn here, one value a line:</p><p id="downloads"></p></section>
</main>
<script type="application/json" id="report">${embeddedJson(report)}</script>
<script>${new Html(script)}</script>
</body>
</html>
`.text;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
