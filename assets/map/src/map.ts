// The map: one instance for each place in the page. It reads its inbox, draws, and tells Python what was chosen.

import { Card } from "./card";
import { colourOf, groupTexture, letterOf, markOf, valueTexture } from "./colours";
import { factsOf, nameOf, rowsOf, type Groups } from "./facts";
import { Density } from "./density";
import { Gestures, type Tool } from "./gestures";
import { Guest } from "./guest";
import { Hint } from "./hint";
import { inbox, type Inbox } from "./inbox";
import { listen } from "./keyboard";
import { FACE, Labels, middles } from "./labels";
import { Legend } from "./legend";
import type { Codes, Paint } from "./parts";
import { Pictures } from "./pictures";
import { GLIDE, Places } from "./places";
import { Player } from "./player";
import { CHOSEN, HIDDEN, PLAIN, Points } from "./points";
import { Reel } from "./reel";
import { Selection } from "./selection";
import { Story } from "./story";
import css from "./style.css";
import { Table } from "./table";
import { hearThumbs } from "./thumbs";
import { Toolbar } from "./toolbar";
import { View } from "./view";

interface Options {
  map: string; // key of the inbox
  height: number; // pixels; 0: as high as the window leaves room
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

const DENSE = 3_000; // points from which contours are drawn unless asked otherwise
const MANY = 15_000; // from which they veil the points
const SETTLE = 180; // milliseconds without a move, after which all points are drawn
const CONTROLS = 46; // pixels at the top that the controls of a map lie on
const LEGEND = 38; // and at the bottom its legend
const EDGE = 8; // pixels between the map and the lower edge of the window
const NARROW = 860; // pixels of a window in which the galleries stand below the map
const LEAST = 340; // pixels of height
const USUAL = 620;
const REACH = 14; // pixels within which the pointer finds a point
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
  private readonly density = new Density(this.part("density", "canvas") as HTMLCanvasElement, () => this.redraw());
  private readonly canvas = this.part("points", "canvas") as HTMLCanvasElement;
  private readonly thumbs = this.part("thumbs", "canvas") as HTMLCanvasElement;
  private readonly labels = new Labels(this.part("labels"));
  private readonly guest = new Guest(this.part("guest"));
  private readonly glass = this.part("glass");
  private readonly hint = new Hint(this.part("hinted"));
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

  private readonly places = new Places();
  private readonly selection = new Selection();
  private reel: Reel | null = null;
  private frame = { version: "", space: "" };
  private paint: Paint | null = null;
  private codes: Codes = new Uint8Array(0);
  private groups: { x: number; y: number; count: number }[] = [];
  private factor = 1; // by which points are larger than usual
  private waiting = 0; // the animation frame that will draw
  private overlay = 0; // the one that will draw pictures only
  private over = false;
  private contours: boolean | null = null; // whether they are drawn; null: where there are many points
  private settling = 0; // the timer after which the view counts as at rest
  private faces: { of: string; css: (code: number) => string } | null = null;
  private readonly deaf: () => void;

