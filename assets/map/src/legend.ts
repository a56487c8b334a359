// The legend: a button for each group with its mark, name and number of points. A click hides or shows, two isolate.

import { MARKS, valueGradient } from "./colours";

export interface Entry {
  code: number;
  text: string;
  colour: string;
  mark: number;
  count: number;
}

export class Legend {
  readonly hidden = new Set<number>();
  private entries: Entry[] = [];
  private readonly counts = new Map<number, HTMLElement>();
  private readonly buttons = new Map<number, HTMLButtonElement>();

  constructor(
    private readonly place: HTMLElement,
    private readonly changed: () => void,
  ) {}

  /** Groups to list; those that were hidden stay so. */
  groups(entries: Entry[]): void {
    const same = (a: Entry, b: Entry) => a.code === b.code && a.text === b.text && a.colour === b.colour;
    if (entries.length === this.entries.length && entries.every((entry, i) => same(entry, this.entries[i]))) {
      this.entries = entries; // only the numbers differ, and `chosen` writes those
      return;
    }
    this.entries = entries;
    this.counts.clear();
    this.buttons.clear();
    const known = new Set(entries.map((e) => e.code));
    for (const code of [...this.hidden]) if (!known.has(code)) this.hidden.delete(code);
    this.place.replaceChildren(...entries.map((entry) => this.button(entry)));
    this.refresh();
  }

  /** A scale with its two ends instead of groups; gaps: some points have no value. */
  values(words: string, ends: [string, string] = ["0", "1"], gaps = false): void {
    this.entries = [];
    this.hidden.clear();
    const bar = document.createElement("span");
    bar.className = "scale";
    bar.style.background = valueGradient;
    const [low, high, none] = [...ends, "grey: no value"].map((text) => Object.assign(document.createElement("span"), { textContent: text }));
    const name = Object.assign(document.createElement("span"), { textContent: words });
    this.place.replaceChildren(name, low, bar, high, ...(gaps ? [none] : []));
  }

  /** How many of each group are chosen, beside how many there are; null: none is chosen. */
  chosen(counts: Uint32Array | null): void {
    for (const { code, count } of this.entries) {
      const all = count.toLocaleString("en");
      const element = this.counts.get(code);
      if (element) element.textContent = counts ? `${counts[code].toLocaleString("en")} / ${all}` : all;
    }
  }

  private button(entry: Entry): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "entry";
    button.title = "Click: hide or show. Double click: this one alone, or all.";
    const mark = Object.assign(document.createElement("span"), { className: "mark", textContent: MARKS[entry.mark] });
    mark.style.color = entry.colour;
    mark.ariaHidden = "true";
    const name = Object.assign(document.createElement("span"), { textContent: entry.text });
    const count = Object.assign(document.createElement("span"), { className: "count" });
    this.counts.set(entry.code, count);
    this.buttons.set(entry.code, button);
    button.append(mark, name, count);
    button.addEventListener("click", () => {
      if (!this.hidden.delete(entry.code)) this.hidden.add(entry.code);
      this.refresh();
      this.changed();
    });
    button.addEventListener("dblclick", () => {
      const others = this.entries.filter((other) => other.code !== entry.code);
      const alone = others.every((other) => this.hidden.has(other.code)) && !this.hidden.has(entry.code);
      this.hidden.clear();
      if (!alone) for (const other of others) this.hidden.add(other.code);
      this.refresh();
      this.changed();
    });
    return button;
  }

  private refresh(): void {
    for (const [code, button] of this.buttons) button.setAttribute("aria-pressed", String(!this.hidden.has(code)));
  }
}
