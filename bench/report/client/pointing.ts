// Values of a chart: the point under the mouse or finger, or the one that the arrow keys have come to, says what it is.
import { VALUES } from '../charts/look.js';
import { element } from './elements.js';

/** How near a pointer must come to a point, in CSS pixels. */
const NEAR = 40;

interface Spot {
  readonly mark: Element;
  readonly x: number;
  readonly y: number;
  /** Half of the smaller side: a wide mark is near wherever it is touched. */
  readonly box: DOMRect;
}

/** Makes a figure's chart answer to pointer and keys. Left and right go along the points, Home and End to the ends, Escape leaves. */
export function answersToPointing(figure: HTMLElement, chart: Element): void {
  const marks = [...chart.querySelectorAll(`.${VALUES} [aria-label]`)];
  if (marks.length === 0) return;
  const tip = element('div', { class: 'tip', role: 'status', hidden: true });
  figure.append(tip);
  chart.setAttribute('tabindex', '0');
  chart.setAttribute('role', 'group');
  let current: Element | undefined;

  const show = (mark: Element | undefined) => {
    current?.classList.remove('current');
    current = mark;
    tip.hidden = mark === undefined;
    if (mark === undefined) return;
    mark.classList.add('current');
    tip.textContent = mark.getAttribute('aria-label');
    placeTip(tip, figure, mark);
  };

  chart.addEventListener('pointermove', (event) => show(nearest(marks, event as PointerEvent)));
  chart.addEventListener('pointerdown', (event) => show(nearest(marks, event as PointerEvent)));
  chart.addEventListener('pointerleave', () => show(undefined));
  chart.addEventListener('blur', () => show(undefined));
  chart.addEventListener('keydown', (event) => {
    const ordered = inReadingOrder(marks);
    const at = current ? ordered.indexOf(current) : -1;
    const next = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: ordered.length - 1,
    };
    const { key } = event as KeyboardEvent;
    if (key === 'Escape') return show(undefined);
    if (!(key in next)) return;
    event.preventDefault();
    show(ordered[(next[key as keyof typeof next] + ordered.length) % ordered.length]);
  });
}

function nearest(marks: readonly Element[], { clientX, clientY }: PointerEvent): Element | undefined {
  let found: Element | undefined;
  let least = NEAR;
  for (const { mark, x, y, box } of marks.map(spotOf)) {
    const inside = clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom;
    const distance = inside ? 0 : Math.hypot(clientX - x, clientY - y);
    if (distance >= least) continue;
    [found, least] = [mark, distance];
  }
  return found;
}

/** From left to right, and from top to bottom where marks stand above each other. */
function inReadingOrder(marks: readonly Element[]): Element[] {
  return marks
    .map(spotOf)
    .sort((p, q) => p.x - q.x || p.y - q.y)
    .map(({ mark }) => mark);
}

function spotOf(mark: Element): Spot {
  const box = mark.getBoundingClientRect();
  return { mark, x: box.left + box.width / 2, y: box.top + box.height / 2, box };
}

/** Beside the mark, and inside the figure. */
function placeTip(tip: HTMLElement, figure: HTMLElement, mark: Element): void {
  const around = figure.getBoundingClientRect();
  const { x, y } = spotOf(mark);
  const right = x - around.left + 12 + tip.offsetWidth > around.width;
  const left = right ? x - around.left - 12 - tip.offsetWidth : x - around.left + 12;
  tip.style.left = `${Math.max(0, left)}px`;
  tip.style.top = `${Math.max(0, y - around.top - tip.offsetHeight / 2)}px`;
}
