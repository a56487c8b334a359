// What scrubs along with the moments of a reel: loss curves and scores with a marker, sizes, and a table of counts.

import { colourOf } from "./colours";
import type { Codes, Tale, Told } from "./parts";

export interface Look {
  palette: string[];
  noise: string;
  name: (code: number) => string;
}

const NS = "http://www.w3.org/2000/svg";
const [WIDE, HIGH] = [200, 56]; // units of a panel's drawing, which is stretched
const WRITTEN = 16; // groups and columns up to which numbers and names are written into the table
const BARS = 30; // pixels

export class Story {
  private facts: Tale | null = null;
  private against: Codes = new Uint8Array(0);
  private readonly panels: { marker: SVGElement; value: HTMLElement; at: (x: number, moment: number) => string }[] = [];
  private readonly lines: { path: SVGElement; colour: number }[] = [];
  private readonly curves = part("div", "curves");
  private readonly sizes = document.createElement("canvas");
  private readonly head = part("h4", "head");
  private readonly table = document.createElement("canvas");
  private readonly hint = part("div", "hint");
  private counts: Uint32Array = new Uint32Array(0);
  private codes: Codes = new Uint8Array(0);
  private look: Look | null = null;

  constructor(private readonly place: HTMLElement) {
    this.sizes.className = "sizes";
    this.table.className = "counts";
    this.sizes.role = this.table.role = "img";
    place.append(this.curves, Object.assign(part("h4", "head"), { textContent: "Cluster sizes" }), this.sizes, this.head, this.table, this.hint);
    place.hidden = true;
    this.table.addEventListener("pointermove", (event) => this.tell(event));
    this.table.addEventListener("pointerleave", () => (this.hint.textContent = ""));
  }

  /** Take what there is to tell: curves, scores, and what the groups are counted against. */
  read(message: Told<"story">): void {
    this.facts = message.facts;
    this.against = message.arrays.against;
    this.place.hidden = false;
    this.panels.length = this.lines.length = 0;
    this.curves.replaceChildren();
    const { curves, end, scores } = this.facts;
    const stages = [...new Set(curves.map((curve) => curve.stage))];
    for (const term of new Set(curves.map((curve) => curve.term))) {
      const own = curves.filter((curve) => curve.term === term);
      const value = (x: number): string => {
        const now = own.find((c) => c.x[0] <= x && x <= c.x[c.x.length - 1]);
        if (!now) return "–"; // this term is not learned at that epoch
        return short(now.y[now.x.reduce((best, at, i) => (Math.abs(at - x) < Math.abs(now.x[best] - x) ? i : best), 0)]);
      };
      this.panel(term, own.map((c) => ({ ...c, colour: stages.indexOf(c.stage) })), end, null, value);
    }
    for (const [name, values] of Object.entries(scores)) {
      this.panel(name, [{ x: this.facts.moments, y: values, colour: 0 }], end, [0, 1], (_, moment) => (values[moment] ?? NaN).toFixed(3));
    }
    this.head.textContent = `Clusters (rows) and ${this.facts.against} (columns)`;
  }

  private panel(title: string, lines: { x: number[]; y: number[]; colour: number }[], end: number, range: [number, number] | null, at: (x: number, moment: number) => string): void {
    const box = part("div", "panel");
    const [name, value] = [part("span", "term"), part("span", "value")];
    name.textContent = title;
    const svg = document.createElementNS(NS, "svg");
    svg.setAttribute("viewBox", `0 0 ${WIDE} ${HIGH}`);
    svg.setAttribute("preserveAspectRatio", "none");
    const ys = lines.flatMap((line) => line.y);
    const [low, high] = range ?? [Math.min(...ys), Math.max(...ys)];
    for (const { x, y, colour } of lines) {
      const path = document.createElementNS(NS, "path");
      const points = x.map((a, i) => `${((WIDE * a) / Math.max(end, 1)).toFixed(1)} ${(HIGH - 3 - ((HIGH - 6) * (y[i] - low)) / (high - low || 1)).toFixed(1)}`);
      path.setAttribute("d", `M${points.join("L")}${points.length === 1 ? "h1" : ""}`);
      this.lines.push({ path, colour });
      svg.append(path);
    }
    const marker = document.createElementNS(NS, "line");
    marker.setAttribute("y2", String(HIGH));
    svg.append(marker);
    box.append(name, value, svg);
    box.title = `${title}: from ${short(low)} to ${short(high)}`;
    this.curves.append(box);
    this.panels.push({ marker, value, at });
  }

  /** Show a moment with its groups; the marker glides there for so many milliseconds. */
  show(moment: number, codes: Codes, look: Look, milliseconds: number): void {
    if (!this.facts) return;
    this.look = look;
    for (const { path, colour } of this.lines) path.style.stroke = colourOf(1 + colour, look.palette, look.noise);
    const x = this.facts.moments[moment] ?? this.facts.end;
    for (const { marker, value, at } of this.panels) {
      marker.style.transition = milliseconds ? `transform ${milliseconds}ms linear` : "";
      marker.style.transform = `translateX(${Math.min(WIDE - 0.8, (WIDE * x) / Math.max(this.facts.end, 1)).toFixed(2)}px)`;
      value.textContent = at(x, moment);
    }
    this.codes = codes;
    this.count();
    this.draw();
  }

  private count(): void {
    const { rows, columns } = this.facts!;
    const most = (codes: number[]) => 1 + codes.reduce((a, b) => Math.max(a, b), 0);
    const [row, column] = [new Int32Array(most(rows)).fill(-1), new Int32Array(most(columns)).fill(-1)];
    rows.forEach((code, i) => (row[code] = i));
    columns.forEach((code, i) => (column[code] = i));
    this.counts = new Uint32Array(rows.length * columns.length);
    for (let i = 0; i < this.codes.length; i++) this.counts[row[this.codes[i]] * columns.length + column[this.against[i]]]++;
  }

