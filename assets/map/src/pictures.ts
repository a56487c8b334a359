// Thumbnails: sheets of many pictures that are fetched when they are needed, one picture of them, and pictures as points.

import type { Inbox } from "./inbox";
import { sheetNumber, type Plan } from "./parts";
import type { View } from "./view";

const AT_ONCE = 12; // sheets of one question to Python
const PATIENCE = 5_000; // milliseconds after which it is asked again
const MOST = 400; // pictures that are drawn instead of points
const SPARSE = 34; // pixels between neighbours, from which pictures instead of points are worth it

const kept = new Map<string, Map<number, HTMLImageElement>>(); // by version of the plan: two maps share their pictures

export class Pictures {
  asPoints = true;
  private plan: (Plan & { version: string }) | null = null;
  private sheets = new Map<number, HTMLImageElement>();
  private asked = 0; // when, or 0: no question is open
  private lastAsked: number[] = [];
  private readonly urgent = new Set<number>(); // sheets that are looked at
  private timer = 0;

  constructor(
    private readonly box: Inbox,
    private readonly arrived: () => void,
  ) {}

  get there(): boolean {
    return this.plan !== null;
  }

  /** The plan or a sheet has come. */
  read(part: string): void {
    const number = sheetNumber(part);
    if (number === null) return this.readPlan();
    const sheet = this.box.takeSheet(part);
    if (!sheet || sheet.facts.plan !== this.plan?.version) return;
    const image = new Image();
    const url = URL.createObjectURL(new Blob([sheet.arrays.file], { type: this.plan.type }));
    image.onload = () => {
      URL.revokeObjectURL(url);
      this.arrived();
    };
    image.src = url;
    this.sheets.set(number, image);
    this.urgent.delete(number);
    if (this.lastAsked.every((n) => this.sheets.has(n))) this.asked = 0;
    this.fetch();
  }

  private readPlan(): void {
    const plan = this.box.get("pictures");
    if (!plan) return;
    this.plan = { ...plan.facts, version: plan.version };
    if (!kept.has(plan.version)) kept.set(plan.version, new Map());
    for (const old of [...kept.keys()].slice(0, Math.max(0, kept.size - 3))) kept.delete(old);
    this.sheets = kept.get(plan.version)!;
    this.asked = 0;
    this.urgent.clear();
    this.fetch();
  }

  private missing(): number[] {
    const n = this.plan?.n_sheets ?? 0;
    const all = [...this.urgent, ...Array.from({ length: n }, (_, i) => i)];
    return [...new Set(all)].filter((i) => !this.sheets.has(i));
  }

  /** Ask for sheets that are not here, those that are looked at first. */
  private fetch(): void {
    window.clearTimeout(this.timer);
    const missing = this.missing();
    if (!missing.length || !this.box.ask) return;
    const wait = this.asked ? this.asked + PATIENCE - performance.now() : 0;
    if (wait > 0) {
      this.timer = window.setTimeout(() => this.fetch(), wait);
      return;
    }
    this.asked = performance.now();
    this.lastAsked = missing.slice(0, AT_ONCE);
    this.box.ask(this.lastAsked);
    this.timer = window.setTimeout(() => this.fetch(), PATIENCE);
  }

  /** Draw the picture of a point into a rectangle; false if it is not here yet: it is asked for. */
  draw(to: CanvasRenderingContext2D, row: number, x: number, y: number, width: number, height: number): boolean {
    const { plan } = this;
    if (!plan) return false;
    const sheet = Math.floor(row / plan.per_sheet);
    const image = this.sheets.get(sheet);
    if (!image?.complete || !image.naturalWidth) {
      if (!image) this.urgent.add(sheet);
      return false;
    }
    const place = row % plan.per_sheet;
    const [sx, sy] = [(place % plan.columns) * plan.width, Math.floor(place / plan.columns) * plan.height];
    to.imageSmoothingEnabled = width < plan.width;
    to.drawImage(image, sx, sy, plan.width, plan.height, x, y, width, height);
    return true;
  }

  /** Width and height of a picture whose longer side is `side`. */
  fit(side: number): [number, number] {
    const { width, height } = this.plan ?? { width: 1, height: 1 };
    const factor = side / Math.max(width, height);
    return [width * factor, height * factor];
  }

  /** Draw pictures at the points that are seen, if they are few enough to be told apart; whether it did. */
  drawAll(to: CanvasRenderingContext2D, rows: number[], place: (row: number) => [number, number], colour: (row: number) => string, view: View, factor: number): boolean {
    const room = Math.sqrt((view.width * view.height) / Math.max(rows.length, 1));
    if (!this.plan || !this.asPoints || !rows.length || rows.length > MOST || room < SPARSE) return false;
    const [width, height] = this.fit(Math.min(44, Math.max(22, room * 0.55)) * factor);
    for (const row of rows) {
      const [px, py] = place(row);
      const [x, y] = [Math.round(px - width / 2), Math.round(py - height / 2)];
      to.fillStyle = colour(row);
      to.fillRect(x - 2, y - 2, width + 4, height + 4);
      this.draw(to, row, x, y, width, height);
    }
    return true;
  }

  static readonly most = MOST;
}
