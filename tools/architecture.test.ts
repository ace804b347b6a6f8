// ARCHITECTURE.md against the code: every file that it names exists, its rooms are those of the table, stages come in order.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../bench/system/project.js';
import { ROOMS, roomOf } from './rooms.js';

const page = readFileSync(`${PROJECT}ARCHITECTURE.md`, 'utf8');
const walks = [...page.matchAll(/<!-- walk of a (\w+) -->\n([\s\S]*?)<!-- end of walk -->/g)];
const filesOf = (text: string) =>
  [...text.matchAll(/`((?:src|bench|variants|tools)\/[\w./-]+\.ts)`/g)].map(([, file]) => file!);

describe('ARCHITECTURE.md', () => {
  it('names only files and folders that exist', () => {
    const named = [...page.matchAll(/`((?:src|bench|variants|tools|docs)(?:\/[\w.-]+)+)`/g)].map(([, path]) => path!);
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((path) => !existsSync(`${PROJECT}${path}`))).toEqual([]);
  });

  it('has a line for each room, in the order of the table', () => {
    const lines = page.split('\n').filter((line) => line.startsWith('| `'));
    const at = (room: string) =>
      lines.findIndex((line) =>
        line.split('|')[1]!.includes(`\`${room.replace(/^bench\/(?=tune|qemu|doctor|check|report)/, '')}\``),
      );
    const rooms = ROOMS.flatMap((level) => level.rooms).filter((room) => room !== 'src/random.ts');
    const places = rooms.map(at);
    expect(rooms.filter((_, index) => places[index]! < 0)).toEqual([]);
    expect(places).toEqual(places.toSorted((x, y) => x - y));
  });

  it('takes a cell through at most six rooms from flag to row', () => {
    const [, , text] = walks.find(([, what]) => what === 'cell')!;
    const rooms = new Set(
      filesOf(text!)
        .map(roomOf)
        .filter((room) => room !== 'bench/run.ts'),
    );
    expect([...rooms]).toEqual([
      ...['bench/commands', 'bench/plan', 'bench/measure', 'src/session', 'bench/result', 'bench/tables'],
    ]);
  });

  it('describes both walks step by step', () => {
    for (const [, , text] of walks) {
      const steps = [...text!.matchAll(/^\| (\d+) \|/gm)].map(([, step]) => Number(step));
      expect(steps).toEqual(steps.map((_, index) => index + 1));
      expect(steps.length).toBe(filesOf(text!).length);
    }
    expect(walks.map(([, what]) => what)).toEqual(['cell', 'page']);
  });
});

describe('bench/run.ts', () => {
  it('calls the stages in order', () => {
    const code = readFileSync(`${PROJECT}bench/run.ts`, 'utf8').replace(/^import[\s\S]*?;$/gm, '');
    const calls = ['planOf(', 'measureRounds(', 'makeResult(', 'render('].map((call) => code.indexOf(call));
    expect(calls.every((at) => at >= 0)).toBe(true);
    expect(calls).toEqual(calls.toSorted((x, y) => x - y));
  });
});
