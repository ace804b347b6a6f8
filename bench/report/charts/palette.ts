// The colours of page and SVG files, light and dark: Okabe and Ito's for series, as they can be told apart by all.

const PALETTE: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  paper: ['#ffffff', '#16191d'],
  ink: ['#1a1d21', '#e8eaed'],
  quiet: ['#5a6270', '#a0a8b4'],
  line: ['#c9ced6', '#454c56'],
  region: ['#f0f1f4', '#22262c'],
  better: ['#0072b2', '#2f9be0'],
  worse: ['#d55e00', '#e8803a'],
  focus: ['#0b57d0', '#8ab4f8'],
  // Some are darker or lighter than the original, for contrast with the paper.
  'series-0': ['#0072b2', '#56b4e9'],
  'series-1': ['#d55e00', '#f08a4b'],
  'series-2': ['#009e73', '#2cc79a'],
  'series-3': ['#b85c92', '#dd9cc0'],
  'series-4': ['#8a6d00', '#f0e442'],
  'series-5': ['#1a1d21', '#e8eaed'],
  'series-6': ['#3d97cc', '#4f8fd0'],
  'series-7': ['#b87a00', '#e69f00'],
};

/** As CSS variables that follow `color-scheme`: for the page, whose theme can be chosen. */
export function pagePalette(): string {
  return `:root{${declare(([light, dark]) => `light-dark(${light},${dark})`)}}`;
}

/** As CSS variables that follow the reader's system: for an SVG file, which has no theme of its own. */
export function svgPalette(): string {
  return `svg{${declare(([light]) => light)}}@media(prefers-color-scheme:dark){svg{${declare(([, dark]) => dark)}}}`;
}

function declare(value: (colours: readonly [string, string]) => string): string {
  return Object.entries(PALETTE)
    .map(([name, colours]) => `--${name}:${value(colours)}`)
    .join(';');
}