  private sums(): number[] {
    const n = this.facts!.columns.length;
    return this.facts!.rows.map((_, i) => this.counts.subarray(i * n, (i + 1) * n).reduce((a, b) => a + b, 0));
  }

  /** Draw sizes and table as large as they stand on the page. */
  draw(): void {
    if (!this.facts || !this.look) return;
    const { rows, columns } = this.facts;
    const sums = this.sums();
    const style = getComputedStyle(this.place);
    const text = style.color;
    const bars = sized(this.sizes, BARS);
    const most = Math.max(...sums, 1);
    const each = bars.width / rows.length;
    rows.map((code, i) => ({ code, n: sums[i] })).sort((a, b) => a.code - b.code).forEach(({ code, n }, i) => {
      bars.to.fillStyle = colourOf(code, this.look!.palette, this.look!.noise);
      const high = Math.max(n ? 1 : 0, (BARS * n) / most);
      bars.to.fillRect(i * each, BARS - high, Math.max(0.5, each - Math.min(2, each * 0.2)), high);
    });
    const used = sums.filter((n) => n > 0);
    this.sizes.ariaLabel = `${used.length} clusters of ${Math.min(...used)} to ${most} samples`;

    const written = Math.max(rows.length, columns.length) <= WRITTEN;
    const [left, top] = written ? [this.wide(rows.map((code) => this.look!.name(code)), 70), 18] : [0, 0];
    const high = written ? 21 : Math.min(12, Math.max(1, 260 / rows.length));
    const { to, width } = sized(this.table, top + high * rows.length);
    const cell = (width - left) / columns.length;
    to.font = `11px ${style.fontFamily}`;
    to.textBaseline = "middle";
    const strong = style.getPropertyValue("--st-primary-color").trim() || "#888";
    const gap = Math.min(1, cell * 0.1, high * 0.1);
    to.globalAlpha = 0.03;
    to.fillStyle = text;
    if (written) rows.forEach((_, i) => columns.forEach((_, j) => to.fillRect(left + j * cell, top + i * high, cell - gap, high - gap)));
    else to.fillRect(0, 0, width, high * rows.length);
    to.textAlign = "center";
    this.counts.forEach((n, place) => {
      if (!n) return;
      const [i, j] = [Math.floor(place / columns.length), place % columns.length];
      to.globalAlpha = 0.08 + (0.6 * n) / Math.max(sums[i], 1);
      to.fillStyle = strong;
      to.fillRect(left + j * cell, top + i * high, cell - gap, high - gap);
      if (!written) return;
      to.globalAlpha = 1;
      to.fillStyle = text;
      to.fillText(String(n), left + (j + 0.5) * cell, top + (i + 0.5) * high, cell - 2);
    });
    to.globalAlpha = 0.85;
    to.fillStyle = text;
    if (written) {
      to.textAlign = "right";
      rows.forEach((code, i) => to.fillText(this.look!.name(code), left - 5, top + (i + 0.5) * high, left - 6));
      to.textAlign = "center";
      columns.forEach((code, j) => to.fillText(this.column(code), left + (j + 0.5) * cell, top / 2, cell - 2));
    }
    const right = rows.reduce((sum, _, i) => sum + (i < columns.length ? this.counts[i * columns.length + i] : 0), 0);
    this.table.ariaLabel = `Table of clusters against ${this.facts.against}: ${right} of ${this.codes.length} samples on the diagonal`;
    this.place.dataset.diagonal = String(right);
  }

  private wide(names: string[], most: number): number {
    return Math.min(most, 8 + 7 * Math.max(...names.map((name) => name.length)));
  }

  private column(code: number): string {
    return code === 0 ? "Noise" : (this.facts?.names?.[code - 1] ?? String(code - 1));
  }

  private tell(event: PointerEvent): void {
    if (!this.facts || !this.look) return;
    const { rows, columns } = this.facts;
    const written = Math.max(rows.length, columns.length) <= WRITTEN;
    const [left, top] = written ? [this.wide(rows.map((code) => this.look!.name(code)), 70), 18] : [0, 0];
    const { clientWidth: width, clientHeight: height } = this.table;
    const j = Math.floor(((event.offsetX - left) / (width - left)) * columns.length);
    const i = Math.floor(((event.offsetY - top) / (height - top)) * rows.length);
    if (i < 0 || j < 0 || i >= rows.length || j >= columns.length) {
      this.hint.textContent = "";
      return;
    }
    const n = this.counts[i * columns.length + j];
    const share = ((100 * n) / Math.max(this.sums()[i], 1)).toFixed(0);
    this.hint.textContent = `Cluster ${this.look.name(rows[i])}, ${this.column(columns[j])}: ${n} samples, ${share} % of the cluster`;
  }
}

/** A canvas as wide as its place and so high, cleared, with a context in the pixels of the page. */
function sized(canvas: HTMLCanvasElement, height: number): { to: CanvasRenderingContext2D; width: number } {
  const ratio = window.devicePixelRatio || 1;
  canvas.style.height = `${height}px`;
  const width = canvas.clientWidth || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const to = canvas.getContext("2d")!;
  to.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { to, width };
}

function short(value: number): string {
  return Math.abs(value) >= 1e4 || (value !== 0 && Math.abs(value) < 1e-3) ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

function part(tag: string, name: string): HTMLElement {
  return Object.assign(document.createElement(tag), { className: name });
}
