// The data of the page as files: made where the page is, when they are asked for.
import { CSV_DOCUMENTS } from '../csv.js';
import type { Report } from '../model.js';
import { element } from './elements.js';

/** A button a document. */
export function downloads(report: Report): HTMLElement[] {
  return Object.entries(CSV_DOCUMENTS).map(([name, write]) => {
    const button = element('button', { type: 'button', name: `csv-${name}` }, `${name}.csv`);
    button.addEventListener('click', () => save(`${name}.csv`, write(report)));
    return button;
  });
}

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  element('a', { href: address, download: name }).click();
  // The download has begun by then; the address would keep the text in memory.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
