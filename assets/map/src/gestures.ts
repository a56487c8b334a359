// What a hand does on the map: move, zoom, draw around points, click. It takes neither the wheel nor one finger from the
// page: the wheel zooms with Ctrl or after a click, two fingers move and zoom; where it does not, a hint says so.

import type { View } from "./view";

export type Tool = "move" | "lasso" | "box";

export interface Acts {
  viewChanged(): void;
  hovered(px: number, py: number): void;
  left(): void;
  clicked(px: number, py: number, add: boolean): void;
  drawn(outline: [number, number][], add: boolean): void; // a closed line around points, in pixels
  hint(words: string): void;
}

const CLICK = 4; // pixels that a hand may tremble
const COMMAND = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";
const NS = "http://www.w3.org/2000/svg";

export class Gestures {
  tool: Tool = "move";
  private readonly line: SVGPathElement;
  private readonly fingers = new Map<number, [number, number]>();
  private outline: [number, number][] | null = null;
  private began: [number, number] | null = null;
  private moved = false;
  private pinch = 0; // distance of two fingers
  private entered = false; // by a click: the wheel zooms until the pointer leaves

  /** ground: the element that covers the map; a line is drawn in it. */
  constructor(
    private readonly ground: HTMLElement,
    private readonly view: View,
    private readonly acts: Acts,
  ) {
    const svg = document.createElementNS(NS, "svg");
    svg.setAttribute("class", "line");
    this.line = document.createElementNS(NS, "path");
    svg.append(this.line);
    ground.append(svg);
    ground.addEventListener("pointerdown", (e) => this.down(e));
    ground.addEventListener("pointermove", (e) => this.move(e));
    ground.addEventListener("pointerup", (e) => this.up(e));
    ground.addEventListener("pointercancel", (e) => this.cancel(e));
    ground.addEventListener("pointerleave", () => {
      this.entered = false;
      this.acts.left();
    });
    const two = (e: TouchEvent) => e.touches.length > 1 && e.cancelable && e.preventDefault(); // or the page would zoom
    ground.addEventListener("touchstart", two, { passive: false });
    ground.addEventListener("touchmove", two, { passive: false });
    ground.addEventListener("wheel", (e) => this.wheel(e), { passive: false });
    ground.addEventListener("dblclick", () => {
      this.view.reset();
      this.acts.viewChanged();
    });
  }

  private at(event: MouseEvent): [number, number] {
    const box = this.ground.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  private down(event: PointerEvent): void {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    const place = this.at(event);
    this.entered = event.pointerType !== "touch";
    this.ground.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, place);
    this.acts.left();
    if (this.fingers.size === 1) {
      this.began = place;
      this.moved = false;
      this.outline = this.tool !== "move" || event.shiftKey ? [place] : null;
      this.pinch = 0;
    } else {
      this.outline = null; // a second finger: zoom instead
      this.moved = true;
      this.pinch = this.spread();
      this.show();
    }
  }

  private move(event: PointerEvent): void {
    const place = this.at(event);
    const before = this.fingers.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") this.acts.hovered(...place);
      return;
    }
    this.fingers.set(event.pointerId, place);
    const [x0, y0] = this.began ?? place;
    this.moved ||= Math.hypot(place[0] - x0, place[1] - y0) > CLICK;
    if (!this.moved) return;
    if (this.outline && this.fingers.size === 1) {
      const [x, y] = place;
      if (this.tool === "box") this.outline = [[x0, y0], [x, y0], [x, y], [x0, y]];
      else this.outline.push(place);
      this.show();
      return;
    }
    if (event.pointerType === "touch" && this.fingers.size === 1) return; // the page scrolls
    this.view.move((place[0] - before[0]) / this.fingers.size, (place[1] - before[1]) / this.fingers.size);
    if (this.fingers.size === 2) {
      const spread = this.spread();
      const [[ax, ay], [bx, by]] = [...this.fingers.values()];
      if (this.pinch > 0) this.view.near(spread / this.pinch, (ax + bx) / 2, (ay + by) / 2);
      this.pinch = spread;
    }
    this.acts.viewChanged();
  }

  private up(event: PointerEvent): void {
    if (!this.fingers.delete(event.pointerId)) return;
    const { outline, moved } = this;
    if (this.fingers.size) return;
    this.outline = null;
    this.show();
    if (!moved) this.acts.clicked(...this.at(event), event.shiftKey);
    else if (outline && outline.length > 2) this.acts.drawn(outline, event.shiftKey);
  }

  private cancel(event: PointerEvent): void {
    if (event.pointerType === "touch" && this.fingers.size === 1) this.acts.hint("Two fingers move and zoom the map");
    this.fingers.delete(event.pointerId);
    this.outline = null;
    this.show();
  }

  private wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey && !this.entered) {
      this.acts.hint(`${COMMAND} + wheel zooms, or click the map first`);
      return;
    }
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    this.view.near(Math.exp(-event.deltaY * lines * 0.0016), ...this.at(event));
    this.acts.viewChanged();
  }

  private spread(): number {
    const [a, b] = [...this.fingers.values()];
    return a && b ? Math.hypot(a[0] - b[0], a[1] - b[1]) : 0;
  }

  private show(): void {
    this.line.setAttribute("d", this.outline && this.outline.length > 1 ? `M${this.outline.map((p) => p.join()).join("L")}Z` : "");
  }
}
