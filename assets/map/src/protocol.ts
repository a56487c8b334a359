// What travels between Python and the map: arrays on the way here, a selection on the way back.
//
// A message is [uint32 length of the header][header, JSON][arrays, each on a multiple of 8 bytes]; the arrays may be
// deflated. deepclust/figures/webmap.py writes it and reads the selections.

export type Numbers = Float32Array | Uint8Array | Uint16Array | Int32Array;

export interface Message {
  map: string; // which map it is for
  part: string; // frame, paint, card, truth, chosen, pictures or sheet:NUMBER
  version: string; // a hash of the content: the same part with the same version says nothing new
  facts: Record<string, unknown>;
  arrays: Record<string, Numbers>;
}

interface Header extends Omit<Message, "arrays"> {
  length: number;
  deflated: boolean;
  arrays: Record<string, [dtype: string, offset: number, length: number]>;
}

const KINDS: Record<string, (buffer: ArrayBuffer, offset: number, length: number) => Numbers> = {
  float32: (buffer, offset, length) => new Float32Array(buffer, offset, length),
  int32: (buffer, offset, length) => new Int32Array(buffer, offset, length),
  uint8: (buffer, offset, length) => new Uint8Array(buffer, offset, length),
  uint16: (buffer, offset, length) => new Uint16Array(buffer, offset, length),
};

/** What a message is and whom it is for. */
export function headerOf(data: Uint8Array): Header {
  const length = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  return { ...(JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + length))) as Header), length };
}

/** Read a message. */
export async function unpack(data: Uint8Array): Promise<Message> {
  const header = headerOf(data);
  const body = data.slice(4 + header.length).buffer as ArrayBuffer; // a copy: its arrays begin on multiples of 8
  const plain = header.deflated ? await inflate(body) : body;
  const arrays: Record<string, Numbers> = {};
  for (const [name, [dtype, offset, count]] of Object.entries(header.arrays)) {
    arrays[name] = KINDS[dtype](plain, offset, count);
  }
  return { map: header.map, part: header.part, version: header.version, facts: header.facts, arrays };
}

async function inflate(body: ArrayBuffer): Promise<ArrayBuffer> {
  const stream = new Blob([body]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

/** A selection as few bytes: row numbers where there are few, else one bit for each of the points; base64. */
export function packSelection(chosen: Uint8Array, count: number): { rows: string } | { bits: string } {
  if (count * 32 < chosen.length) {
    const rows = new Uint32Array(count);
    for (let row = 0, i = 0; row < chosen.length; row++) if (chosen[row]) rows[i++] = row;
    return { rows: base64(new Uint8Array(rows.buffer)) };
  }
  const bits = new Uint8Array((chosen.length + 7) >> 3);
  for (let row = 0; row < chosen.length; row++) if (chosen[row]) bits[row >> 3] |= 1 << (row & 7);
  return { bits: base64(bits) };
}

/** The other way for bits: a 1 for each chosen point. */
export function unpackBits(bits: Uint8Array, n: number): Uint8Array {
  const chosen = new Uint8Array(n);
  for (let row = 0; row < n; row++) chosen[row] = (bits[row >> 3] >> (row & 7)) & 1;
  return chosen;
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}
