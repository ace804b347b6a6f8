// The controls: native elements, so that keyboard and screen reader work them as they do everywhere.
import { showBytes } from '../../base/quantities.js';
import { swatch } from '../charts/legend.js';
import { styleOf } from '../charts/look.js';
import { type Choice, offerOf, PARTS, SCALES, THEMES } from '../choice.js';
import type { Report } from '../model.js';
import { unitOf } from '../words.js';
import { element } from './elements.js';

/** Builds the controls for a choice; `change` gets what the reader chose anew. */
export function controls(report: Report, choice: Choice, change: (chosen: Partial<Choice>) => void): HTMLElement {
  const { pageSizes, metrics } = offerOf(report, choice.group);
  const form = element(
    'form',
    { class: 'controls', 'aria-label': 'What the charts show' },
    select(
      'group',
      'Measured',
      report.groups.map(({ title }, index) => [String(index), title]),
      String(choice.group),
      (value) => change({ group: Number(value) }),
    ),
    select(
      'metric',
      'Metric',
      metrics.map((name) => [name, unitOf(name)]),
      choice.metric,
      (metric) => change({ metric }),
    ),
    select(
      'page',
      'Page size',
      pageSizes.map((size) => [String(size), showBytes(size)]),
      String(choice.pageSize),
      (value) => change({ pageSize: Number(value) }),
    ),
    select('part', 'Latency', Object.entries(PARTS), choice.part, (part) => change({ part: part as Choice['part'] })),
    select(
      'scale',
      'Scale',
      SCALES.map((name) => [name, name]),
      choice.scale,
      (scale) => change({ scale: scale as Choice['scale'] }),
    ),
    select(
      'theme',
      'Theme',
      THEMES.map((name) => [name, name]),
      choice.theme,
      (theme) => change({ theme: theme as Choice['theme'] }),
    ),
    variantBoxes(report, choice, change),
  );
  form.addEventListener('submit', (event) => event.preventDefault());
  return form;
}

function select(
  name: string,
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen: string,
  change: (value: string) => void,
): HTMLElement {
  const field = element(
    'select',
    { name, disabled: options.length < 2 },
    ...options.map(([value, text]) => element('option', { value, selected: value === chosen }, text)),
  );
  field.addEventListener('change', () => change(field.value));
  return element('label', {}, element('span', {}, label), field);
}

function variantBoxes(report: Report, choice: Choice, change: (chosen: Partial<Choice>) => void): HTMLElement {
  const boxes = report.variants.map((variant, index) => {
    const box = element('input', {
      type: 'checkbox',
      name: `variant-${index}`,
      checked: choice.variants.includes(variant),
    });
    box.addEventListener('change', () => {
      const without = choice.variants.filter((name) => name !== variant);
      change({ variants: box.checked ? [...without, variant] : without });
    });
    return element('label', { class: 'variant' }, box, sign(variant, report), variant);
  });
  return element('fieldset', {}, element('legend', {}, 'Designs'), ...boxes);
}

function sign(variant: string, report: Report): Element {
  const drawn = swatch(styleOf(variant, report));
  drawn.setAttribute('aria-hidden', 'true');
  drawn.classList.add('swatch');
  return drawn;
}
