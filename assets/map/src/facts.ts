// What is known of points and groups, in words: for the card of a point, and for the table of all groups.

import type { Facts } from "./card";
import { colourOf, letterOf } from "./colours";
import type { Inbox } from "./inbox";
import type { Codes, Paint } from "./parts";
import type { Selection } from "./selection";
import type { Row } from "./table";

/** The groups that colour the map at the moment that is shown. */
export interface Groups {
  paint: Paint;
  codes: Codes; // the group of every point
  atEnd: Codes | null; // their groups at the last moment, where these change over the moments
  known: string; // what the card calls the group that a point has besides the one at the moment
  middles: { x: number; y: number; count: number }[]; // by code
}

/** What a group of the map is called. */
export function nameOf(paint: Paint | null, code: number): string {
  return code === 0 ? (paint?.none ?? "Noise") : (paint?.names?.[code - 1] ?? letterOf(code - 1));
}

/** What the card tells of a point. */
export function factsOf(row: number, { paint, codes, atEnd, known: elsewhere }: Groups, box: Inbox): Facts {
  const card = box.get("card");
  const { cluster, confidence } = card?.arrays ?? {};
  const clusterNames = card?.facts.names;
  const called = (group: number) => clusterNames?.[group - 1] ?? `Cluster ${letterOf(group - 1)}`;
  const known = cluster?.length === codes.length ? cluster[row] : undefined;
  const code = atEnd ? codes[row] : (known ?? codes[row]);
  const lines: [string, string][] = [];
  if (atEnd) lines.push([elsewhere, called(known ?? atEnd[row])]);
  if (confidence?.length === codes.length) lines.push(["Confidence", (confidence[row] / 255).toFixed(2)]);
  const other = paint.by !== "Confidence" && !atEnd; // which the card tells anyway
  if (other && paint.kind === "groups") lines.push([paint.by, nameOf(paint, codes[row])]);
  else if (other) {
    const [low, high] = (paint.ends ?? ["0", "1"]).map(Number);
    lines.push([paint.by, paint.gaps && !codes[row] ? paint.none : `≈ ${Number((low + ((high - low) * codes[row]) / 255).toPrecision(3))}`]);
  }
  const truth = box.get("truth");
  if (truth?.arrays.classes.length === codes.length) {
    const label = truth.arrays.classes[row];
    lines.push(["Class", truth.facts.names?.[label - 1] ?? String(label - 1)]);
  }
  const ids = box.get("frame")?.arrays.ids;
  lines.push(["Sample", String(ids ? ids[row] : row)]);
  const otherwise = !cluster && !clusterNames && paint.names; // coloured by something else, and nothing is known of clusters
  return { title: otherwise || code === 0 ? nameOf(paint, code) : called(code), colour: colourOf(code, paint.palette, paint.noise), lines };
}

/** A line for every group that has points. */
export function rowsOf({ paint, codes, middles }: Groups, box: Inbox, selection: Selection): Row[] {
  const confidence = box.get("card")?.arrays.confidence;
  const grouped = paint.kind === "groups";
  const group = (row: number) => (grouped ? codes[row] : 0);
  const sums = middles.map(() => ({ chosen: 0, confidence: 0 }));
  for (let row = 0; row < codes.length; row++) {
    const sum = sums[group(row)];
    if (selection.has(row)) sum.chosen++;
    sum.confidence += confidence ? confidence[row] / 255 : 0;
  }
  const names = middles.map((_, code) => (grouped ? nameOf(paint, code) : "All"));
  return middles.flatMap(({ x, y, count }, code) => {
    if (!count) return [];
    let [nearest, closest] = ["–", Infinity];
    middles.forEach((other, c) => {
      const d = Math.hypot(other.x - x, other.y - y);
      if (c !== code && other.count && d < closest) [nearest, closest] = [names[c], d];
    });
    return [{ name: names[code], count, chosen: sums[code].chosen, confidence: confidence ? sums[code].confidence / count : null, x, y, nearest }];
  });
}
