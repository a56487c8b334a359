// The card of a point: a ring around it at once, then its picture and what is known of it. A click pins the card.

import type { Pictures } from "./pictures";

export interface Facts {
  title: string;
  colour: string;
  lines: [name: string, value: string][];
}

const DWELL = 70; // milliseconds on a point before its card is shown
const GRACE = 260; // that a card stays when the point is left
const SIDE = 112; // pixels of the picture
const EDGE = 8; // pixels between a pinned card and the edge of the map

export class Card {
  row = -1; // the point that is looked at
  upper = 46; // pixels that a pinned card leaves free at the top and at the bottom
  lower = EDGE;
  pinned = -1;
  private readonly ring = element("div", "ring");
  private readonly echo = element("div", "ring echo"); // around the sample that is looked at on another map
  private heard = -1;
  private readonly card = element("div", "card");
  private readonly picture = document.createElement("canvas");
  private readonly words = element("div", "words");
  private timer = 0;

  /** ground: where ring and card lie; facts and place of a row; looked: another point is looked at. */
  constructor(
    private readonly ground: HTMLElement,
    private readonly pictures: Pictures,
    private readonly facts: (row: number) => Facts,
    private readonly place: (row: number) => [number, number],
    private readonly looked: (row: number) => void,
  ) {
    this.card.role = "status";
    this.card.append(this.picture, this.words);
    ground.append(this.echo, this.ring, this.card);
    this.echo.hidden = this.ring.hidden = this.card.hidden = true;
  }

  /** The pointer is on a point, or on none (-1). */
  over(row: number): void {
    if (row === this.row) return;
    this.row = row;
    this.move();
    this.looked(row);
    window.clearTimeout(this.timer);
    if (this.pinned >= 0) return;
    const shown = !this.card.hidden;
    this.timer = window.setTimeout(() => this.fill(), row < 0 ? GRACE : shown ? 0 : DWELL);
  }

  /** Ring a point that is looked at on another map, or none (-1). */
  hear(row: number): void {
    this.heard = row;
    this.move();
  }

  /** Keep the card of a point until it is unpinned with -1. */
  pin(row: number): void {
    this.pinned = row;
    window.clearTimeout(this.timer);
    this.fill();
    this.move();
  }

  /** Fill the card anew: labels or pictures have changed. */
  fill(): void {
    const row = this.pinned >= 0 ? this.pinned : this.row;
    this.card.hidden = row < 0;
    if (row < 0) return;
    const { title, colour, lines } = this.facts(row);
    const head = element("b", "title");
    head.textContent = title;
    head.style.setProperty("--colour", colour);
    this.words.replaceChildren(
      head,
      ...lines.map(([name, value]) => {
        const line = element("div", "fact");
        line.append(Object.assign(element("span", "name"), { textContent: name }), value);
        return line;
      }),
    );
    if (this.pinned >= 0) {
      const close = document.createElement("button");
      close.type = "button";
      close.className = "close";
      close.textContent = "×";
      close.ariaLabel = "Close the card";
      close.addEventListener("click", () => this.pin(-1));
      this.words.append(close);
    }
    this.paint(row);
    this.move();
  }

  private paint(row: number): void {
    this.picture.hidden = !this.pictures.there;
    if (this.picture.hidden) return;
    const [width, height] = this.pictures.fit(SIDE).map(Math.round);
    Object.assign(this.picture, { width, height });
    const context = this.picture.getContext("2d");
    if (context) this.card.dataset.picture = String(this.pictures.draw(context, row, 0, 0, width, height));
  }

  /** Put ring and card where the point is now. */
  move(): void {
    const row = this.row >= 0 ? this.row : this.pinned;
    this.echo.hidden = this.heard < 0;
    if (this.heard >= 0) at(this.echo, ...this.place(this.heard));
    this.ring.hidden = row < 0;
    if (row >= 0) at(this.ring, ...this.place(row));
    const told = this.pinned >= 0 ? this.pinned : this.row;
    if (this.card.hidden || told < 0) return;
    const [px, py] = this.place(told);
    const { clientWidth: width, clientHeight: height } = this.ground;
    if (this.pinned >= 0) {
      // in the corner that is farthest from its point, clear of what lies on the edges of the map
      const [wide, high] = [width - this.card.offsetWidth - EDGE, height - this.card.offsetHeight - this.lower];
      at(this.card, px > width / 2 ? EDGE : wide, py > height / 2 ? this.upper : Math.max(this.upper, high));
      return;
    }
    const x = px + 16 + this.card.offsetWidth > width ? px - 16 - this.card.offsetWidth : px + 16;
    const y = Math.min(Math.max(4, py - this.card.offsetHeight / 2), height - this.card.offsetHeight - 4);
    at(this.card, Math.max(4, x), y);
  }
}

function at(element: HTMLElement, x: number, y: number): void {
  element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
}

function element(tag: string, name: string): HTMLElement {
  return Object.assign(document.createElement(tag), { className: name });
}
