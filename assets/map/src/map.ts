// The map: one instance for each place in the page. It reads its inbox, draws, and tells Python what was chosen.

import { Card, type Facts } from "./card";
import { colourOf, groupTexture, markOf, valueTexture } from "./colours";
import { Gestures, type Tool } from "./gestures";
import { Grid } from "./grid";
import { inbox, type Inbox } from "./inbox";
import { listen } from "./keyboard";
import { Labels, middles } from "./labels";
import { Legend } from "./legend";
import { Pictures } from "./pictures";
import { CHOSEN, HIDDEN, PLAIN, Points } from "./points";
import { packSelection, unpackBits, type Numbers } from "./protocol";
import css from "./style.css";
import { Table, type Row } from "./table";
import { Toolbar } from "./toolbar";
import { View } from "./view";

interface Options {
  map: string; // key of the inbox
  height: number;
  words: string; // for those who cannot see it
  steps: string[]; // what the keys can step through
}

interface Mounted {
  data: Options;
  parentElement: HTMLElement | ShadowRoot;
  setTriggerValue: (name: string, value: unknown) => void;
}

interface Paint {
  kind: "groups" | "values";
  by: string; // what is coloured by
  names: string[] | null; // of the groups; else they are clusters with numbers
  palette: string[];
  noise: string;
  n_codes: number;
}

const REACH = 14; // pixels within which the pointer finds a point
const GLIDE = 600; // milliseconds

class PointMap {
  private readonly root = document.createElement("div");
  private readonly part = (name: string, tag = "div", place: HTMLElement = this.ground): HTMLElement => {
    const made = Object.assign(document.createElement(tag), { className: name });
    place.append(made);
    return made;
  };
  private readonly ground = document.createElement("div");
  private readonly canvas = this.part("points", "canvas") as HTMLCanvasElement;
  private readonly thumbs = this.part("thumbs", "canvas") as HTMLCanvasElement;
  private readonly labels = new Labels(this.part("labels"));
  private readonly glass = this.part("glass");
  private readonly chip = this.part("chip", "button") as HTMLButtonElement;
  private readonly spoken = this.part("spoken");
  private readonly legend: Legend;
  private readonly table: Table;
  private readonly toolbar: Toolbar;
  private readonly view = new View();
  private readonly points: Points;
  private readonly gestures: Gestures;
  private readonly pictures: Pictures;
  private readonly card: Card;
  private readonly box: Inbox;
  private readonly watch: ResizeObserver;
  private readonly deafen: () => void;

  private grid = new Grid(new Float32Array([0, 0]));
  private xy: Float32Array = new Float32Array(0);
  private frame = { version: "", space: "" };
  private paint: Paint | null = null;
  private codes: Uint8Array | Uint16Array = new Uint8Array(0);
  private groups: { x: number; y: number; count: number }[] = [];
  private chosen: Uint8Array = new Uint8Array(0);
  private count = 0;
  private seq = 0; // number of the last selection that was told to Python
  private factor = 1; // by which points are larger than usual
  private glideFrom = 0; // when a glide began
  private waiting = 0; // the animation frame that will draw
  private overlay = 0; // the one that will draw pictures only
  private over = false;