  constructor(place: HTMLElement | ShadowRoot, private options: Options, public tell: Mounted["setTriggerValue"]) {
    this.root.className = "map";
    this.pane.className = "pane";
    this.ground.className = "ground";
    this.ground.tabIndex = 0;
    this.ground.role = "application";
    const plays = options.reel ? " Space plays, comma and full stop step through the moments." : "";
    this.ground.ariaLabel = `${options.words}. Enter looks at a point, and arrow keys then walk to the next; else they move the map. Plus and minus zoom, R shows all, Escape clears the selection.${plays}`;
    this.spoken.ariaLive = "polite";
    this.chip.type = "button";
    this.chip.hidden = true;
    const style = Object.assign(document.createElement("style"), { textContent: css });
    this.root.append(style, this.pane);
    this.root.classList.toggle("reeled", options.reel);
    this.root.classList.toggle("windowed", !options.height);
    this.pane.append(this.ground);
    place.append(this.root);
    this.points = new Points(this.canvas);
    this.box = inbox(options.map);
    this.pictures = new Pictures(this.box, () => this.pictureCame());
    this.player = new Player(this.part("player", "div", this.pane), (milliseconds, evenly) => this.go(milliseconds, evenly));
    this.legend = new Legend(this.part("legend", "div", options.height ? this.pane : this.ground), () => this.restate());
    this.table = new Table(this.pane, () => (this.paint ? rowsOf(this.shown, this.box, this.selection) : []));
    this.story = new Story(this.part("story", "div", this.root));
    this.card = new Card(this.ground, this.pictures, (row) => factsOf(row, this.shown, this.box), (row) => this.at(row), (row) => this.looked(row));
    this.toolbar = new Toolbar(this.part("tools"), {
      tool: (tool) => this.take(tool),
      size: (factor) => {
        this.factor = factor;
        this.redraw();
      },
      density: (on) => {
        this.contours = on;
        this.contour();
      },
      pictures: (on) => {
        this.pictures.asPoints = on;
        this.redraw();
      },
      reset: () => this.reset(),
    });
    this.toolbar.withPictures(false);
    this.gestures = new Gestures(this.glass, this.view, {
      viewChanged: () => this.moved(),
      hint: (words) => this.hint.say(words),
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
        move: (dx, dy) => this.moved(this.view.move(dx, dy)),
        near: (factor) => this.moved(this.view.near(factor)),
        enter: () => this.enter(),
        walk: (dx, dy) => this.walk(dx, dy),
      },
      () => this.over || focused(),
      focused,
    );
    this.deaf = hearThumbs(options.link, { show: (sample) => this.showSample(sample), ring: (sample) => this.card.hear(this.rowOf(sample)) });
    if (!options.height) {
      [this.view.top, this.view.bottom] = [CONTROLS, LEGEND];
      [this.card.upper, this.card.lower] = [CONTROLS, LEGEND];
    }
    this.measure();
    window.addEventListener("resize", this.measure);
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(this.ground);
    this.resize();
    window.addEventListener(LOOK, this.sees);
    this.box.arrived = this.hears;
    for (const part of ["story", "frame", "paint", "card", "truth", "faces", "chosen", "pictures", "guest"]) this.read(part);
  }

  /** Something is looked at, here or on another map: the others ring the same sample. */
  private readonly sees = (event: Event): void => {
    const { link, map, sample } = (event as CustomEvent<Look>).detail;
    if (link === this.options.link && map !== this.options.map) this.card.hear(this.rowOf(sample));
  };

  private looked(row: number): void {
    if (!this.options.link) return;
    const ids = this.box.get("frame")?.arrays.ids;
    const detail: Look = { link: this.options.link, map: this.options.map, sample: row >= 0 && ids ? ids[row] : row };
    window.dispatchEvent(new CustomEvent(LOOK, { detail }));
  }

  /** As high as the window leaves room below what stands above the map, or as the page has said. */
  private readonly measure = (): void => {
    const { height } = this.options;
    const host = (this.root.getRootNode() as ShadowRoot).host?.closest<HTMLElement>(".st-key-explore-columns");
    const scrolled = host?.closest("[data-testid='stMain']")?.scrollTop ?? 0;
    const above = (host?.getBoundingClientRect().top ?? 0) + scrolled;
    const narrow = window.innerWidth <= NARROW ? 0.72 * window.innerHeight : Infinity;
    const free = host ? Math.max(LEAST, Math.min(window.innerHeight - above - EDGE, narrow)) : USUAL;
    this.ground.style.height = `${height || Math.round(free)}px`;
  };

  private readonly hears = (part: string): void => this.read(part);

  /** A part of what Python has to say is new. */
  private read(part: string): void {
    if (part === "pictures" || part.startsWith("sheet:")) {
      this.pictures.read(part);
      this.toolbar.withPictures(this.pictures.there);
    } else if (part === "chosen") this.hear();
    else if (part === "faces") this.readFaces();
    else if (part === "guest") {
      this.guest.read(this.box.get("guest"));
      this.redraw();
    } else if (part === "story") {
      const story = this.box.get("story");
      if (story) this.story.read(story);
      this.tellStory(0);
    } else if (["frame", "paint", "reel", "groups", "play"].includes(part)) this.lay();
    this.card.fill();
    this.table.changed();
  }

