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
import { Player } from "./player";
import { CHOSEN, HIDDEN, PLAIN, Points } from "./points";
import { packSelection, unpackBits, type Numbers } from "./protocol";
import { Reel } from "./reel";
import { Story } from "./story";
import css from "./style.css";
import { Table, type Row } from "./table";
import { Toolbar } from "./toolbar";
import { View } from "./view";

interface Options {
  map: string; // key of the inbox
  height: number;
  words: string; // for those who cannot see it
  steps: string[]; // what the keys can step through
  link: string; // maps with the same word ring the sample that is looked at on one of them
  reel: boolean; // whether the points move through many moments
}

interface Mounted {
  data: Options;
  parentElement: HTMLElement | ShadowRoot;
  setTriggerValue: (name: string, value: unknown) => void;
}

interface Look {
  link: string;
  map: string;
  sample: number; // -1: none
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
const LOOK = "deepclust-look"; // the event by which maps tell each other what is looked at

class PointMap {
  private readonly root = document.createElement("div");
  private readonly part = (name: string, tag = "div", place: HTMLElement = this.ground): HTMLElement => {
    const made = Object.assign(document.createElement(tag), { className: name });
    place.append(made);
    return made;
  };
  private readonly pane = document.createElement("div"); // the map with all that belongs to it, beside the story
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
  private readonly player: Player;
  private readonly story: Story;
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
  private before: Float32Array = new Float32Array(0); // where the points come from while they glide
  private t = 1; // how far they have come, 0 to 1
  private reel: Reel | null = null;
  private frame = { version: "", space: "" };
  private paint: Paint | null = null;
  private codes: Uint8Array | Uint16Array = new Uint8Array(0);
  private groups: { x: number; y: number; count: number }[] = [];
  private chosen: Uint8Array = new Uint8Array(0);
  private count = 0;
  private seq = 0; // number of the last selection that was told to Python
  private factor = 1; // by which points are larger than usual
  private glideFrom = 0; // when a glide began
  private glide = { milliseconds: GLIDE, evenly: false };
  private waiting = 0; // the animation frame that will draw
  private overlay = 0; // the one that will draw pictures only
  private over = false;

  constructor(place: HTMLElement | ShadowRoot, private options: Options, public tell: Mounted["setTriggerValue"]) {
    this.root.className = "map";
    this.pane.className = "pane";
    this.ground.className = "ground";
    this.ground.style.height = `${options.height}px`;
    this.ground.tabIndex = 0;
    this.ground.role = "application";
    const plays = options.reel ? " Space plays, comma and full stop step through the epochs." : "";
    this.ground.ariaLabel = `${options.words}. Arrow keys move, plus and minus zoom, R shows all, Escape clears the selection.${plays}`;
    this.spoken.ariaLive = "polite";
    this.chip.type = "button";
    this.chip.hidden = true;
    const style = Object.assign(document.createElement("style"), { textContent: css });
    this.root.append(style, this.pane);
    this.root.classList.toggle("reeled", options.reel);
    this.pane.append(this.ground);
    place.append(this.root);
    this.points = new Points(this.canvas);
    this.box = inbox(options.map);
    this.pictures = new Pictures(this.box, () => this.pictureCame());
    this.player = new Player(this.part("player", "div", this.pane), (milliseconds, evenly) => this.go(milliseconds, evenly));
    this.legend = new Legend(this.part("legend", "div", this.pane), () => this.restate());
    this.table = new Table(this.pane, () => this.rows());
    this.story = new Story(this.part("story", "div", this.root));
    this.card = new Card(this.ground, this.pictures, (row) => this.facts(row), (row) => this.at(row), (row) => this.looked(row));
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
        play: () => this.play(),
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
    window.addEventListener(LOOK, this.sees);
    this.box.arrived = this.hears;
    for (const part of ["story", "frame", "paint", "card", "truth", "chosen", "pictures"]) this.read(part);
  }