  constructor(place: HTMLElement | ShadowRoot, private options: Options, public tell: Mounted["setTriggerValue"]) {
    this.root.className = "map";
    this.ground.className = "ground";
    this.ground.style.height = `${options.height}px`;
    this.ground.tabIndex = 0;
    this.ground.role = "application";
    this.ground.ariaLabel = `${options.words}. Arrow keys move, plus and minus zoom, R shows all, Escape clears the selection.`;
    this.spoken.ariaLive = "polite";
    this.chip.type = "button";
    this.chip.hidden = true;
    const style = Object.assign(document.createElement("style"), { textContent: css });
    this.root.append(style, this.ground);
    place.append(this.root);
    this.points = new Points(this.canvas);
    this.box = inbox(options.map);
    this.pictures = new Pictures(this.box, () => this.pictureCame());
    this.legend = new Legend(this.part("legend", "div", this.root), () => this.restate());
    this.table = new Table(this.root, () => this.rows());
    this.card = new Card(this.ground, this.pictures, (row) => this.facts(row), (row) => this.at(row));
    this.toolbar = new Toolbar(this.part("tools"), {
      tool: (tool) => this.take(tool),
      size: (factor) => {
        this.factor = Math.min(4, Math.max(0.3, this.factor * factor));
        this.redraw();
      },
      pictures: (on) => {
        this.pictures.asPoints = on;
        this.redraw();
      },
      reset: () => this.reset(),
    });
    this.toolbar.withPictures(false);
    this.gestures = new Gestures(this.glass, this.view, {
      viewChanged: () => this.redraw(),
      hovered: (px, py) => this.card.over(this.find(px, py)),
      left: () => this.card.over(-1),
      clicked: (px, py, add) => this.click(px, py, add),
      drawn: (outline, add) => this.choose(this.inside(outline), add),
    });
    this.chip.addEventListener("click", () => this.choose([], false));
    this.root.addEventListener("pointerenter", () => (this.over = true));
    this.root.addEventListener("pointerleave", () => (this.over = false));
    const focused = () => (this.root.getRootNode() as Document | ShadowRoot).activeElement === this.ground;
    this.deafen = listen(
      {
        step: (what, by) => this.step(what, by),
        lasso: () => this.take(this.gestures.tool === "lasso" ? "move" : "lasso"),
        reset: () => this.reset(),
        clear: () => this.clear(),
        move: (dx, dy) => this.redraw(this.view.move(dx, dy)),
        near: (factor) => this.redraw(this.view.near(factor)),
      },
      () => this.over || focused(),
      focused,
    );
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(this.ground);
    this.resize();
    this.box.arrived = this.hears;
    for (const part of ["frame", "paint", "card", "truth", "chosen", "pictures"]) this.read(part);
  }

  private readonly hears = (part: string): void => this.read(part);

  private array(part: string, name: string): Numbers | undefined {
    return this.box.parts.get(part)?.arrays[name];
  }

  /** A part of what Python has to say is new. */
  private read(part: string): void {
    const message = this.box.parts.get(part);
    if (!message) return;
    if (part === "pictures" || part.startsWith("sheet:")) {
      this.pictures.read(part);
      this.toolbar.withPictures(this.pictures.there);
    } else if (part === "chosen") this.hear();
    else if (part === "frame" || part === "paint") this.lay();
    this.card.fill();
    this.table.changed();
  }

  /** Put the points in their places and colours, once both are there and fit together. */
  private lay(): void {
    const frame = this.box.parts.get("frame");
    const paint = this.box.parts.get("paint");
    if (!frame || !paint) return;
    const xy = frame.arrays.xy as Float32Array;
    const codes = paint.arrays.codes as Uint8Array | Uint16Array;
    if (codes.length * 2 !== xy.length) return; // one of them is still on its way
    this.paint = paint.facts as unknown as Paint;
    this.codes = codes;
    const space = String(frame.facts.space);
    if (frame.version !== this.frame.version) {
      const glides = space !== "" && space === this.frame.space && xy.length === this.xy.length;
      this.points.place(xy, glides ? this.xy : xy);
      this.glideFrom = glides ? performance.now() : 0;
      this.xy = xy;
      this.grid = new Grid(xy);
      if (!glides) {
        this.view.fit(this.grid.box);
        this.card.pin(-1);
        this.card.over(-1);
      }
      this.frame = { version: frame.version, space };
      if (this.chosen.length !== codes.length) [this.chosen, this.count] = [new Uint8Array(codes.length), 0];
      this.hear();
    }
    const { palette, noise, n_codes, kind } = this.paint;
    this.points.colour(codes, kind === "groups" ? groupTexture(n_codes, palette, noise) : valueTexture());
    this.groups = middles(xy, kind === "groups" ? codes : new Uint8Array(codes.length), kind === "groups" ? n_codes : 1);
    const shown = this.groups.map((group, code) => ({ ...group, code })).filter((group) => group.count > 0);
    const entries = kind === "groups" ? shown.map((g) => ({ ...g, text: this.name(g.code), colour: colourOf(g.code, palette, noise), mark: markOf(g.code, palette) })) : [];
    this.labels.set(entries.filter((entry) => entry.code > 0));
    if (kind === "groups") this.legend.groups(entries);
    else this.legend.values(this.paint.by);
    this.root.dataset.paint = paint.version;
    this.root.dataset.frame = frame.version;
    this.restate();
  }

