// The film of k: a column for every k, the clusters as their mean pictures, and lines where samples go from one k to the next.

import { colourOf, letterOf } from "./colours";
import css from "./film.css";
import { inbox, type Inbox } from "./inbox";
import type { FilmFacts, Told } from "./parts";

interface Options {
  film: string; // key of the inbox
  k: number; // that is shown
  range: [low: number, high: number] | null; // of the verdict
  names: string[]; // what every number is called
  palette: string[];
  answers: Record<string, Answer>; // to "two kinds or one?", by k, source and target
  words: string; // for those who cannot see it
}

interface Mounted {
  data: Options;
  parentElement: HTMLElement | ShadowRoot;
  setTriggerValue: (name: string, value: unknown) => void;
}

type Answer = "two" | "one";

const [NARROWEST, TOP, BOTTOM] = [52, 26, 8]; // pixels: of a column, and above and below all pictures
const LINE = 30; // pixels of height for each cluster of the largest k
const [SMALLEST, LARGEST] = [18, 44]; // pixels of a picture
const FAINT = 0.04; // of a cluster: fewer samples make no line
const NS = "http://www.w3.org/2000/svg";

interface Place {
  x: number; // of the middle
  y: number;
  side: number;
}

class Film {
  private readonly root = document.createElement("div");
  private readonly strip = element("div", "strip");
  private readonly card = element("div", "told");
  private readonly box: Inbox;
  private readonly watch: ResizeObserver;
  private url = ""; // of the sheet
  private version = "";
  private width = 0; // of the strip
  private steps: HTMLButtonElement[] = [];
  private ranged: HTMLElement | null = null;
  private timer = 0;
  private held = -1; // the split whose card was opened by a click

  constructor(place: HTMLElement | ShadowRoot, private options: Options, public tell: Mounted["setTriggerValue"]) {
    this.root.className = "film";
    this.root.tabIndex = 0;
    this.root.role = "group";
    this.root.append(this.strip, this.card);
    this.card.hidden = true;
    place.append(Object.assign(document.createElement("style"), { textContent: css }), this.root);
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("pointerdown", (event) => {
      if (!(event.target as Element).closest(".told, .hit")) this.close();
    });
    this.card.addEventListener("pointerenter", () => window.clearTimeout(this.timer));
    this.card.addEventListener("pointerleave", () => this.leave());
    this.box = inbox(options.film);
    this.box.arrived = () => this.draw();
    this.watch = new ResizeObserver(() => this.root.clientWidth !== this.width && this.draw());
    this.watch.observe(this.root);
    this.draw();
  }

  /** Python has another k, range, names or answers. */
  change(options: Options): void {
    const same = JSON.stringify([options.names, options.answers]) === JSON.stringify([this.options.names, this.options.answers]);
    this.options = options;
    if (same) this.mark();
    else this.draw();
  }

  private get told(): Told<"film"> | undefined {
    return this.box.get("film");
  }

  private colour(number: number): string {
    return colourOf(number + 1, this.options.palette, "#999");
  }

  private draw(): void {
    const { told } = this;
    this.width = this.root.clientWidth;
    if (!told || !this.width) return;
    if (told.version !== this.version) {
      URL.revokeObjectURL(this.url);
      this.url = URL.createObjectURL(new Blob([told.arrays.file], { type: told.facts.type }));
      this.version = told.version;
      this.close();
    }
    const { nodes, edges, splits } = told.facts;
    const ks = [...new Set(nodes.map(([k]) => k))].sort((a, b) => a - b);
    const column = Math.max(NARROWEST, this.width / ks.length);
    const height = TOP + BOTTOM + LINE * Math.max(...ks);
    Object.assign(this.strip.style, { width: `${column * ks.length}px`, height: `${height}px` });
    const places = new Map<string, Place>();
    const largest = Math.max(...nodes.map(([, , size]) => size));
    for (const [k, cluster, size, y] of nodes) {
      const room = Math.min((height - TOP - BOTTOM) / k - 8, column * 0.62, LARGEST);
      const side = Math.max(SMALLEST, room * Math.sqrt(0.35 + 0.65 * (size / largest)));
      places.set(`${k}/${cluster}`, { x: column * (ks.indexOf(k) + 0.5), y: TOP + y * (height - TOP - BOTTOM), side });
    }
    this.ranged = element("div", "ranged");
    this.steps = ks.map((k, i) => this.step(k, i * column, column));
    const svg = document.createElementNS(NS, "svg");
    svg.setAttribute("width", String(column * ks.length));
    svg.setAttribute("height", String(height));
    const split = new Map(splits.map(([edge], i) => [edge, i]));
    edges.forEach((edge, number) => svg.append(...this.edge(edge, places, split.get(number))));
    this.strip.replaceChildren(this.ranged, ...this.steps, svg, ...nodes.map((node) => this.node(node, places, ks[0])));
    this.mark();
  }

