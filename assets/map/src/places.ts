// Where the points are: at rest, or gliding from where they were to where they shall be.

import { Grid } from "./grid";

export const GLIDE = 600; // milliseconds

export class Places {
  xy: Float32Array = new Float32Array(0); // where the points go
  before: Float32Array = new Float32Array(0); // where they come from
  t = 1; // how far they have come, 0 to 1
  grid = new Grid(new Float32Array([0, 0]));
  private began = 0; // when a glide began; 0: at rest
  private milliseconds = GLIDE;
  private evenly = false;

  get gliding(): boolean {
    return this.began !== 0;
  }

  /** Points to their places, gliding for so many milliseconds from where they are now. */
  put(xy: Float32Array, milliseconds: number, evenly: boolean): void {
    const glides = milliseconds > 0 && xy.length === this.xy.length && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.before = glides ? this.xy.map((to, i) => this.before[i] + (to - this.before[i]) * this.t) : xy;
    this.t = glides ? 0 : 1;
    this.began = glides ? performance.now() : 0;
    [this.milliseconds, this.evenly] = [milliseconds, evenly];
    this.xy = xy;
    this.grid = new Grid(xy);
  }

  /** Move on to this moment of the clock; whether there is more to come. */
  advance(): boolean {
    const passed = this.began ? Math.min(1, (performance.now() - this.began) / this.milliseconds) : 1;
    if (passed === 1) this.began = 0;
    this.t = this.evenly ? passed : passed * passed * (3 - 2 * passed);
    return passed < 1;
  }

  /** Where a point is now. */
  at(row: number): [number, number] {
    const along = (i: number) => this.before[i] + (this.xy[i] - this.before[i]) * this.t;
    return [along(2 * row), along(2 * row + 1)];
  }
}
