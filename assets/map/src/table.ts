// The map in words: a table of its groups, for those who cannot see it and for those who like numbers.

export interface Row {
  name: string;
  count: number;
  chosen: number;
  confidence: number | null; // mean
  x: number; // of its middle
  y: number;
  nearest: string; // name of the group whose middle is nearest
}

const HEAD = ["Group", "Samples", "Share", "Selected", "Mean confidence", "Middle on the map", "Nearest group on the map"];

export class Table {
  private readonly details = document.createElement("details");
  private readonly body = document.createElement("div");
  private stale = true;

  constructor(place: HTMLElement, private readonly rows: () => Row[]) {
    const summary = document.createElement("summary");
    summary.textContent = "The map as a table";
    this.body.className = "scroll";
    this.details.append(summary, this.body);
    this.details.addEventListener("toggle", () => this.refresh());
    place.append(this.details);
  }

  /** Something that the table tells has changed. */
  changed(): void {
    this.stale = true;
    this.refresh();
  }

  private refresh(): void {
    if (!this.details.open || !this.stale) return;
    this.stale = false;
    const rows = this.rows();
    const all = rows.reduce((sum, row) => sum + row.count, 0);
    const table = document.createElement("table");
    const line = (cells: string[], tag: "th" | "td") => {
      const row = document.createElement("tr");
      row.append(...cells.map((text) => Object.assign(document.createElement(tag), { textContent: text })));
      return row;
    };
    table.append(line(HEAD, "th"));
    for (const r of rows) {
      const share = `${((100 * r.count) / Math.max(all, 1)).toFixed(1)} %`;
      const confidence = r.confidence === null ? "–" : r.confidence.toFixed(2);
      table.append(
        line([r.name, r.count.toLocaleString("en"), share, r.chosen.toLocaleString("en"), confidence, `${r.x.toPrecision(3)}, ${r.y.toPrecision(3)}`, r.nearest], "td"),
      );
    }
    this.body.replaceChildren(table);
  }
}
