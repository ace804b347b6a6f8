// The signs of variants, as charts draw them: colour, dash and shape.
import * as Plot from '@observablehq/plot';
import type { Look } from './look.js';
import { type SeriesStyle, styleOf } from './look.js';

const SIGN = 34;
const LINE = 20;

/** The sign alone. */
export function swatch({ colour, symbol, dash }: SeriesStyle, document?: Look['document']) {
  return Plot.plot({
    ...{ width: SIGN, height: 14, margin: 0, axis: null },
    ...(document ? { document: document as never } : {}),
    x: { domain: [0, 2] },
    y: { domain: [0, 2] },
    marks: [
      Plot.line([0, 2], { x: (at: number) => at, y: () => 1, stroke: colour, strokeWidth: 2, strokeDasharray: dash }),
      Plot.dot([1], { x: () => 1, y: () => 1, symbol, fill: colour, r: 5 }),
    ],
  });
}

/** Where each sign and name of a legend goes, in as many lines as the width takes. */
export function legendPlaces(names: readonly string[], width: number): { x: number; y: number; name: string }[] {
  let [x, y] = [0, 0];
  return names.map((name) => {
    const needed = SIGN + 6 + name.length * 7.5 + 18;
    if (x > 0 && x + needed > width) [x, y] = [0, y + LINE];
    const place = { x, y, name };
    x += needed;
    return place;
  });
}

/** Signs with names, for a file that stands alone. `parent`: an SVG element to put them into, from `top` on. Returns where they end. */
export function drawLegend(parent: never, names: readonly string[], look: Look, left: number, top: number): number {
  const places = legendPlaces(names, look.width - left);
  for (const { x, y, name } of places) {
    const sign = swatch(styleOf(name, look), look.document);
    sign.setAttribute('x', String(left + x));
    sign.setAttribute('y', String(top + y));
    const text = sign.ownerDocument.createElementNS('http://www.w3.org/2000/svg', 'text');
    text.setAttribute('x', String(left + x + SIGN + 6));
    text.setAttribute('y', String(top + y + 11));
    text.textContent = name;
    (parent as { append(...nodes: unknown[]): void }).append(sign, text);
  }
  return top + (places.at(-1)?.y ?? 0) + LINE;
}