  /** Something is looked at, here or on another map: the others ring the same sample. */
  private readonly sees = (event: Event): void => {
    const { link, map, sample } = (event as CustomEvent<Look>).detail;
    if (link !== this.options.link || map === this.options.map) return;
    const ids = this.box.parts.get("frame")?.arrays.ids;
    const row = sample < 0 || !ids ? sample : ids.indexOf(sample);
    this.card.hear(row < this.codes.length && (row < 0 || this.counts(row)) ? row : -1);
  };

  private looked(row: number): void {
    if (!this.options.link) return;
    const ids = this.box.parts.get("frame")?.arrays.ids;
    const detail: Look = { link: this.options.link, map: this.options.map, sample: row >= 0 && ids ? ids[row] : row };
    window.dispatchEvent(new CustomEvent(LOOK, { detail }));
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
    else if (part === "story") {
      this.story.read(message);
      this.tellStory(0);
    } else if (["frame", "paint", "reel", "groups", "play"].includes(part)) this.lay();
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
    const reel = this.options.reel ? this.fitting(codes.length) : null;
    if (this.options.reel && !reel) return;
    this.paint = paint.facts as unknown as Paint;
    this.player.load(reel, this.box.at);
    const space = String(frame.facts.space);
    if (frame.version !== this.frame.version || reel !== this.reel) {
      const glides = space !== "" && space === this.frame.space && xy.length === this.xy.length && reel === this.reel;
      this.reel = reel;
      this.put(reel ? reel.places(this.player.at) : xy, glides ? GLIDE : 0, false);
      if (!glides) {
        this.view.fit(reel ? reel.box : this.grid.box);
        this.card.pin(-1);
        this.card.over(-1);
        this.card.hear(-1);
      }
      this.frame = { version: frame.version, space };
      if (this.chosen.length !== codes.length) [this.chosen, this.count] = [new Uint8Array(codes.length), 0];
      this.codes = codes;
      this.hear();
    }
    this.root.dataset.frame = frame.version;
    this.colour(false);
    this.tellStory(0);
  }

  /** The reel of so many points, once all of it is there. */
  private fitting(rows: number): Reel | null {
    const [frames, groups] = [this.box.parts.get("reel"), this.box.parts.get("groups")];
    if (!frames || !groups || !this.box.parts.has("play")) return null;
    if (this.reel?.version === `${frames.version}/${groups.version}`) return this.reel;
    const reel = new Reel(frames, groups);
    return reel.fits(rows) ? reel : null;
  }

  /** Points to their places, gliding for so many milliseconds from where they are now. */
  private put(xy: Float32Array, milliseconds: number, evenly: boolean): void {
    const glides = milliseconds > 0 && xy.length === this.xy.length && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.before = glides ? this.xy.map((to, i) => this.before[i] + (to - this.before[i]) * this.t) : xy;
    this.points.place(xy, this.before);
    this.t = glides ? 0 : 1;
    this.glideFrom = glides ? performance.now() : 0;
    this.glide = { milliseconds, evenly };
    this.xy = xy;
    this.grid = new Grid(xy);
  }

  /** To another moment of the reel. */
  private go(milliseconds: number, evenly: boolean): void {
    if (!this.reel) return;
    this.box.at = this.player.at;
    this.put(this.reel.places(this.player.at), milliseconds, evenly);
    this.colour(milliseconds > 0);
    this.tellStory(milliseconds);
    this.card.fill();
  }

  /** Whether the colours are those of the groups at the moment that is shown. */
  private get then(): boolean {
    return this.reel !== null && this.box.parts.get("play")?.facts.then === true;
  }