  private name(code: number): string {
    if (code === 0) return "Noise";
    return this.paint?.names?.[code - 1] ?? String(code - 1);
  }

  /** Which points are hidden, plain or chosen. */
  private restate(): void {
    const states = new Uint8Array(this.codes.length);
    const { hidden } = this.legend;
    for (let row = 0; row < states.length; row++) {
      states[row] = hidden.size && hidden.has(this.codes[row]) ? HIDDEN : this.chosen[row] ? CHOSEN : PLAIN;
    }
    this.points.mark(states);
    let counts: Uint32Array | null = null;
    if (this.count) {
      counts = new Uint32Array(this.groups.length);
      if (this.paint?.kind === "groups") for (let row = 0; row < states.length; row++) counts[this.codes[row]] += this.chosen[row];
    }
    this.legend.chosen(counts);
    this.chip.hidden = !this.count;
    this.chip.textContent = `${this.count.toLocaleString("en")} selected ×`;
    this.chip.ariaLabel = `${this.count} points are selected. Clear the selection`;
    this.root.dataset.chosen = String(this.count);
    this.table.changed();
    this.redraw();
  }

  private counts(row: number): boolean {
    return !this.legend.hidden.has(this.codes[row]);
  }

  private at(row: number): [number, number] {
    return this.view.toScreen(this.xy[2 * row], this.xy[2 * row + 1]);
  }

  private find(px: number, py: number): number {
    const [x, y] = this.view.toPlane(px, py);
    return this.xy.length ? this.grid.nearest(x, y, REACH / this.view.scale, (row) => this.counts(row)) : -1;
  }

  private inside(outline: [number, number][]): number[] {
    const polygon = new Float32Array(outline.flatMap(([px, py]) => this.view.toPlane(px, py)));
    const rows: number[] = [];
    this.grid.inPolygon(polygon, (row) => this.counts(row) && rows.push(row));
    return rows;
  }

  private click(px: number, py: number, add: boolean): void {
    const row = this.find(px, py);
    this.card.pin(row);
    if (row >= 0) this.choose([row], add);
  }

  /** Choose points, and tell Python. */
  private choose(rows: number[], add: boolean): void {
    if (!add) this.chosen = new Uint8Array(this.codes.length);
    for (const row of rows) this.chosen[row] = 1;
    this.count = this.chosen.reduce((sum, one) => sum + one, 0);
    this.spoken.textContent = `${this.count} points selected`;
    this.restate();
    this.tell("picked", { seq: ++this.seq, frame: this.frame.version, add, ...packSelection(this.chosen, this.count) });
  }

  /** Python's selection: the one it was told, or another that came from elsewhere. */
  private hear(): void {
    const message = this.box.parts.get("chosen");
    const bits = this.array("chosen", "bits") as Uint8Array | undefined;
    const n = this.codes.length;
    if (!message || !bits || bits.length !== (n + 7) >> 3 || Number(message.facts.seq) < this.seq) return;
    this.seq = Number(message.facts.seq);
    this.chosen = unpackBits(bits, n);
    this.count = this.chosen.reduce((sum, one) => sum + one, 0);
    this.restate();
  }

  private clear(): boolean {
    const any = this.count > 0 || this.card.pinned >= 0;
    this.card.pin(-1);
    if (this.count) this.choose([], false);
    return any;
  }

  private step(what: "k" | "snapshot", by: number): boolean {
    if (!this.options.steps.includes(what)) return false;
    this.tell("step", { what, by });
    return true;
  }

  private take(tool: Tool): void {
    this.gestures.tool = tool;
    this.glass.dataset.tool = tool;
    this.toolbar.tool(tool);
  }

  private reset(): void {
    this.view.reset();
    this.redraw();
  }

  /** What the card tells of a point. */
  private facts(row: number): Facts {
    const { palette, noise } = this.paint!;
    const cluster = this.array("card", "cluster");
    const code = cluster?.length === this.codes.length ? cluster[row] : this.codes[row];
    const lines: [string, string][] = [];
    const confidence = this.array("card", "confidence");
    if (confidence?.length === this.codes.length) lines.push(["Confidence", (confidence[row] / 255).toFixed(2)]);
    const classes = this.array("truth", "classes");
    if (classes?.length === this.codes.length) {
      const names = this.box.parts.get("truth")?.facts.names as string[] | null;
      lines.push(["Class", names?.[classes[row] - 1] ?? String(classes[row] - 1)]);
    }
    const ids = this.box.parts.get("frame")?.arrays.ids;
    lines.push(["Sample", String(ids ? ids[row] : row)]);
    const named = !cluster && this.paint?.names; // coloured by something else, and nothing is known of clusters
    const title = named || code === 0 ? this.name(code) : `Cluster ${code - 1}`;
    return { title, colour: colourOf(code, palette, noise), lines };
  }

