// The points in WebGL: one draw call, or two where some are chosen; positions may glide from one place to another. Of many,
// only every so many are drawn while the view moves.

import createREGL, { type Buffer, type Regl, type Texture2D } from "regl";
import type { View } from "./view";

export const HIDDEN = 0;
export const PLAIN = 1;
export const CHOSEN = 2;

const ROOMY = 900; // pixels of the side of a map from which points are larger
const ENOUGH = 30_000; // points while the view moves
const STRIDES = [1, 3, 7, 11, 17, 23, 29, 31]; // odd, so that no order in tens hides a class; WebGL takes 255 bytes at most

const VERTEX = `
precision highp float;
attribute vec2 from, to;
attribute float code, state;
uniform float t, size, pass, codes, fade;
uniform vec2 scale, offset;
uniform sampler2D palette;
varying vec4 colour;
varying float shape;
void main() {
  if (state != pass) { gl_Position = vec4(2.0, 2.0, 0.0, 1.0); gl_PointSize = 0.0; return; }
  gl_Position = vec4(mix(from, to, t) * scale + offset, 0.0, 1.0);
  vec4 texel = texture2D(palette, vec2((code + 0.5) / codes, 0.5));
  colour = vec4(texel.rgb, fade);
  shape = floor(texel.a * 255.0 + 0.5);
  gl_PointSize = shape > 0.5 ? size * 1.3 : size;
}`;

// distances from the middle in which 1 is the edge of a mark: circle, diamond, square, triangle, cross, star
const FRAGMENT = `
precision highp float;
varying vec4 colour;
varying float shape;
uniform float size;
void main() {
  vec2 p = gl_PointCoord * 2.0 - 1.0, a = abs(p);
  float d = length(p);
  if (shape > 4.5) { float turn = abs(mod(atan(p.x, -p.y) + 0.6283, 1.2566) - 0.6283); d *= cos(turn) + 2.672 * sin(turn); }
  else if (shape > 3.5) d = min(max(a.x * 2.6, a.y), max(a.x, a.y * 2.6));
  else if (shape > 2.5) d = max(a.x * 1.0 - p.y * 0.5, p.y) * 1.1 + 0.05;
  else if (shape > 1.5) d = max(a.x, a.y) * 1.2;
  else if (shape > 0.5) d = a.x + a.y;
  float alpha = colour.a * (1.0 - smoothstep(1.0 - 2.4 / size, 1.0, d));
  if (alpha < 0.01) discard;
  gl_FragColor = vec4(colour.rgb * alpha, alpha);
}`;

interface Pass {
  pass: number;
  fade: number;
  t: number;
  size: number;
  scale: [number, number];
  offset: [number, number];
  thin: number; // one of so many points is drawn
}

export class Points {
  n = 0;
  private readonly regl: Regl;
  private readonly from: Buffer;
  private readonly to: Buffer;
  private readonly codes: Buffer;
  private readonly states: Buffer;
  private readonly palette: Texture2D;
  private nCodes = 1;
  private codeBytes = 1;
  private anyChosen = false;
  private readonly paint: (pass: Pass) => void;

  /** Throws where the browser has no WebGL. */
  constructor(private readonly canvas: HTMLCanvasElement) {
    this.regl = createREGL({ canvas, attributes: { antialias: false, depth: false, stencil: false, premultipliedAlpha: true } });
    const { regl } = this;
    [this.from, this.to, this.codes, this.states] = [0, 1, 2, 3].map(() => regl.buffer({ usage: "dynamic", length: 8 }));
    this.palette = regl.texture({ width: 1, height: 1 });
    this.paint = regl({
      vert: VERTEX,
      frag: FRAGMENT,
      attributes: {
        from: (_: unknown, { thin }: Pass) => ({ buffer: this.from, size: 2, stride: 8 * thin }),
        to: (_: unknown, { thin }: Pass) => ({ buffer: this.to, size: 2, stride: 8 * thin }),
        code: (_: unknown, { thin }: Pass) => ({ buffer: this.codes, size: 1, stride: this.codeBytes * thin }),
        state: (_: unknown, { thin }: Pass) => ({ buffer: this.states, size: 1, stride: thin }),
      },
      uniforms: {
        pass: regl.prop<Pass, "pass">("pass"),
        fade: regl.prop<Pass, "fade">("fade"),
        t: regl.prop<Pass, "t">("t"),
        size: regl.prop<Pass, "size">("size"),
        scale: regl.prop<Pass, "scale">("scale"),
        offset: regl.prop<Pass, "offset">("offset"),
        codes: () => this.nCodes,
        palette: () => this.palette,
      },
      count: (_: unknown, { thin }: Pass) => Math.ceil(this.n / thin),
      primitive: "points",
      depth: { enable: false },
      blend: { enable: true, func: { src: "one", dst: "one minus src alpha" } },
    }) as unknown as (pass: Pass) => void;
  }

  /** Places of the points, and where they were before; x and y in turn. */
  place(to: Float32Array, from: Float32Array = to): void {
    this.n = to.length / 2;
    this.to({ usage: "dynamic", type: "float32", data: to });
    this.from({ usage: "dynamic", type: "float32", data: from });
  }

  /** Code of every point, and one pixel of colour and mark for each code. */
  colour(codes: Uint8Array | Uint16Array, pixels: Uint8Array): void {
    this.nCodes = pixels.length / 4;
    this.codeBytes = codes.BYTES_PER_ELEMENT;
    this.codes({ usage: "dynamic", type: codes instanceof Uint8Array ? "uint8" : "uint16", data: codes });
    this.palette({ data: pixels, width: this.nCodes, height: 1, format: "rgba", mag: "nearest", min: "nearest" });
  }

  /** HIDDEN, PLAIN or CHOSEN for every point. */
  mark(states: Uint8Array): void {
    this.states({ usage: "dynamic", type: "uint8", data: states });
    this.anyChosen = states.includes(CHOSEN);
  }

  /** Draw; t: how far the points have glided, 0 to 1; factor: points larger than usual; moving: few are enough; veil: how
   * much of them, 0 to 1, something else shows. */
  draw(view: View, t: number, factor: number, moving: boolean, veil: number): void {
    const { regl, canvas } = this;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    regl.poll();
    regl.clear({ color: [0, 0, 0, 0] });
    if (!this.n) return;
    const thin = moving ? (STRIDES.find((stride) => this.n / stride <= ENOUGH) ?? STRIDES[STRIDES.length - 1]) : 1;
    const shared = { t, thin, size: sizeOf(this.n, view.zoom) * factor * ratio * Math.min(2, Math.max(1, Math.sqrt(view.width * view.height) / ROOMY)), ...view.clip };
    const opacity = opacityOf(this.n / thin, view.zoom) * (1 - veil);
    this.paint({ ...shared, pass: PLAIN, fade: this.anyChosen ? opacity * 0.22 : opacity });
    if (this.anyChosen) this.paint({ ...shared, pass: CHOSEN, fade: Math.max(opacity, 0.8) });
  }

  destroy(): void {
    this.regl.destroy();
  }
}

/** Pixels of a point: fewer are larger, and they grow when one comes nearer. */
export function sizeOf(n: number, zoom: number): number {
  const alone = Math.min(8, Math.max(2.6, 17 - 3 * Math.log10(Math.max(n, 10))));
  return Math.min(16, alone * Math.max(1, zoom) ** 0.3);
}

function opacityOf(n: number, zoom: number): number {
  return Math.min(0.92, Math.max(0.45, 1.45 - 0.19 * Math.log10(Math.max(n, 10)) + 0.12 * Math.log2(Math.max(1, zoom))));
}
