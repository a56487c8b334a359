// Colours and marks: ten colours from Python's theme, and a mark that changes after every ten.

export interface Rgb {
  r: number;
  g: number;
  b: number;
}

/** The marks in the order of the shader's `shape`, as deepclust/figures/theme.py writes them in text. */
export const MARKS = ["●", "◆", "■", "▲", "✚", "★"];

// Cividis, from low to high: even in brightness, and the same for colour-blind eyes
const CIVIDIS = ["#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838"];

export function rgb(hex: string): Rgb {
  const value = parseInt(hex.slice(1), 16);
  return { r: value >> 16, g: (value >> 8) & 255, b: value & 255 };
}

/** Colour and mark of a group code: 0 is noise, g + 1 is group g. */
export function colourOf(code: number, palette: string[], noise: string): string {
  return code === 0 ? noise : palette[(code - 1) % palette.length];
}

export function markOf(code: number, palette: string[]): number {
  return code === 0 ? 0 : Math.floor((code - 1) / palette.length) % MARKS.length;
}

/** What a group number is called, as deepclust/metrics/lineage.py has it: 0 is A, 26 is AA. */
export function letterOf(group: number): string {
  const last = String.fromCharCode(65 + (group % 26));
  return group < 26 ? last : letterOf(Math.floor(group / 26) - 1) + last;
}

/** One pixel for each of n codes: the colour, and the mark in alpha. */
export function groupTexture(n: number, palette: string[], noise: string): Uint8Array {
  const pixels = new Uint8Array(n * 4);
  for (let code = 0; code < n; code++) {
    const { r, g, b } = rgb(colourOf(code, palette, noise));
    pixels.set([r, g, b, markOf(code, palette)], code * 4);
  }
  return pixels;
}

/** One pixel for each of the 256 levels of a value; none: the colour of level 0 where that is no value. */
export function valueTexture(none?: string): Uint8Array {
  const pixels = new Uint8Array(256 * 4);
  for (let level = 0; level < 256; level++) {
    const place = (level / 255) * (CIVIDIS.length - 1);
    const low = rgb(CIVIDIS[Math.floor(place)]);
    const high = rgb(CIVIDIS[Math.ceil(place)]);
    const mix = (a: number, b: number) => Math.round(a + (b - a) * (place % 1));
    pixels.set([mix(low.r, high.r), mix(low.g, high.g), mix(low.b, high.b), 0], level * 4);
  }
  if (none) {
    const { r, g, b } = rgb(none);
    pixels.set([r, g, b, 0]);
  }
  return pixels;
}

export const valueGradient = `linear-gradient(90deg, ${CIVIDIS.join(", ")})`;