  /** Colours, labels and legend of the groups that are shown now; labels may glide to their new places. */
  private colour(glide: boolean): void {
    const paint = this.box.parts.get("paint")!;
    const { palette, noise, kind } = this.paint!;
    const codes = this.then ? this.reel!.groups(this.player.at) : (paint.arrays.codes as Uint8Array | Uint16Array);
    const n = Math.max(this.paint!.n_codes, this.then ? this.reel!.nCodes : 0);
    this.codes = codes;
    this.points.colour(codes, kind === "groups" ? groupTexture(n, palette, noise) : valueTexture());
    this.groups = middles(this.xy, kind === "groups" ? codes : new Uint8Array(codes.length), kind === "groups" ? n : 1);
    const stays = (code: number, count: number) => count > 0 || (this.then && code > 0); // a legend that does not jump
    const shown = this.groups.map((group, code) => ({ ...group, code })).filter((group) => stays(group.code, group.count));
    const entries = kind === "groups" ? shown.map((g) => ({ ...g, text: this.name(g.code), colour: colourOf(g.code, palette, noise), mark: markOf(g.code, palette) })) : [];
    this.labels.set(entries.filter((entry) => entry.code > 0 && entry.count > 0), glide);
    if (kind === "groups") this.legend.groups(entries);
    else this.legend.values(this.paint!.by);
    this.root.dataset.paint = paint.version;
    this.restate();
  }

  /** Curves, sizes and counts of the moment that is shown. */
  private tellStory(milliseconds: number): void {
    if (!this.reel || !this.paint) return;
    const { palette, noise } = this.paint;
    const { at } = this.player;
    this.root.dataset.at = String(at);
    this.story.show(at, this.reel.groups(at), { palette, noise, name: (code) => (code ? String(code - 1) : "Noise") }, milliseconds);
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
    const along = (i: number) => this.before[i] + (this.xy[i] - this.before[i]) * this.t;
    return this.view.toScreen(along(2 * row), along(2 * row + 1));
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

  private play(): boolean {
    if (this.reel) this.player.toggle();
    return this.reel !== null;
  }

  private step(what: "k" | "snapshot", by: number): boolean {
    if (what === "snapshot") return this.player.step(by);
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
    const known = cluster?.length === this.codes.length ? cluster[row] : undefined;
    const code = this.then ? this.codes[row] : (known ?? this.codes[row]);
    const lines: [string, string][] = [];
    const given = this.box.parts.get("card")?.facts.names as string[] | undefined; // what the clusters are called
    const called = (group: number) => given?.[group - 1] ?? `Cluster ${group - 1}`;
    if (this.then) lines.push(["At the end", called(known ?? this.reel!.groups(this.reel!.steps.length - 1)[row])]);
    const confidence = this.array("card", "confidence");
    if (confidence?.length === this.codes.length) lines.push(["Confidence", (confidence[row] / 255).toFixed(2)]);
    const classes = this.array("truth", "classes");
    if (classes?.length === this.codes.length) {
      const names = this.box.parts.get("truth")?.facts.names as string[] | null;
      lines.push(["Class", names?.[classes[row] - 1] ?? String(classes[row] - 1)]);
    }
    const ids = this.box.parts.get("frame")?.arrays.ids;
    lines.push(["Sample", String(ids ? ids[row] : row)]);
    const named = !cluster && !given && this.paint?.names; // coloured by something else, and nothing is known of clusters
    const title = named || code === 0 ? this.name(code) : called(code);
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
    this.story.draw();
    this.redraw();
  }

  private redraw(_done?: void): void {
    this.waiting ||= requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.waiting = 0;
    const passed = this.glideFrom ? Math.min(1, (performance.now() - this.glideFrom) / this.glide.milliseconds) : 1;
    if (passed < 1) this.redraw();
    else this.glideFrom = 0;
    this.t = this.glide.evenly ? passed : passed * passed * (3 - 2 * passed);
    this.points.draw(this.view, this.t, this.factor);
    this.labels.place(this.view, this.t, (code) => !this.legend.hidden.has(code));
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
    this.player.pause();
    window.removeEventListener(LOOK, this.sees);
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
