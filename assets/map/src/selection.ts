// Which points are chosen: by hand here, or by Python's word, whichever came last.

import type { Told } from "./parts";
import { packSelection, unpackBits } from "./protocol";

export class Selection {
  count = 0;
  private chosen: Uint8Array = new Uint8Array(0); // a 1 for each chosen point
  private seq = 0; // number of the last selection that was told to Python

  has(row: number): boolean {
    return this.chosen[row] === 1;
  }

  /** A map of so many points: where it was another number, nothing is chosen. */
  resize(n: number): void {
    if (this.chosen.length !== n) [this.chosen, this.count] = [new Uint8Array(n), 0];
  }

  /** Choose points instead of those that are chosen, or beside them; returns what Python is told. */
  choose(rows: number[], add: boolean): Record<string, unknown> {
    if (!add) this.chosen = new Uint8Array(this.chosen.length);
    for (const row of rows) this.chosen[row] = 1;
    this.recount();
    return { seq: ++this.seq, add, ...packSelection(this.chosen, this.count) };
  }

  /** Python's selection: the one it was told, or another that came from elsewhere; false if a later one was made here. */
  hear(told: Told<"chosen"> | undefined): boolean {
    const n = this.chosen.length;
    if (!told || told.arrays.bits.length !== (n + 7) >> 3 || told.facts.seq < this.seq) return false;
    this.seq = told.facts.seq;
    this.chosen = unpackBits(told.arrays.bits, n);
    this.recount();
    return true;
  }

  /** How many points of each code are chosen. */
  byCode(codes: ArrayLike<number>, nCodes: number): Uint32Array {
    const counts = new Uint32Array(nCodes);
    for (let row = 0; row < codes.length; row++) counts[codes[row]] += this.chosen[row];
    return counts;
  }

  private recount(): void {
    this.count = this.chosen.reduce((sum, one) => sum + one, 0);
  }
}