  /** The band of the verdict, and the k that is shown. */
  private mark(): void {
    const { k, range, words } = this.options;
    const within = this.steps.filter((step) => range && Number(step.dataset.k) >= range[0] && Number(step.dataset.k) <= range[1]);
    if (this.ranged) {
      this.ranged.hidden = !within.length;
      if (within.length) Object.assign(this.ranged.style, { left: within[0].style.left, width: `${within.length * parseFloat(within[0].style.width)}px` });
    }
    for (const step of this.steps) step.ariaCurrent = String(Number(step.dataset.k) === k);
    this.root.ariaLabel = `${words} Arrow keys go to the next k. k = ${k} is shown.`;
    this.root.dataset.k = String(k);
  }

  private step(k: number, left: number, width: number): HTMLButtonElement {
    const button = element("button", "step") as HTMLButtonElement;
    button.type = "button";
    button.tabIndex = -1;
    button.dataset.k = String(k);
    button.ariaLabel = `Show k = ${k}`;
    Object.assign(button.style, { left: `${left}px`, width: `${width}px` });
    button.addEventListener("click", () => this.go(k));
    return button;
  }

  /** The mean picture of a cluster; its name where it is seen first, and in the columns at both ends. */
  private node([k, cluster, size, , picture]: FilmFacts["nodes"][number], places: Map<string, Place>, first: number): HTMLElement {
    const { x, y, side } = places.get(`${k}/${cluster}`)!;
    const node = element("div", "node");
    node.style.setProperty("--colour", this.colour(cluster));
    Object.assign(node.style, this.picture(picture, side));
    const [width, height] = [parseFloat(node.style.width) + 4, parseFloat(node.style.height) + 4]; // with its frame
    Object.assign(node.style, { left: `${x - width / 2}px`, top: `${y - height / 2}px` });
    node.title = `${this.name(cluster)} at k = ${k}: ${size.toLocaleString("en")} samples`;
    const isNew = k === first || !places.has(`${k - 1}/${cluster}`);
    if (isNew) node.append(Object.assign(element("span", "tag"), { textContent: this.name(cluster) }));
    return node;
  }

  private name(cluster: number): string {
    return this.options.names[cluster] || letterOf(cluster);
  }

  /** A line from a cluster to one of the next k; where pictures change hands, a place to point at. */
  private edge([k, next, source, target, , ofSource, ofTarget]: FilmFacts["edges"][number], places: Map<string, Place>, split?: number): SVGElement[] {
    const share = Math.max(ofSource, ofTarget);
    if (share < FAINT) return [];
    const [from, to] = [places.get(`${k}/${source}`)!, places.get(`${next}/${target}`)!];
    const [x0, x1] = [from.x + from.side / 2, to.x - to.side / 2];
    const middle = (x0 + x1) / 2;
    const d = `M${x0} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${x1} ${to.y}`;
    const line = shape("path", { class: "edge", d, stroke: this.colour(target) });
    line.setAttribute("stroke-width", (0.8 + 5 * ofTarget * share).toFixed(1));
    line.setAttribute("stroke-opacity", (0.15 + 0.7 * share).toFixed(2));
    if (split === undefined) return [line];
    const hit = shape("path", { class: "hit", d });
    const mark = shape("circle", { class: `mark ${this.answer(k, source, target) ?? ""}`, cx: String(middle), cy: String((from.y + to.y) / 2), r: "5" });
    mark.style.setProperty("--colour", this.colour(target));
    hit.addEventListener("pointerenter", () => this.held < 0 && this.open(split, middle, (from.y + to.y) / 2));
    hit.addEventListener("pointerleave", () => this.leave());
    hit.addEventListener("click", () => {
      this.held = split;
      this.open(split, middle, (from.y + to.y) / 2);
    });
    return [line, hit, mark];
  }

