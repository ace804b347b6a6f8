// A canvas of braille dots: two across and four down a character, for curves in a terminal.

const EMPTY = 0x2800;
/** Bits of the dots of one character: by row, then by column. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

export class BrailleCanvas {
  /** In dots. */
  readonly width: number;
  readonly height: number;
  private readonly cells: number[][];

  /** Both in characters. */
  constructor(columns: number, rows: number) {
    this.width = columns * 2;
    this.height = rows * 4;
    this.cells = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  }

  /** Sets the dot at x from the left and y from the bottom; what is outside is left out. */
  dot(x: number, y: number): void {
    const [column, row] = [Math.round(x), this.height - 1 - Math.round(y)];
    if (column < 0 || column >= this.width || row < 0 || row >= this.height) return;
    const line = this.cells[row >> 2]!;
    line[column >> 1]! |= DOTS[(row & 3) as 0 | 1 | 2 | 3][(column & 1) as 0 | 1];
  }

  /** A straight line; `every` leaves out all but each so manyth dot. */
  line(fromX: number, fromY: number, toX: number, toY: number, every = 1): void {
    const steps = Math.max(1, Math.round(Math.abs(toX - fromX)), Math.round(Math.abs(toY - fromY)));
    for (let step = 0; step <= steps; step += every) {
      const share = step / steps;
      this.dot(fromX + (toX - fromX) * share, fromY + (toY - fromY) * share);
    }
  }

  /** Top row first. */
  rows(): string[] {
    return this.cells.map((line) => line.map((bits) => String.fromCodePoint(EMPTY + bits)).join(''));
  }
}
