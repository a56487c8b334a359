// The parts of a map: what each message says and which arrays come with it. deepclust/figures/webmap.py and webreel.py
// write them; here is the only place where bytes from Python are given a type.

import type { Message, Numbers } from "./protocol";

export type Codes = Uint8Array | Uint16Array; // of groups: 0 is noise, g + 1 is group g

interface Parts {
  frame: { facts: { space: string }; arrays: { xy: Float32Array; ids?: Int32Array } };
  paint: { facts: Paint; arrays: { codes: Codes } };
  card: { facts: { names?: string[] }; arrays: { confidence?: Uint8Array; cluster?: Codes } };
  truth: { facts: { names: string[] | null }; arrays: { classes: Codes } };
  guest: { facts: { words: string }; arrays: { xy: Float32Array } }; // without xy it is nowhere
  chosen: { facts: { seq: number }; arrays: { bits: Uint8Array } };
  pictures: { facts: Plan; arrays: Record<never, Numbers> };
  reel: { facts: { box: [number, number, number, number]; steps: Step[] }; arrays: { xy: Uint16Array } };
  groups: { facts: { n_codes: number }; arrays: { codes: Codes } };
  play: { facts: { then: boolean; moment: string; known: string }; arrays: Record<never, Numbers> };
  story: { facts: Tale; arrays: { against: Codes } };
  film: { facts: FilmFacts; arrays: { file: Uint8Array<ArrayBuffer> } };
  faces: { facts: Faces; arrays: { file: Uint8Array<ArrayBuffer> } };
  sheet: { facts: { plan: string }; arrays: { file: Uint8Array<ArrayBuffer> } };
}

export type Part = keyof Parts;
export type Told<P extends Part> = Parts[P] & Pick<Message, "version">;

export interface Paint {
  kind: "groups" | "values";
  by: string; // what is coloured by
  none: string; // what group 0 is called
  names: string[] | null; // of the groups; else they are clusters with numbers
  palette: string[];
  noise: string;
  n_codes: number;
  ends?: [low: string, high: string]; // of values, 0 and 1 if they are not told
  gaps?: boolean; // code 0 is no value
}

/** The most central picture of each group, side by side on one sheet. */
export interface Faces {
  codes: number[]; // whose they are
  of: string; // version of the colours that they belong to
  columns: number;
  width: number;
  height: number;
  type: string;
}

/** How thumbnails lie on their sheets. */
export interface Plan {
  n_sheets: number;
  per_sheet: number;
  columns: number;
  width: number; // of a picture, pixels
  height: number;
  type: string; // of a sheet's file
}

/** A moment of a reel. */
export interface Step {
  text: string; // which moment it is
  x: number; // where it stands on the axis of the epochs
}

export interface Curve {
  term: string;
  stage: string;
  x: number[];
  y: number[];
}

/** What scrubs along with a reel. */
export interface Tale {
  curves: Curve[];
  end: number; // of the axis of the epochs
  moments: number[]; // where each moment stands on it
  scores: Record<string, number[]>; // by name, one for each moment, 0 to 1
  against: string; // what the groups are counted against: classes, or the groups at the end
  names: string[] | null; // of those
  rows: number[]; // codes of the groups, in the order of the table
  columns: number[]; // codes of what they are counted against
}

/** The film of k, as deepclust/figures/kfilm.py writes it. */
export interface FilmFacts {
  nodes: [k: number, cluster: number, size: number, place: number, picture: number][];
  edges: [k: number, next: number, source: number, target: number, count: number, ofSource: number, ofTarget: number][];
  splits: [edge: number, firstPicture: number, count: number][]; // edges along which pictures change hands
  n_pictures: number; // on the sheet, so many in a line:
  columns: number;
  width: number; // of a picture, pixels
  height: number;
  type: string; // of the sheet's file
}

const SHEET = "sheet:"; // and its number: one message for each

/** The number of the sheet that a message brings; null if it is another part. */
export function sheetNumber(name: string): number | null {
  return name.startsWith(SHEET) ? Number(name.slice(SHEET.length)) : null;
}

/** A message of a part, with the types of that part. */
export function typed<P extends Part>(_part: P, message: Message | undefined): Told<P> | undefined {
  return message as Told<P> | undefined;
}