  private answer(k: number, source: number, target: number): Answer | undefined {
    return this.options.answers[`${k}/${source}/${target}`];
  }

  /** The pictures that change hands along a split, and the question. */
  private open(split: number, x: number, y: number): void {
    window.clearTimeout(this.timer);
    const facts = this.told?.facts;
    if (!facts) return;
    const [edge, first, count] = facts.splits[split];
    const [k, next, source, target, n] = facts.edges[edge];
    const called = (cluster: number, kind: string) => {
      const b = Object.assign(element("b", kind), { textContent: this.name(cluster) });
      b.style.setProperty("--colour", this.colour(cluster));
      return b;
    };
    const head = element("div", "head");
    head.append(`From k = ${k} to ${next}: ${n.toLocaleString("en")} of `, called(source, "from"), " go to ", called(target, "to"));
    const pictures = element("div", "pictures");
    for (let i = 0; i < count; i++) {
      const picture = document.createElement("i");
      Object.assign(picture.style, this.picture(first + i, 40));
      pictures.append(picture);
    }
    const ask = element("div", "ask");
    const given = this.answer(k, source, target);
    ask.append("Two kinds or one?", ...(["two", "one"] as const).map((kind) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: kind === "two" ? "Two kinds" : "One" });
      button.setAttribute("aria-pressed", String(given === kind));
      button.addEventListener("click", () => {
        this.close();
        this.tell("answer", { k, source, target, answer: given === kind ? null : kind, at: Date.now() });
      });
      return button;
    }));
    this.card.replaceChildren(head, pictures, ask);
    this.card.hidden = false;
    const left = Math.min(Math.max(4, x - this.root.scrollLeft + 14), this.width - 276);
    const top = Math.min(Math.max(4, y - this.card.offsetHeight / 2), this.strip.offsetHeight - this.card.offsetHeight - 4);
    Object.assign(this.card.style, { left: `${left + this.root.scrollLeft}px`, top: `${top}px` });
  }

  private leave(): void {
    window.clearTimeout(this.timer);
    if (this.held < 0) this.timer = window.setTimeout(() => this.close(), 260);
  }

  private close(): void {
    this.held = -1;
    this.card.hidden = true;
  }

  /** The style of a box that shows one picture of the sheet. */
  private picture(number: number, side: number): Partial<CSSStyleDeclaration> {
    const { width, height, columns, n_pictures } = this.told!.facts;
    const scale = side / Math.max(width, height);
    const [w, h] = [width * scale, height * scale];
    return {
      width: `${w}px`,
      height: `${h}px`,
      backgroundImage: `url(${this.url})`,
      backgroundSize: `${w * columns}px ${h * Math.ceil(n_pictures / columns)}px`,
      backgroundPosition: `${-w * (number % columns)}px ${-h * Math.floor(number / columns)}px`,
    };
  }

  private key(event: KeyboardEvent): void {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (event.key === "Escape") this.close();
    const at = this.steps.findIndex((step) => Number(step.dataset.k) === this.options.k) + by;
    if (!by || !this.steps[at]) return;
    event.preventDefault();
    this.go(Number(this.steps[at].dataset.k));
  }

  private go(k: number): void {
    this.options = { ...this.options, k };
    this.mark(); // at once: Python follows
    this.tell("k", k);
  }

  destroy(): void {
    this.watch.disconnect();
    window.clearTimeout(this.timer);
    URL.revokeObjectURL(this.url);
    this.box.arrived = null;
    this.root.remove();
  }
}

function element(tag: string, name: string): HTMLElement {
  return Object.assign(document.createElement(tag), { className: name });
}

function shape(tag: string, attributes: Record<string, string>): SVGElement {
  const made = document.createElementNS(NS, tag) as SVGElement;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

const mounted = new WeakMap<HTMLElement | ShadowRoot, Film>();

/** Streamlit calls this when the element is mounted, and again whenever its data change. */
export default function film({ data, parentElement, setTriggerValue }: Mounted): () => void {
  const there = mounted.get(parentElement);
  if (there) {
    there.tell = setTriggerValue;
    there.change(data);
  } else mounted.set(parentElement, new Film(parentElement, data, setTriggerValue));
  return () => {
    mounted.get(parentElement)?.destroy();
    mounted.delete(parentElement);
  };
}
