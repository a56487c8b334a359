// The buttons on the map: what a hand does, contours, pictures as points, how large both are, all of it again.

import type { Tool } from "./gestures";

export interface Actions {
  tool(tool: Tool): void;
  size(factor: number): void; // 1: as large as usual
  pictures(on: boolean): void;
  density(on: boolean): void;
  reset(): void;
}

// Drawn for this map: 16 x 16, stroked with the colour of the text.
const ICONS = {
  move: "M8 1.5v13M1.5 8h13M8 1.5 6 3.5M8 1.5l2 2M8 14.5l-2-2M8 14.5l2-2M1.5 8l2-2M1.5 8l2 2M14.5 8l-2-2M14.5 8l-2 2",
  lasso: "M8 2.5c3.6 0 6 1.7 6 4s-2.4 4-6 4c-1 0-2-.1-2.800-.4M5.200 10.100C3.200 9.400 2 8.100 2 6.500c0-2.300 2.400-4 6-4M5.200 10.100a1.500 1.500 0 1 0-1.500 1.500c.8 0 1.500-.7 1.500-1.500M4 11.600c.4 1 .2 1.900-.6 2.900",
  box: "M2.500 4.500v-2h2M7 2.500h2M11.500 2.500h2v2M13.500 7v2M13.500 11.500v2h-2M9 13.500h-2M4.500 13.500h-2v-2M2.500 9v-2",
  density: "M8 6.200a1.800 1.800 0 1 0 .01 0M3 9c-.6-3 1.500-6 5.200-6s5.600 2.600 4.800 5.800-3.200 4.200-5.600 4.200S3.500 11.700 3 9z",
  pictures: "M2.500 3.500h11v9h-11zM2.500 10.500l3-3 2.500 2.500 2-1.500 3.500 3M10.500 6.200a.8.8 0 1 0 0-.1",
  reset: "M3 6.500V3M3 6.500h3.500M3.200 6.300A5.300 5.300 0 1 1 2.700 9",
};

export class Toolbar {
  private readonly buttons = new Map<string, HTMLButtonElement>();

  constructor(place: HTMLElement, private readonly actions: Actions) {
    place.role = "toolbar";
    place.ariaLabel = "Tools of the map";
    const group = (...buttons: HTMLElement[]) => {
      const box = Object.assign(document.createElement("span"), { className: "group" });
      box.append(...buttons);
      place.append(box);
    };
    group(
      this.button("move", "Drag to move, wheel with Ctrl or after a click to zoom", () => actions.tool("move")),
      this.button("lasso", "Draw around points to select them (L). With Shift they are added", () => actions.tool("lasso")),
      this.button("box", "Select the points in a rectangle. With Shift they are added", () => actions.tool("box")),
    );
    group(
      this.button("density", "Contours of where points are dense, from afar", () => actions.density(this.toggle("density"))),
      this.button("pictures", "Pictures instead of points when few are in view", () => actions.pictures(this.toggle("pictures"))),
      this.slider(),
    );
    group(this.button("reset", "See all points (R)", () => actions.reset()));
    this.press("pictures", true);
    this.tool("move");
  }

  private button(name: keyof typeof ICONS, words: string, act: () => void): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.title = words;
    button.ariaLabel = words;
    button.dataset.tool = name;
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 16 16");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    button.append(svg);
    button.addEventListener("click", act);
    this.buttons.set(name, button);
    return button;
  }

  private press(name: string, on: boolean): void {
    this.buttons.get(name)?.setAttribute("aria-pressed", String(on));
  }

  private toggle(name: string): boolean {
    const on = this.buttons.get(name)?.ariaPressed !== "true";
    this.press(name, on);
    return on;
  }

  private slider(): HTMLInputElement {
    const words = "Size of points and pictures";
    const slider = Object.assign(document.createElement("input"), { type: "range", min: "-1.2", max: "1.2", step: "0.1", value: "0", title: words, ariaLabel: words });
    slider.addEventListener("input", () => this.actions.size(Math.exp(Number(slider.value))));
    return slider;
  }

  /** Whether contours are drawn. */
  density(on: boolean): void {
    this.press("density", on);
  }

  /** Show which tool is taken. */
  tool(tool: Tool): void {
    for (const name of ["move", "lasso", "box"]) this.press(name, name === tool);
  }

  /** Whether there are pictures to show. */
  withPictures(there: boolean): void {
    const button = this.buttons.get("pictures");
    if (button) button.hidden = !there;
  }
}
