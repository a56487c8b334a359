// A sheet to draw on with mouse, finger, pen or arrow keys. What is drawn goes to Python as ink, one byte for each pixel; a picture that is
// pasted goes there as it is.

import css from "./pad.css";

interface Options {
  width: number; // shape of the data's pictures
  height: number;
  ground: number; // brightness of the data's ground, 0 to 1
  pen: number; // width of their strokes, as a share of the longer side
  words: string; // for those who cannot see it
}

interface Mounted {
  data: Options;
  parentElement: HTMLElement | ShadowRoot;
  setTriggerValue: (name: string, value: unknown) => void;
}

type Stroke = [x: number, y: number][];

const LONGEST = 140; // pixels of the ink's longer side
const ON_SCREEN = 3; // times as many on the screen
const EVERY = 350; // milliseconds between two looks at a stroke that is not yet at its end
const KEY_STEP = 0.04; // of the sheet, that an arrow key moves the pen; a quarter of it with Shift
const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const LARGEST = 640; // pixels of a pasted picture

class Pad {
  private readonly root = Object.assign(document.createElement("div"), { className: "pad" });
  private readonly sheet = Object.assign(document.createElement("canvas"), { className: "sheet" });
  private readonly undo = this.button("Undo", () => this.back(1));
  private readonly clear = this.button("Clear", () => this.back(this.strokes.length));
  private strokes: Stroke[] = [];
  private drawing = -1; // the pointer that draws
  private pen: [x: number, y: number] | null = null; // of the keyboard, once an arrow key was pressed
  private down = false; // whether that pen draws
  private told = 0; // when Python was last told
  private readonly scale: number; // pixels of the ink for each of the data's

  constructor(place: HTMLElement | ShadowRoot, private options: Options, public tell: Mounted["setTriggerValue"]) {
    this.scale = LONGEST / Math.max(options.width, options.height);
    const row = Object.assign(document.createElement("div"), { className: "row" });
    row.append(this.undo, this.clear);
    this.root.append(Object.assign(document.createElement("style"), { textContent: css }), this.sheet, row);
    place.append(this.root);
    const { sheet } = this;
    sheet.width = Math.round(options.width * this.scale * ON_SCREEN);
    sheet.height = Math.round(options.height * this.scale * ON_SCREEN);
    sheet.tabIndex = 0;
    sheet.role = "application"; // it takes keys
    sheet.ariaLabel = options.words;
    sheet.addEventListener("pointerdown", (event) => this.begin(event));
    sheet.addEventListener("pointermove", (event) => this.go(event));
    for (const end of ["pointerup", "pointercancel"]) sheet.addEventListener(end, (event) => this.end(event as PointerEvent));
    sheet.addEventListener("keydown", (event) => this.key(event));
    sheet.addEventListener("keyup", (event) => event.key in ARROWS && this.down && this.send());
    sheet.addEventListener("blur", () => this.lift());
    document.addEventListener("paste", this.pastes);
    this.draw();
  }

  private button(text: string, act: () => void): HTMLButtonElement {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    made.addEventListener("click", act);
    return made;
  }

  private at(event: PointerEvent): [number, number] {
    const box = this.sheet.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  private begin(event: PointerEvent): void {
    if (this.drawing >= 0 || event.button > 0) return;
    event.preventDefault();
    this.sheet.focus({ preventScroll: true });
    this.sheet.setPointerCapture(event.pointerId);
    this.lift();
    this.drawing = event.pointerId;
    this.told = performance.now();
    this.strokes.push([this.at(event)]);
    this.draw();
  }

  private go(event: PointerEvent): void {
    if (event.pointerId !== this.drawing) return;
    const stroke = this.strokes[this.strokes.length - 1];
    for (const one of event.getCoalescedEvents?.() ?? []) stroke.push(this.at(one));
    stroke.push(this.at(event));
    this.draw();
    if (performance.now() - this.told > EVERY) this.send();
  }

  private end(event: PointerEvent): void {
    if (event.pointerId !== this.drawing) return;
    this.drawing = -1;
    this.send();
  }

  /** Arrow keys move a pen, the space bar lowers and lifts it; Backspace and Ctrl+Z take a stroke back, Escape all. */
  private key(event: KeyboardEvent): void {
    if (event.key in ARROWS) {
      const [x, y] = this.pen ?? [0.5, 0.5];
      const [right, below] = ARROWS[event.key];
      const step = event.shiftKey ? KEY_STEP / 4 : KEY_STEP;
      const within = (place: number): number => Math.min(1, Math.max(0, place));
      this.pen = [within(x + right * step), within(y + below * step)];
      if (this.down) this.strokes[this.strokes.length - 1].push(this.pen);
      this.draw();
      if (this.down && performance.now() - this.told > EVERY) this.send();
    } else if (event.key === " ") {
      this.pen ??= [0.5, 0.5];
      this.down = !this.down;
      if (this.down) this.strokes.push([this.pen]);
      this.draw();
      this.send();
    } else if (event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey))) this.back(1);
    else if (event.key === "Escape") this.back(this.strokes.length);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private lift(): void {
    this.pen = null;
    this.down = false;
    this.draw();
  }