  /** Put the points in their places and colours, once both are there and fit together. */
  private lay(): void {
    const frame = this.box.get("frame");
    const paint = this.box.get("paint");
    if (!frame || !paint) return;
    const { xy } = frame.arrays;
    const { codes } = paint.arrays;
    if (codes.length * 2 !== xy.length) return; // one of them is still on its way
    const reel = this.options.reel ? this.fitting(codes.length) : null;
    if (this.options.reel && !reel) return;
    this.paint = paint.facts;
    this.player.load(reel, this.box.at, this.box.get("play")?.facts.moment ?? "");
    const { space } = frame.facts;
    if (frame.version !== this.frame.version || reel !== this.reel) {
      const glides = space !== "" && space === this.frame.space && xy.length === this.places.xy.length && reel === this.reel;
      this.reel = reel;
      this.put(reel ? reel.places(this.player.at) : xy, glides ? GLIDE : 0, false);
      if (!glides) {
        this.view.fit(reel ? reel.box : this.places.grid.box);
        this.card.pin(-1);
        this.card.over(-1);
        this.card.hear(-1);
      }
      this.frame = { version: frame.version, space };
      this.selection.resize(codes.length);
      this.codes = codes;
      this.hear();
    }
    this.root.dataset.frame = frame.version;
    this.colour(false);
    this.tellStory(0);
  }

  /** The reel of so many points, once all of it is there. */
  private fitting(rows: number): Reel | null {
    const [frames, groups] = [this.box.get("reel"), this.box.get("groups")];
    if (!frames || !groups || !this.box.get("play")) return null;
    if (this.reel?.version === `${frames.version}/${groups.version}`) return this.reel;
    const reel = new Reel(frames, groups);
    return reel.fits(rows) ? reel : null;
  }

  /** Points to their places, gliding for so many milliseconds from where they are now. */
  private put(xy: Float32Array, milliseconds: number, evenly: boolean): void {
    this.places.put(xy, milliseconds, evenly);
    this.points.place(xy, this.places.before);
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
    return this.reel !== null && this.box.get("play")?.facts.then === true;
  }

  /** The groups as they are shown now. */
  private get shown(): Groups {
    const atEnd = this.then ? this.reel!.groups(this.reel!.steps.length - 1) : null;
    return { paint: this.paint!, codes: this.codes, atEnd, known: this.box.get("play")?.facts.known ?? "", middles: this.groups };
  }

  /** Colours, labels and legend of the groups that are shown now; labels may glide to their new places. */
  private colour(glide: boolean): void {
    const paint = this.box.get("paint")!;
    const { palette, noise, kind } = this.paint!;
    const codes = this.then ? this.reel!.groups(this.player.at) : paint.arrays.codes;
    const n = Math.max(this.paint!.n_codes, this.then ? this.reel!.nCodes : 0);
    this.codes = codes;
    this.points.colour(codes, kind === "groups" ? groupTexture(n, palette, noise) : valueTexture(this.paint!.gaps ? noise : undefined));
    this.groups = middles(this.places.xy, kind === "groups" ? codes : new Uint8Array(codes.length), kind === "groups" ? n : 1);
    const stays = (code: number, count: number) => count > 0 || (this.then && code > 0); // a legend that does not jump
    const shown = this.groups.map((group, code) => ({ ...group, code })).filter((group) => stays(group.code, group.count));
    const entries = kind === "groups" ? shown.map((g) => ({ ...g, text: nameOf(this.paint, g.code), colour: colourOf(g.code, palette, noise), mark: markOf(g.code, palette), face: this.faces?.of === paint.version ? this.faces.css(g.code) : "" })) : [];
    this.labels.set(entries.filter((entry) => entry.code > 0 && entry.count > 0), glide);
    if (kind === "groups") this.legend.groups(entries);
    else this.legend.values(this.paint!.by, this.paint!.ends, this.paint!.gaps);
    this.root.dataset.paint = paint.version;
    this.restate();
  }

  /** Curves, sizes and counts of the moment that is shown. */
  private tellStory(milliseconds: number): void {
    if (!this.reel || !this.paint) return;
    const { palette, noise } = this.paint;
    const { at } = this.player;
    this.root.dataset.at = String(at);
    this.story.show(at, this.reel.groups(at), { palette, noise, name: (code) => (code ? letterOf(code - 1) : "Noise") }, milliseconds);
  }