  private rows(): Row[] {
    const confidence = this.array("card", "confidence");
    const sums = this.groups.map(() => ({ chosen: 0, confidence: 0 }));
    const grouped = this.paint?.kind === "groups";
    for (let row = 0; row < this.codes.length; row++) {
      const sum = sums[grouped ? this.codes[row] : 0];
      sum.chosen += this.chosen[row];
      sum.confidence += confidence ? confidence[row] / 255 : 0;
    }
    const names = this.groups.map((_, code) => (grouped ? this.name(code) : "All"));
    return this.groups.flatMap(({ x, y, count }, code) => {
      if (!count) return [];
      let [nearest, closest] = ["–", Infinity];
      this.groups.forEach((other, c) => {
        const d = Math.hypot(other.x - x, other.y - y);
        if (c !== code && other.count && d < closest) [nearest, closest] = [names[c], d];
      });
      return [{ name: names[code], count, chosen: sums[code].chosen, confidence: confidence ? sums[code].confidence / count : null, x, y, nearest }];
    });
  }

  private pictureCame(): void {
    this.card.fill();
    this.overlay ||= requestAnimationFrame(() => {
      this.overlay = 0;
      this.drawPictures();
    });
  }

  private resize(): void {
    this.view.width = this.ground.clientWidth || 1;
    this.view.height = this.ground.clientHeight || 1;
    this.redraw();
  }

  private redraw(_done?: void): void {
    this.waiting ||= requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.waiting = 0;
    const t = this.glideFrom ? Math.min(1, (performance.now() - this.glideFrom) / GLIDE) : 1;
    if (t < 1) this.redraw();
    else this.glideFrom = 0;
    this.points.draw(this.view, t * t * (3 - 2 * t), this.factor);
    this.labels.place(this.view, (code) => !this.legend.hidden.has(code));
    this.drawPictures();
    this.card.move();
    this.root.dataset.zoom = this.view.zoom.toFixed(3);
    this.root.dataset.drawn = this.root.dataset.paint ?? "";
  }

  private drawPictures(): void {
    const ratio = window.devicePixelRatio || 1;
    const { width, height } = this.view;
    const rows: number[] = [];
    if (!this.glideFrom && this.pictures.there && this.pictures.asPoints && this.xy.length) {
      this.grid.inBox(this.view.seen, (row) => {
        if (this.counts(row)) rows.push(row);
        return rows.length <= Pictures.most;
      });
    }
    const context = this.thumbs.getContext("2d")!;
    if (rows.length) Object.assign(this.thumbs, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const colour = (row: number) => (this.paint?.kind === "groups" ? colourOf(this.codes[row], this.paint.palette, this.paint.noise) : "#888");
    this.thumbs.hidden = !rows.length || !this.pictures.drawAll(context, rows, (row) => this.at(row), colour, this.view);
  }

  destroy(): void {
    cancelAnimationFrame(this.waiting);
    cancelAnimationFrame(this.overlay);
    this.watch.disconnect();
    this.deafen();
    if (this.box.arrived === this.hears) this.box.arrived = null; // the next one may be there already
    this.points.destroy();
    this.root.remove();
  }
}

const mounted = new WeakMap<HTMLElement | ShadowRoot, PointMap>();

/** Streamlit calls this when the element is mounted, and again when the theme or the place in the page changes. */
export default function map({ data, parentElement, setTriggerValue }: Mounted): () => void {
  const there = mounted.get(parentElement);
  if (there) there.tell = setTriggerValue;
  else {
    try {
      mounted.set(parentElement, new PointMap(parentElement, data, setTriggerValue));
    } catch (error) {
      setTriggerValue("failed", String(error));
    }
  }
  return () => {
    mounted.get(parentElement)?.destroy();
    mounted.delete(parentElement);
  };
}
