// Which points are where: the nearest one, those in a box, those inside a polygon.

import type { Box } from "./view";

const PER_CELL = 4; // points of a cell, were they spread evenly

export class Grid {
  readonly box: Box;
  private readonly side: number;
  private readonly start: Uint32Array; // of each cell, in `rows`
  private readonly rows: Uint32Array; // all rows, cell by cell

  /** xy: x and y of every point in turn. */
  constructor(private readonly xy: Float32Array) {
    const n = xy.length / 2;
    this.box = boxOf(xy);
    this.side = Math.max(1, Math.ceil(Math.sqrt(n / PER_CELL)));
    this.start = new Uint32Array(this.side * this.side + 1);
    const cell = new Uint32Array(n);
    for (let row = 0; row < n; row++) {
      cell[row] = this.column(xy[2 * row]) + this.side * this.line(xy[2 * row + 1]);
      this.start[cell[row] + 1]++;
    }
    for (let c = 0; c < this.side * this.side; c++) this.start[c + 1] += this.start[c];
    const next = this.start.slice();
    this.rows = new Uint32Array(n);
    for (let row = 0; row < n; row++) this.rows[next[cell[row]]++] = row;
  }

  private column(x: number): number {
    return step(((x - this.box.x0) / (this.box.x1 - this.box.x0)) * this.side, this.side);
  }

  private line(y: number): number {
    return step(((y - this.box.y0) / (this.box.y1 - this.box.y0)) * this.side, this.side);
  }

  /** Call `take` with every point in a box; it ends the search by returning false. */
  inBox(box: Box, take: (row: number) => boolean | void): void {
    const [c0, c1] = [this.column(box.x0), this.column(box.x1)];
    const [l0, l1] = [this.line(box.y0), this.line(box.y1)];
    for (let l = l0; l <= l1; l++) {
      for (let i = this.start[l * this.side + c0]; i < this.start[l * this.side + c1 + 1]; i++) {
        const row = this.rows[i];
        const [x, y] = [this.xy[2 * row], this.xy[2 * row + 1]];
        if (x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1 && take(row) === false) return;
      }
    }
  }

  /** The nearest point within a distance for which `counts` is true; -1 if there is none. */
  nearest(x: number, y: number, within: number, counts: (row: number) => boolean): number {
    let [best, closest] = [-1, within * within];
    this.inBox({ x0: x - within, y0: y - within, x1: x + within, y1: y + within }, (row) => {
      const d = (this.xy[2 * row] - x) ** 2 + (this.xy[2 * row + 1] - y) ** 2;
      if (d <= closest && counts(row)) [best, closest] = [row, d];
    });
    return best;
  }

  /** Call `take` with every point inside a closed polygon (x and y in turn), by the even-odd rule. */
  inPolygon(polygon: Float32Array, take: (row: number) => void): void {
    const corners = polygon.length / 2;
    this.inBox(boxOf(polygon), (row) => {
      const [x, y] = [this.xy[2 * row], this.xy[2 * row + 1]];
      let inside = false;
      for (let i = 0, j = corners - 1; i < corners; j = i++) {
        const [xi, yi, xj, yj] = [polygon[2 * i], polygon[2 * i + 1], polygon[2 * j], polygon[2 * j + 1]];
        if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
      }
      if (inside) take(row);
    });
  }
}

function step(place: number, side: number): number {
  return Math.min(side - 1, Math.max(0, Math.floor(place) || 0)); // NaN where all points share a coordinate
}

function boxOf(xy: Float32Array): Box {
  const box = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  for (let i = 0; i < xy.length; i += 2) {
    if (xy[i] < box.x0) box.x0 = xy[i];
    if (xy[i] > box.x1) box.x1 = xy[i];
    if (xy[i + 1] < box.y0) box.y0 = xy[i + 1];
    if (xy[i + 1] > box.y1) box.y1 = xy[i + 1];
  }
  return box;
}