  /** Which points are hidden, plain or chosen. */
  private restate(): void {
    const states = new Uint8Array(this.codes.length);
    const { hidden } = this.legend;
    for (let row = 0; row < states.length; row++) {
      states[row] = hidden.size && hidden.has(this.codes[row]) ? HIDDEN : this.selection.has(row) ? CHOSEN : PLAIN;
    }
    this.points.mark(states);
    this.contour();
    const { count } = this.selection;
    const counts = count ? (this.paint?.kind === "groups" ? this.selection.byCode(this.codes, this.groups.length) : new Uint32Array(this.groups.length)) : null;
    this.legend.chosen(counts);
    this.chip.hidden = !count;
    this.chip.textContent = `${count.toLocaleString("en")} selected ×`;
    this.chip.ariaLabel = `${count} points are selected. Clear the selection`;
    this.root.dataset.chosen = String(count);
    this.table.changed();
    this.redraw();
  }

  private counts(row: number): boolean {
    return !this.legend.hidden.has(this.codes[row]);
  }

  private at(row: number): [number, number] {
    return this.view.toScreen(...this.places.at(row));
  }

  private find(px: number, py: number): number {
    const [x, y] = this.view.toPlane(px, py);
    return this.places.xy.length ? this.places.grid.nearest(x, y, REACH / this.view.scale, (row) => this.counts(row)) : -1;
  }

  private inside(outline: [number, number][]): number[] {
    const polygon = new Float32Array(outline.flatMap(([px, py]) => this.view.toPlane(px, py)));
    const rows: number[] = [];
    this.places.grid.inPolygon(polygon, (row) => this.counts(row) && rows.push(row));
    return rows;
  }

  private click(px: number, py: number, add: boolean): void {
    const row = this.find(px, py);
    this.card.pin(row);
    if (row >= 0) this.choose([row], add, row);
  }

  /** Choose points, and tell Python. */
  private choose(rows: number[], add: boolean, pinned = -1): void {
    this.card.pin(pinned); // a card of another point would lie over what was chosen
    const picked = this.selection.choose(rows, add);
    this.spoken.textContent = `${this.selection.count} points selected`;
    this.restate();
    this.tell("picked", { frame: this.frame.version, ...picked });
  }

  private hear(): void {
    if (this.selection.hear(this.box.get("chosen"))) this.restate();
  }

