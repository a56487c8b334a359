// A sample that is none of the points: a ring with a word where it belongs, which flies from one place to the next.

import type { Told } from "./parts";
import { GLIDE } from "./places";
import type { View } from "./view";

export class Guest {
  private at: [number, number] | null = null; // on the plane

  constructor(private readonly element: HTMLElement) {
    element.hidden = true;
  }

  /** Python has put it somewhere, or nowhere. */
  read(told: Told<"guest"> | undefined): void {
    const [x, y] = told?.arrays.xy ?? [];
    this.at = x === undefined ? null : [x, y];
    this.element.textContent = told?.facts.words ?? "";
    this.element.hidden = !this.at;
    this.element.style.transition = `translate ${GLIDE}ms ease-in-out`;
    window.setTimeout(() => (this.element.style.transition = ""), GLIDE); // it does not lag behind a map that is moved
  }

  place(view: View): void {
    if (!this.at) return;
    const [px, py] = view.toScreen(...this.at);
    this.element.style.translate = `${px.toFixed(1)}px ${py.toFixed(1)}px`;
    this.element.dataset.placed = `${px.toFixed(0)},${py.toFixed(0)}`;
  }
}
