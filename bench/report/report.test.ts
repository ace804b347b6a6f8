import fc from 'fast-check';
import { DOMParser } from 'linkedom';
import { describe, expect, it } from 'vitest';
import type { ResultCell } from '../result/document.js';
import { adviseChannels } from './channels.js';
import { legendPlaces } from './charts/legend.js';
import { isLog, styleOf } from './charts/look.js';
import { readings as marked, shareWords } from './charts/percentiles.js';
import { readChoice, settle, writeChoice } from './choice.js';
import { csv } from './csv.js';
import { curveOf } from './curves.js';
import { defaultRun } from './fixtures/default-run.js';
import { hostile } from './fixtures/hostile.js';
import { groupsOf } from './groups.js';
import { embeddedJson, html } from './html.js';
import { reportOf } from './model.js';
import { renderPage } from './page.js';
import type { PeerRatio } from './peer.js';
import { printable } from './printable.js';
import { renderCharts } from './svg.js';
import { cellWords, comparisonWords } from './words.js';

const saved = defaultRun();
const report = { ...reportOf(saved, 'saved'), named: false };

const ratioToPeer: PeerRatio = {
  ...{ peer: 'qemu-<x>', variant: 'mutex', channels: 2, measure: 'gibPerSecond' },
  ...{ ratio: 1.1, low: 1, high: 1.2, n: 12 },
};

describe('groups', () => {
  it('hold what differs in variant, channels and page size alone', () => {
    expect(report.groups.map(({ title }) => title)).toHaveLength(5);
    expect(report.groups[2]!.title).toContain('Page size as payload');
    const of = (group: number) => report.cells.filter((cell) => cell.group === group);
    expect(new Set(of(0).map(({ channels }) => channels))).toEqual(new Set([1, 2, 4, 8]));
    expect(new Set(of(2).map(({ pageSize }) => pageSize)).size).toBe(3);
  });

  it('are told apart by the axes in which they differ, and batches count where page sizes have several', () => {
    const cell = (axes: string, over: Partial<ResultCell> = {}) =>
      ({ ...saved.cells[0]!, table: 'custom', id: `custom mutex ${axes}`, ...over }) as ResultCell;
    const { groups, indexes } = groupsOf([
      cell('workload=throughput channels=1 pageSize=4k pagesPerBatch=1 transport=tcp'),
      cell('workload=throughput channels=2 pageSize=4k pagesPerBatch=1 transport=tcp'),
      cell('workload=throughput channels=1 pageSize=4k pagesPerBatch=8 transport=tcp', { pagesPerBatch: 8 }),
    ]);
    expect(indexes).toEqual([0, 0, 1]);
    expect(groups.map(({ title }) => title)).toEqual([
      'throughput over tcp, pagesPerBatch=1',
      'throughput over tcp, pagesPerBatch=8',
    ]);
  });
});

describe('comparisons of one process', () => {
  const alone = {
    n: 1,
    low: 0,
    high: Infinity,
    noiseFloor: Infinity,
    resolvable: Infinity,
    verdict: 'too-few',
  } as const;
  const told = reportOf({ ...saved, comparisons: saved.comparisons.map((each) => ({ ...each, ...alone })) }, 'alone');

  it('reach the page as they are: JSON has no infinity', () => {
    expect(told.comparisons.length).toBeGreaterThan(10);
    expect(JSON.parse(JSON.stringify(told))).toEqual(told);
  });

  it('show no interval, and say that they find nothing', () => {
    const words = comparisonWords(told.comparisons[0]!);
    expect(words).toMatch(/^\S+ against mutex\n1 channel, .*\n[x~][\d.]+ of .*\n… TOO FEW, .* 1 process\n/);
    expect(words).toContain('noise unknown, detects differences from nothing');
  });
});