  private clear(): boolean {
    const any = this.selection.count > 0 || this.card.pinned >= 0;
    this.card.pin(-1);
    if (this.selection.count) this.choose([], false);
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
    this.moved();
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

  /** The view has moved: some of the points will do until it rests. */
  private moved(_done?: void): void {
    window.clearTimeout(this.settling);
    this.settling = window.setTimeout(() => {
      this.settling = 0;
      this.redraw();
    }, SETTLE);
    this.redraw();
  }

  /** Contours of the groups that are shown, when the map rests. */
  private contour(): void {
    const { paint, codes, places } = this;
    const on = this.contours ?? codes.length >= DENSE;
    this.toolbar.density(on);
    const grouped = paint?.kind === "groups";
    const cloud = () => ({
      xy: places.xy,
      group: (row: number) => (!this.counts(row) ? -1 : grouped ? codes[row] : 0),
      colours: grouped ? Array.from({ length: this.groups.length }, (_, code) => colourOf(code, paint.palette, paint.noise)) : ["#888888"],
    });
    this.density.of(on && paint && codes.length && !this.reel ? cloud : null);
    this.redraw();
  }

  /** The pictures of the groups' labels have come. */
  private readFaces(): void {
    const faces = this.box.get("faces");
    if (!faces) return;
    const { codes, of, columns, width, height, type } = faces.facts;
    const url = URL.createObjectURL(new Blob([faces.arrays.file], { type }));
    const scale = FACE / Math.max(width, height);
    const [w, h, lines] = [width * scale, height * scale, Math.ceil(codes.length / columns)];
    const css = (code: number) => {
      const place = codes.indexOf(code);
      const [x, y] = [(place % columns) * w, Math.floor(place / columns) * h];
      return place < 0 ? "" : `width:${w}px;height:${h}px;background:url(${url}) -${x}px -${y}px / ${columns * w}px ${lines * h}px`;
    };
    this.faces = { of, css };
    if (this.paint) this.colour(false);
  }

  private rowOf(sample: number): number {
    const ids = this.box.get("frame")?.arrays.ids;
    const row = sample < 0 || !ids ? sample : ids.indexOf(sample);
    return row < this.codes.length && (row < 0 || this.counts(row)) ? row : -1;
  }

  /** A picture elsewhere on the page was clicked. */
  private showSample(sample: number): void {
    const row = this.rowOf(sample);
    if (row < 0) this.hint.say("This sample is not on the map, which shows a part of them");
    else this.lookAt(row);
    this.ground.scrollIntoView({ block: "nearest" });
  }

  /** Look at a point: its card is pinned, its place is seen, and it is told to those who cannot see. */
  private lookAt(row: number): void {
    this.view.show(...this.places.at(row));
    this.card.pin(row);
    const { title, lines } = factsOf(row, this.shown, this.box);
    this.spoken.textContent = [title, ...lines.map((line) => line.join(" "))].join(", ");
    this.redraw();
  }

  /** The point in the middle of the view, or, if one is looked at already, that one chosen. */
  private enter(): void {
    if (this.card.pinned >= 0) return this.choose([this.card.pinned], false, this.card.pinned);
    const [x, y] = this.view.toPlane(this.view.width / 2, this.view.height / 2);
    const row = this.places.xy.length ? this.places.grid.nearest(x, y, Infinity, (one) => this.counts(one)) : -1;
    if (row >= 0) this.lookAt(row);
  }

  private walk(dx: number, dy: number): boolean {
    const { pinned } = this.card;
    if (pinned < 0) return false;
    const [px, py] = this.at(pinned);
    let [best, closest] = [-1, Infinity];
    for (let row = 0; row < this.codes.length; row++) {
      const [x, y] = this.at(row);
      const along = (x - px) * dx + (y - py) * dy;
      const aside = Math.abs((x - px) * dy - (y - py) * dx);
      const cost = along + 2 * aside;
      if (along > 0.5 && aside <= along && cost < closest && this.counts(row)) [best, closest] = [row, cost];
    }
    if (best >= 0) this.lookAt(best);
    return true;
  }

  private redraw(_done?: void): void {
    this.waiting ||= requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.waiting = 0;
    if (this.places.advance()) this.redraw();
    this.density.draw(this.view);
    const veil = this.codes.length > MANY ? 0.45 * this.density.seen(this.view.zoom) : 0;
    this.points.draw(this.view, this.places.t, this.factor, this.settling > 0, veil);
    this.labels.place(this.view, this.places.t, (code) => !this.legend.hidden.has(code));
    this.drawPictures();
    this.guest.place(this.view);
    this.card.move();
    this.root.dataset.zoom = this.view.zoom.toFixed(3);
    this.root.dataset.drawn = this.root.dataset.paint ?? "";
  }

  private drawPictures(): void {
    const ratio = window.devicePixelRatio || 1;
    const { width, height } = this.view;
    const rows: number[] = [];
    if (!this.places.gliding && this.pictures.there && this.pictures.asPoints && this.places.xy.length) {
      this.places.grid.inBox(this.view.seen, (row) => {
        if (this.counts(row)) rows.push(row);
        return rows.length <= Pictures.most;
      });
    }
    const context = this.thumbs.getContext("2d")!;
    if (rows.length) Object.assign(this.thumbs, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const colour = (row: number) => (this.paint?.kind === "groups" ? colourOf(this.codes[row], this.paint.palette, this.paint.noise) : "#888");
    this.thumbs.hidden = !rows.length || !this.pictures.drawAll(context, rows, (row) => this.at(row), colour, this.view, this.factor);
  }

  destroy(): void {
    cancelAnimationFrame(this.waiting);
    cancelAnimationFrame(this.overlay);
    this.watch.disconnect();
    this.player.pause();
    window.removeEventListener(LOOK, this.sees);
    window.removeEventListener("resize", this.measure);
    this.deafen();
    this.deaf();
    this.density.stop();
    window.clearTimeout(this.settling);
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
