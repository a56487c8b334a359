// The name of every group at the middle of its points: colour alone must not carry the meaning.

import type { View } from "./view";

const ENOUGH = 1_000; // points for a median
const HIGH = 20; // pixels that a label takes, and how many are a letter's and its padding's
const [LETTER, PADDING] = [7.5, 10];
const ASIDE = [[0, 0], [0, -1], [0, 1], [1, 0], [-1, 0], [1, -1], [-1, 1]]; // in widths and heights of the label

export interface Label {
  code: number;
  text: string;
  colour: string;
  x: number;
  y: number;
  count: number;
}

/** Middle of each group: the median of x and of y, of at most some ENOUGH of its points. Noise (code 0) is one too. */
export function middles(xy: Float32Array, codes: ArrayLike<number>, nCodes: number): { x: number; y: number; count: number }[] {
  const counts = new Uint32Array(nCodes);
  for (let row = 0; row < codes.length; row++) counts[codes[row]]++;
  const steps = [...counts].map((n) => Math.ceil(n / ENOUGH) || 1);
  const xs = [...counts].map((n, code) => new Float32Array(Math.ceil(n / steps[code])));
  const ys = xs.map((x) => new Float32Array(x.length));
  const seen = new Uint32Array(nCodes);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row];
    const place = seen[code]++ / steps[code];
    if (!Number.isInteger(place)) continue;
    xs[code][place] = xy[2 * row];
    ys[code][place] = xy[2 * row + 1];
  }
  return xs.map((x, code) => ({ x: median(x), y: median(ys[code]), count: counts[code] }));
}

function median(values: Float32Array): number {
  return values.length ? values.sort()[values.length >> 1] : NaN;
}

export class Labels {
  private shown: { label: Label; element: HTMLElement }[] = [];

  constructor(private readonly layer: HTMLElement) {}

  set(labels: Label[]): void {
    this.layer.replaceChildren();
    this.shown = [...labels]
      .sort((a, b) => b.count - a.count)
      .map((label) => {
        const element = document.createElement("span");
        element.className = "label";
        element.textContent = label.text;
        element.style.setProperty("--colour", label.colour);
        this.layer.append(element);
        return { label, element };
      });
  }

  /** Put the labels where their groups are now, those of larger groups first; one that would cover another steps aside,
   * or waits until one has come nearer. */
  place(view: View, visible: (code: number) => boolean): void {
    const taken: { x: number; y: number; wide: number }[] = [];
    for (const { label, element } of this.shown) {
      const [px, py] = view.toScreen(label.x, label.y);
      const inside = px > -20 && py > -20 && px < view.width + 20 && py < view.height + 20;
      const wide = label.text.length * LETTER + PADDING;
      const free = (dx: number, dy: number) =>
        taken.every((t) => Math.abs(t.x - px - dx * wide) > (t.wide + wide) / 2 || Math.abs(t.y - py - dy * HIGH) >= HIGH);
      const aside = inside && visible(label.code) ? ASIDE.find(([dx, dy]) => free(dx, dy)) : undefined;
      element.hidden = !aside;
      if (!aside) continue;
      const [x, y] = [px + aside[0] * wide, py + aside[1] * HIGH];
      taken.push({ x, y, wide });
      element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -50%)`;
    }
  }
}