describe('a point', () => {
  it('says that its turns were long, if one of them was', () => {
    const cells = saved.cells.map((cell, at) =>
      at === 0 ? { ...cell, visits: cell.visits.map((visit) => ({ ...visit, longTurns: true })) } : cell,
    );
    const [long, other] = reportOf({ ...saved, cells }, 'long').cells;
    const metric = Object.keys(long!.metrics)[0]!;
    expect(cellWords(long!, metric)).toContain('long turns');
    expect(cellWords(other!, metric)).not.toContain('long turns');
  });
});

describe('channels', () => {
  const { advice, models } = adviseChannels(saved, report);

  it('are advised for every design that was measured with several', () => {
    // Designs without sender threads have no count to choose.
    const threaded = report.variants.filter((name) => !/^(async-.*|inline)$/.test(name));
    const expected = [0, 4].flatMap((group) => threaded.map((variant) => `${group} ${variant}`));
    expect(advice.map(({ group, variant }) => `${group} ${variant}`)).toEqual(expected);
    for (const { head, lines } of advice) {
      expect(head[0]).toMatch(/^use \d+ channels?, |cannot be told apart with this data: take \d|^nothing can be said/);
      expect(lines.join(' ')).toContain(head[0]!.slice(0, 40));
    }
    const page = renderPage(saved, report, advice);
    expect(page.includes('\\u000a')).toBe(false);
    expect(page).toContain(advice[0]!.lines.at(-1)!.slice(-20));
  });

  it('have curves of models in both units of throughput, within what was measured', () => {
    const cell = report.cells.find(({ group }) => group === 4)!;
    for (const { group, variant, metric, points } of models.filter((each) => each.metric === 'mibPerSecond')) {
      const jobs = models.find((each) => each.group === group && each.variant === variant && each.metric !== metric)!;
      const batch = group === 4 ? (cell.pageSize * cell.pagesPerBatch) / 2 ** 20 : 4096 / 2 ** 20;
      expect(points[0]![1]).toBeCloseTo(jobs.points[0]![1] * batch, 6);
      const counts = report.cells.filter((each) => each.group === group).map(({ channels }) => channels);
      for (const [count] of points) expect(count >= Math.min(...counts) && count <= Math.max(...counts)).toBe(true);
    }
  });
});

describe('percentile curves', () => {
  it('end where fewer than 10 samples lie beyond', () => {
    // 100 counters with a sample each.
    const counts = Array.from({ length: 100 }, (_, counter) => [counter, 1]).flat();
    const curve = curveOf(counts);
    expect(curve.at(-1)).toEqual([0.9, 89]);
    expect(curve.map(([share]) => share)).toEqual(curve.map(([share]) => share).toSorted((x, y) => x - y));
    expect(curveOf([5, 9])).toEqual([]);
  });

  it('are marked at the named percentiles and at their end', () => {
    const curve = [0.2, 0.5, 0.7, 0.91, 0.95].map((share, index) => [share, index] as const);
    expect(marked(curve).map(([share]) => share)).toEqual([0.2, 0.5, 0.91, 0.95]);
  });

  it('shares keep the digits that say what is left', () => {
    expect([0.5, 0.9, 0.99, 0.999, 0.9999, 0.99943].map(shareWords)).toEqual([
      ...['50 %', '90 %', '99 %', '99.9 %', '99.99 %', '99.943 %'],
    ]);
  });
});

describe('a choice', () => {
  it('survives the address, whatever it is', () => {
    const any = fc.record({
      group: fc.nat(report.groups.length - 1),
      variants: fc.subarray([...report.variants]),
      scale: fc.constantFrom('auto', 'linear', 'log' as const),
      theme: fc.constantFrom('auto', 'light', 'dark' as const),
    });
    fc.assert(
      fc.property(any, (wanted) => {
        const choice = settle(report, wanted as never);
        expect(settle(report, readChoice(writeChoice(choice, report), report))).toEqual(choice);
      }),
    );
  });

  it('is made possible from any address', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const choice = settle(report, readChoice(text, report));
        expect(report.groups[choice.group]).toBeDefined();
      }),
    );
    const bad = 'group=99&page=7&metric=__proto__&part=x&variants=0.77.&scale=cubic&theme=pink';
    expect(settle(report, readChoice(bad, report))).toMatchObject({
      ...{ group: 0, pageSize: 4096, metric: 'jobsPerSecond', part: 'handoffNs', variants: ['mutex'] },
      ...{ scale: 'auto', theme: 'auto' },
    });
  });
});

