// What the first screen says of each kind of run, and that charts show what was measured in the colours of their designs.
import { DOMParser } from 'linkedom';
import { describe, expect, it } from 'vitest';
import type { Result } from '../result/document.js';
import { adviseChannels } from './channels.js';
import { curveCells, isOverChannels } from './charts/curve.js';
import { readChoice, settle } from './choice.js';
import { defaultRun } from './fixtures/default-run.js';
import { reportOf } from './model.js';
import { renderPage } from './page.js';
import type { PeerRatio } from './peer.js';
import { renderCharts } from './svg.js';

const saved = defaultRun();

/** The head of the page and its answer, as text. */
function firstScreen(result: Result): string {
  const report = reportOf(result, 'a run');
  const page = renderPage(result, report, adviseChannels(result, report).advice);
  return page
    .slice(page.indexOf('<header>'), page.indexOf('<details>'))
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
}

describe('the first screen', () => {
  it('marks a run that was interrupted', () => {
    const cut = firstScreen({ ...saved, run: { ...saved.run, complete: false, rounds: 2 } });
    expect(cut).toContain('multifd-bench: an interrupted run');
    expect(cut).toContain('This run was interrupted after 2 processes');
    expect(firstScreen(saved)).not.toContain('interrupted');
  });

  it('of a run of tune says how many channels, once for all its designs', () => {
    const cells = saved.cells
      .filter(({ table, variant }) => table === 'packet' && ['mutex', 'atomic-barrier'].includes(variant))
      .map((cell) => ({ ...cell, table: 'tune' }));
    const answer = firstScreen({ ...saved, cells, comparisons: [] });
    expect(answer).toMatch(/Use \d+ channels?|cannot be told apart with this data: take \d+|Nothing can be said/);
    expect(answer.match(/: take \d+|Use \d+/g) ?? []).toHaveLength(1);
    expect(answer).not.toMatch(/Nothing was compared|nothing to compare/i);
  });

  it('of one design says that nothing is compared, and how fast it is', () => {
    const cells = saved.cells.filter(({ variant }) => variant === 'mutex');
    expect(firstScreen({ ...saved, cells, comparisons: [] })).toMatch(
      /Only mutex was measured, [\d.]+ to [\d.]+ MiB\/s/,
    );
    const report = reportOf({ ...saved, cells, comparisons: [] }, 'a run');
    const page = renderPage({ ...saved, cells, comparisons: [] }, report, []);
    expect(page).not.toMatch(/All verdicts|Verdicts, table by table/);
    expect(renderPage(saved, reportOf(saved, 'a run'), [])).toMatch(/Verdicts, table by table[\s\S]*All verdicts/);
  });
});

describe('charts', () => {
  const report = reportOf(saved, 'saved');

  it('are over page sizes where these are measured, and headed so', () => {
    const of = (group: number) => curveCells(report, settle(report, { ...readChoice('', report), group }));
    expect([0, 2].map((group) => isOverChannels(of(group)))).toEqual([true, false]);
  });

  it('beside QEMU draw each design in its own colour, in whichever order it was measured', () => {
    const ratio = (variant: string): PeerRatio => ({
      ...{ peer: 'qemu-7.2', variant, channels: 2, measure: 'gibPerSecond' },
      ...{ ratio: 1.1, low: 1, high: 1.2, n: 12 },
    });
    const peer = { ratios: [ratio('atomic-barrier'), ratio('mutex')], origin: 'a run' } as never;
    const files = renderCharts({ ...report, peer });
    const colours = (svg: string) => {
      const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml', null);
      const marks = [...parsed.documentElement!.querySelectorAll('path[aria-label], circle[aria-label]')];
      return new Map(
        marks.map((mark) => [
          mark.getAttribute('aria-label')!.split(/\s/)[0]!,
          mark.getAttribute('fill') ?? mark.parentElement!.getAttribute('fill')!,
        ]),
      );
    };
    const own = colours(files.find(({ name }) => name === 'hand-off')!.svg);
    const beside = colours(files.find(({ name }) => name.startsWith('qemu'))!.svg);
    expect(beside.size).toBe(2);
    for (const [name, fill] of beside) expect(own.get(name), name).toBe(fill);
  });
});
