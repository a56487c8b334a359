// The places of all points at many moments, as they came over once, and the groups that they were in at each.

import type { Codes, Step, Told } from "./parts";
import type { Box } from "./view";

export class Reel {
  readonly version: string;
  readonly steps: Step[];
  readonly box: Box;
  readonly rows: number; // points of a frame
  readonly nCodes: number;
  private readonly xy: Uint16Array; // frame by frame, x and y in turn, 0 and 65535 are the edges of the box
  private readonly codes: Codes;

  constructor(frames: Told<"reel">, groups: Told<"groups">) {
    this.version = `${frames.version}/${groups.version}`;
    this.steps = frames.facts.steps;
    const [x0, y0, x1, y1] = frames.facts.box;
    this.box = { x0, y0, x1, y1 };
    this.xy = frames.arrays.xy;
    this.rows = this.xy.length / 2 / Math.max(1, this.steps.length);
    this.codes = groups.arrays.codes;
    this.nCodes = groups.facts.n_codes;
  }

  /** Whether both messages speak of the same frames, of so many points. */
  fits(rows: number): boolean {
    return this.rows === rows && this.codes.length === rows * this.steps.length;
  }

  place(row: number, at: number): [number, number] {
    const { x0, y0, x1, y1 } = this.box;
    const i = 2 * (at * this.rows + row);
    return [x0 + ((x1 - x0) * this.xy[i]) / 65535, y0 + ((y1 - y0) * this.xy[i + 1]) / 65535];
  }

  /** x and y of every point at a moment, in turn. */
  places(at: number): Float32Array {
    const all = new Float32Array(2 * this.rows);
    for (let row = 0; row < this.rows; row++) all.set(this.place(row, at), 2 * row);
    return all;
  }

  /** The group codes of all points at a moment. */
  groups(at: number): Codes {
    return this.codes.subarray(at * this.rows, (at + 1) * this.rows);
  }
}