describe('charts', () => {
  it('give every variant a colour, shape and dash that no other of eight has', () => {
    const variants = Array.from({ length: 16 }, (_, index) => `v${index}`);
    const styles = variants.map((name) => styleOf(name, { variants }));
    for (const part of ['colour', 'symbol', 'dash'] as const) {
      expect(new Set(styles.slice(0, 8).map((style) => style[part])).size).toBe(8);
    }
    expect(new Set(styles.map((style) => JSON.stringify(style))).size).toBe(16);
  });

  it('take a logarithm where values span much, or where it is asked for and possible', () => {
    expect([isLog('auto', [1, 7]), isLog('auto', [1, 9]), isLog('linear', [1, 99]), isLog('log', [1, 2])]).toEqual([
      ...[false, true, false, true],
    ]);
    expect(isLog('log', [0])).toBe(false);
  });

  it('legends start a line where a name would not fit', () => {
    const places = legendPlaces(['aaaa', 'bbbb', 'cccc'], 200);
    expect(places.map(({ y }) => y)).toEqual([0, 0, 20]);
    expect(places[2]!.x).toBe(0);
  });

  it('become SVG files that are well-formed whatever the names are', () => {
    const peer = { origin: 'a <b>', ratios: [{ ...ratioToPeer, variant: '</script><img src=x>' }, ratioToPeer] };
    const files = renderCharts({ ...reportOf(hostile(saved).result, 'hostile'), peer });
    expect(files.map(({ name }) => name)).toEqual([
      ...[
        'hand-off',
        'hand-off-ratios',
        'hand-off-efficiency',
        'latency-ratios',
        'latency-percentiles',
        'latency-efficiency',
      ],
      ...['page-size', 'page-size-ratios', 'page-size-efficiency', 'sync', 'sync-ratios', 'sync-efficiency'],
      ...['packet', 'packet-ratios', 'packet-efficiency', 'qemu-x--gibpersecond'],
    ]);
    for (const { svg } of files) {
      expect(svg).not.toMatch(/<img|<\/script|\p{Cc}(?<!\n)|href|url\(/u);
      const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml', null);
      expect(parsed.documentElement!.querySelectorAll('text').length).toBeGreaterThan(3);
    }
    expect(files[0]!.svg).toContain('&lt;/script');
  });
});

describe('CSV', () => {
  it('quotes what needs it, and makes no formulas', () => {
    expect(
      csv(
        ['a', 'b'],
        [
          ['x,"y"', 1.5],
          ['=1+1', undefined],
          ['two\nlines', true],
          [-1, '-1'],
        ],
      ),
    ).toBe('a,b\r\n"x,""y""",1.5\r\n\'=1+1,\r\ntwo\\u000alines,true\r\n-1,\'-1\r\n');
  });
});

describe('text of others', () => {
  it('is text in HTML, and cannot end the script that it is embedded in', () => {
    expect(html`<p title="${'"\'&<>'}">${['a', html`<b>${'<'}</b>`, false, undefined]}</p>`.text).toBe(
      '<p title="&#34;&#39;&#38;&#60;&#62;">a<b>&#60;</b></p>',
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { text } = embeddedJson(value);
        expect(text).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('loses no key and no shape', () => {
    const tree = JSON.parse('{"__proto__":["a\\u0000b"],"n":1}');
    expect(JSON.stringify(printable(tree))).toBe('{"__proto__":["a\\\\u0000b"],"n":1}');
    expect(printable({ 'evil\u001b': 1 })).toEqual({ 'evil\\u001b': 1 });
  });
});
