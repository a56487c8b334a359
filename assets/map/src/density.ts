// Where the groups are dense, as shaded contours: from afar points only lie on each other. Drawn once for places and
// colours into a picture of the plane, which then moves with the camera.

import { rgb } from "./colours";
import type { Box, View } from "./view";

const CELLS = 220; // of the longer side of the plane
const FINE = 5; // pixels of the picture for a cell
const BLUR = 2; // cells on either side, three times
const LEVELS = [0.06, 0.22, 0.5]; // of the densest place of a group
const SHADE = 26; // of 255, for each level
const LINE = 120;
const MOST = 80; // groups
const NEAR = 5; // times nearer, and nothing of it is left

export interface Cloud {
  xy: Float32Array;
  group: (row: number) => number; // -1: not drawn
  colours: string[]; // of the groups
}

export class Density {
  private readonly picture = document.createElement("canvas");
  private box: Box | null = null;
  private timer = 0;

  constructor(private readonly canvas: HTMLCanvasElement, private readonly made: () => void) {}

  /** Forget what was made; make it anew of a cloud when the map rests, or not (null). */
  of(cloud: (() => Cloud) | null): void {
    window.clearTimeout(this.timer);
    this.box = null;
    if (!cloud) return;
    this.timer = window.setTimeout(() => {
      this.make(cloud());
      this.made();
    }, 120);
  }

  stop(): void {
    window.clearTimeout(this.timer);
  }

  /** How much of it is seen at a zoom, 0 to 1. */
  seen(zoom: number): number {
    return this.box ? Math.min(1, Math.max(0, (NEAR - zoom) / (NEAR - 1.5))) : 0;
  }

  draw(view: View): void {
    const alpha = this.seen(view.zoom);
    this.canvas.hidden = alpha <= 0;
    if (!this.box || alpha <= 0) return;
    if (this.canvas.width !== view.width || this.canvas.height !== view.height) Object.assign(this.canvas, { width: view.width, height: view.height });
    const context = this.canvas.getContext("2d")!;
    context.clearRect(0, 0, view.width, view.height);
    context.globalAlpha = alpha;
    const [x0, y0] = view.toScreen(this.box.x0, this.box.y1);
    const [x1, y1] = view.toScreen(this.box.x1, this.box.y0);
    context.drawImage(this.picture, x0, y0, x1 - x0, y1 - y0);
  }

  private make({ xy, group, colours }: Cloud): void {
    const n = xy.length / 2;
    const plane = padded(xy);
    const cell = Math.max(plane.x1 - plane.x0, plane.y1 - plane.y0) / CELLS || 1;
    const [wide, high] = [Math.ceil((plane.x1 - plane.x0) / cell) + 1, Math.ceil((plane.y1 - plane.y0) / cell) + 1];
    const merged = colours.length > MOST;
    const counts = Array.from({ length: merged ? 1 : colours.length }, () => new Float32Array(0));
    for (let row = 0; row < n; row++) {
      const g = group(row);
      if (g < 0) continue;
      const of = merged ? 0 : g;
      if (!counts[of].length) counts[of] = new Float32Array(wide * high);
      counts[of][Math.floor((plane.y1 - xy[2 * row + 1]) / cell) * wide + Math.floor((xy[2 * row] - plane.x0) / cell)]++;
    }
    Object.assign(this.picture, { width: (wide - 1) * FINE, height: (high - 1) * FINE });
    const context = this.picture.getContext("2d")!;
    const pixels = context.createImageData(this.picture.width, this.picture.height);
    counts.forEach((grid, g) => grid.length && shade(pixels, blurred(grid, wide, high), wide, high, merged ? "#888888" : colours[g]));
    context.putImageData(pixels, 0, 0);
    // the middle of a cell is where its count belongs
    this.box = { x0: plane.x0 + cell / 2, x1: plane.x0 + (wide - 0.5) * cell, y1: plane.y1 - cell / 2, y0: plane.y1 - (high - 0.5) * cell };
  }
}

/** The plane of the points with room for the blur on every side. */
function padded(xy: Float32Array): Box {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < xy.length; i += 2) {
    x0 = Math.min(x0, xy[i]);
    x1 = Math.max(x1, xy[i]);
    y0 = Math.min(y0, xy[i + 1]);
    y1 = Math.max(y1, xy[i + 1]);
  }
  const margin = (Math.max(x1 - x0, y1 - y0) * 4 * BLUR) / CELLS;
  return { x0: x0 - margin, y0: y0 - margin, x1: x1 + margin, y1: y1 + margin };
}

/** Three running means along both axes, which is nearly a Gaussian. */
function blurred(grid: Float32Array, wide: number, high: number): Float32Array {
  let from: Float32Array = grid;
  let to: Float32Array = new Float32Array(grid.length);
  for (let turn = 0; turn < 3; turn++) {
    for (const [step, length, lines, stride] of [[1, wide, high, wide], [wide, high, wide, 1]]) {
      for (let line = 0; line < lines; line++) {
        const start = line * stride;
        let sum = 0;
        for (let i = -BLUR; i < length; i++) {
          if (i + BLUR < length) sum += from[start + (i + BLUR) * step];
          if (i - BLUR > 0) sum -= from[start + (i - BLUR - 1) * step];
          if (i >= 0) to[start + i * step] = sum;
        }
      }
      [from, to] = [to, from];
    }
  }
  return from;
}

/** Lay the levels of a group over the picture, with a line where a level ends. */
function shade(pixels: ImageData, grid: Float32Array, wide: number, high: number, colour: string): void {
  let [top, left, right, first, last] = [0, wide, 0, high, 0]; // the densest place, and the cells that hold any
  for (let i = 0; i < grid.length; i++) {
    if (!grid[i]) continue;
    const [column, line] = [i % wide, Math.floor(i / wide)];
    top = Math.max(top, grid[i]);
    [left, right] = [Math.min(left, column), Math.max(right, column)];
    [first, last] = [Math.min(first, line), Math.max(last, line)];
  }
  const [x0, x1] = [Math.max(0, left - 1) * FINE, Math.min(wide - 1, right + 1) * FINE];
  const [y0, y1] = [Math.max(0, first - 1) * FINE, Math.min(high - 1, last + 1) * FINE];
  const { r, g, b } = rgb(colour);
  const levels = LEVELS.map((share) => share * top);
  const { data, width } = pixels;
  let above = new Int8Array(width);
  for (let y = y0; y < y1; y++) {
    const [line, down] = [Math.floor(y / FINE), (y % FINE) / FINE];
    const here = new Int8Array(width);
    for (let x = x0; x < x1; x++) {
      const at = line * wide + Math.floor(x / FINE);
      const [a, c] = [grid[at], grid[at + wide]];
      const [bb, d] = [grid[at + 1], grid[at + wide + 1]];
      if (a + bb + c + d === 0) continue;
      const across = (x % FINE) / FINE;
      const value = (a + (bb - a) * across) * (1 - down) + (c + (d - c) * across) * down;
      let level = 0;
      while (level < levels.length && value > levels[level]) level++;
      here[x] = level;
      const edge = level !== above[x] || (x > 0 && level !== here[x - 1]);
      const alpha = edge ? LINE : SHADE * level;
      if (!alpha) continue;
      const i = 4 * (y * width + x);
      const under = data[i + 3] * (1 - alpha / 255);
      const all = alpha + under;
      data[i] = (r * alpha + data[i] * under) / all;
      data[i + 1] = (g * alpha + data[i + 1] * under) / all;
      data[i + 2] = (b * alpha + data[i + 2] * under) / all;
      data[i + 3] = all;
    }
    above = here;
  }
}
