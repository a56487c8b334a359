// The name of every group at the middle of its points, with its most central picture where there is one: colour alone must
// not carry the meaning.

import type { View } from "./view";

const ENOUGH = 1_000; // points for a median
export const FACE = 30; // pixels of a picture
const HIGH = 20; // pixels that a label takes without a picture, and how many are a letter's and its padding's
const [LETTER, PADDING] = [7.5, 10];
const ASIDE = [[0, 0], [0, -1], [0, 1], [1, 0], [-1, 0], [1, -1], [-1, 1]]; // in widths and heights of the label

export interface Label {
  code: number;
  text: string;
  colour: string;
  x: number;
  y: number;
  count: number;
  face: string; // its picture as a CSS background, "" without
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
  private shown: { label: Label; from: Label; element: HTMLElement }[] = [];

  constructor(private readonly layer: HTMLElement) {}

  /** Labels to show; those that were there already glide to their new places. */
  set(labels: Label[], glide: boolean): void {
    const before = new Map(this.shown.map((one) => [one.label.code, one]));
    this.shown = [...labels]
      .sort((a, b) => b.count - a.count)
      .map((label) => {
        const old = before.get(label.code);
        const element = old?.element ?? Object.assign(document.createElement("span"), { className: "label" });
        if (element.dataset.face !== label.face || element.textContent !== label.text) {
          element.dataset.face = label.face;
          element.replaceChildren(label.text);
          const face = Object.assign(document.createElement("i"), { className: "face" });
          face.style.cssText = label.face;
          if (label.face) element.prepend(face);
        }
        element.style.setProperty("--colour", label.colour);
        return { label, from: glide && old ? old.label : label, element };
      });
    const shown = new Set(this.shown.map((one) => one.element));
    for (const one of before.values()) if (!shown.has(one.element)) one.element.remove();
    this.layer.append(...[...shown].filter((element) => !element.isConnected));
  }

  /** Put the labels where their groups are now, those of larger groups first; one that would cover another steps aside,
   * or waits until one has come nearer. t: how far they have glided, 0 to 1. */
  place(view: View, t: number, visible: (code: number) => boolean): void {
    const taken: { x: number; y: number; wide: number; high: number }[] = [];
    for (const { label, from, element } of this.shown) {
      const [px, py] = view.toScreen(from.x + (label.x - from.x) * t, from.y + (label.y - from.y) * t);
      const above = label.face ? FACE / 2 + 8 : 0; // a picture stands above the middle, or it would hide a small group
      const inside = px > -20 && py > -20 && px < view.width + 20 && py < view.height + 20;
      const wide = label.text.length * LETTER + PADDING + (label.face ? FACE : 0);
      const high = label.face ? FACE + 4 : HIGH;
      const free = (dx: number, dy: number) =>
        taken.every((t) => Math.abs(t.x - px - dx * wide) > (t.wide + wide) / 2 || Math.abs(t.y - py + above - dy * high) >= (t.high + high) / 2);
      const aside = inside && visible(label.code) ? ASIDE.find(([dx, dy]) => free(dx, dy)) : undefined;
      element.hidden = !aside;
      if (!aside) continue;
      const [x, y] = [px + aside[0] * wide, py - above + aside[1] * high];
      taken.push({ x, y, wide, high });
      element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -50%)`;
    }
  }
}