  private back(count: number): void {
    this.down = false;
    if (!this.strokes.length) return;
    this.strokes.splice(this.strokes.length - count, count);
    this.draw();
    this.send();
  }

  /** The strokes on a canvas of any size: white is ink. */
  private ink(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    const { width, height } = canvas;
    context.fillStyle = "#000";
    context.fillRect(0, 0, width, height);
    context.strokeStyle = "#fff";
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = this.options.pen * Math.max(width, height);
    for (const stroke of this.strokes) {
      context.beginPath();
      stroke.forEach(([x, y], i) => (i ? context.lineTo(x * width, y * height) : context.moveTo(x * width, y * height)));
      if (stroke.length === 1) context.lineTo(stroke[0][0] * width + 0.01, stroke[0][1] * height);
      context.stroke();
    }
    return context;
  }

  private draw(): void {
    const context = this.ink(this.sheet);
    if (this.options.ground > 0.5) {
      context.globalCompositeOperation = "difference"; // dark ink on a bright ground, as in the data
      context.fillStyle = "#fff";
      context.fillRect(0, 0, this.sheet.width, this.sheet.height);
      context.globalCompositeOperation = "source-over";
    }
    if (this.pen) {
      context.beginPath();
      context.arc(this.pen[0] * this.sheet.width, this.pen[1] * this.sheet.height, (context.lineWidth / 2) * (this.down ? 0.6 : 1), 0, 2 * Math.PI);
      context.lineWidth = 3 * ON_SCREEN;
      context.strokeStyle = "#3f90da";
      context.stroke();
    }
    this.undo.disabled = this.clear.disabled = !this.strokes.length;
    this.root.dataset.strokes = String(this.strokes.length);
  }

  private send(): void {
    this.told = performance.now();
    const small = document.createElement("canvas");
    small.width = Math.round(this.options.width * this.scale);
    small.height = Math.round(this.options.height * this.scale);
    const { data } = this.ink(small).getImageData(0, 0, small.width, small.height);
    let text = "";
    for (let i = 0; i < data.length; i += 4) text += String.fromCharCode(data[i]);
    this.tell("drawn", { width: small.width, height: small.height, ink: this.strokes.length ? btoa(text) : "" });
  }

  /** A picture from the clipboard, made small enough to be sent. */
  private readonly pastes = async (event: ClipboardEvent): Promise<void> => {
    const file = [...(event.clipboardData?.files ?? [])].find((one) => one.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    const picture = await createImageBitmap(file);
    const times = Math.min(1, LARGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * times));
    canvas.height = Math.max(1, Math.round(picture.height * times));
    const context = canvas.getContext("2d")!;
    context.fillStyle = "#fff"; // transparent ground is white, as in pictures that are read from files
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    this.strokes = [];
    this.draw();
    this.tell("pasted", canvas.toDataURL("image/png"));
  };

  destroy(): void {
    document.removeEventListener("paste", this.pastes);
    this.root.remove();
  }
}

const mounted = new WeakMap<HTMLElement | ShadowRoot, Pad>();

/** Streamlit calls this when the element is mounted, and again whenever the page has run. */
export default function pad({ data, parentElement, setTriggerValue }: Mounted): () => void {
  const there = mounted.get(parentElement);
  if (there) there.tell = setTriggerValue;
  else mounted.set(parentElement, new Pad(parentElement, data, setTriggerValue));
  return () => {
    mounted.get(parentElement)?.destroy();
    mounted.delete(parentElement);
  };
}
