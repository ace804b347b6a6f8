// The page's script: reads the embedded data, draws what is chosen, and draws it again when the choice or the room changes.
import { type Choice, readChoice, settle, writeChoice } from '../choice.js';
import type { Report } from '../model.js';
import { controls } from './controls.js';
import { downloads } from './downloads.js';
import { figuresOf, renderFigure } from './figures.js';
import './licences.js';

const report = JSON.parse(document.getElementById('report')!.textContent!) as Report;
const room = document.getElementById('figures')!;
let choice = settle(report, readChoice(location.hash.slice(1), report));
let width = 0;

function change(chosen: Partial<Choice>): void {
  choice = settle(report, { ...choice, ...chosen });
  history.replaceState(null, '', `#${writeChoice(choice, report)}`);
  draw();
}

function draw(): void {
  if (choice.theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice.theme;
  // The control that the reader is at stays the one, with the focus, though all are made anew.
  const at = document.activeElement?.getAttribute('name');
  const figures = figuresOf(report).map((figure) => renderFigure(figure, report, choice, width));
  room.replaceChildren(controls(report, choice, change), ...figures);
  if (at) room.querySelector<HTMLElement>(`[name="${CSS.escape(at)}"]`)?.focus();
}

function fit(): void {
  const now = Math.floor(room.clientWidth);
  // A page that is not shown has no width.
  if (now === width || now === 0) return;
  width = now;
  draw();
}

// What is folded away on the screen belongs on paper.
window.addEventListener('beforeprint', () => {
  for (const each of document.querySelectorAll('details')) each.open = true;
});
document.getElementById('downloads')!.append(...downloads(report));
if (report.groups.length > 0) {
  fit();
  new ResizeObserver(fit).observe(room);
  window.addEventListener('hashchange', () => change(readChoice(location.hash.slice(1), report)));
}
