// Play, pause and a slider over the moments of a reel.

import type { Reel } from "./reel";

const WHOLE = 12_000; // milliseconds that playing all of a reel takes, where a step is not too short or too long for that
const [SHORTEST, LONGEST] = [260, 900];
const BY_HAND = 300; // milliseconds of a glide to where the slider was put
const PLAY = "M4 2.5v11l9.500-5.500z";
const PAUSE = "M4.500 2.500v11M11.500 2.500v11";

export class Player {
  at = 0;
  private reel: Reel | null = null;
  private timer = 0;
  private readonly button = document.createElement("button");
  private readonly icon = document.createElementNS("http://www.w3.org/2000/svg", "path");
  private readonly slider = document.createElement("input");
  private readonly words = document.createElement("output");

  /** go: show the moment `at` now, gliding for so many milliseconds, evenly where more steps follow. */
  constructor(
    private readonly place: HTMLElement,
    private readonly go: (milliseconds: number, evenly: boolean) => void,
  ) {
    this.button.type = "button";
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.append(this.icon);
    this.button.append(svg);
    this.slider.type = "range";
    this.slider.min = "0";
    this.button.addEventListener("click", () => this.toggle());
    this.slider.addEventListener("input", () => {
      this.pause();
      this.show(Number(this.slider.value), BY_HAND, false);
    });
    place.append(this.button, this.slider, this.words);
    place.hidden = true;
    this.pause();
  }

  get playing(): boolean {
    return this.timer !== 0;
  }

  /** Take a reel, or none; the moment that was shown stays where it is in time, or it is the last one. moment: what a step is. */
  load(reel: Reel | null, at: number | undefined, moment: string): void {
    this.slider.ariaLabel = moment;
    if (reel !== this.reel) {
      const x = this.reel?.steps[this.at]?.x;
      this.reel = reel;
      this.place.hidden = !reel;
      if (!reel) return this.pause();
      const last = reel.steps.length - 1;
      const near = (wanted: number) => reel.steps.reduce((best, step, i) => (Math.abs(step.x - wanted) < Math.abs(reel.steps[best].x - wanted) ? i : best), 0);
      this.at = x !== undefined ? near(x) : Math.min(at ?? last, last);
      this.slider.max = String(last);
      this.tell();
    }
  }

  /** Show another moment. */
  show(at: number, milliseconds: number, evenly: boolean): void {
    this.at = at;
    this.tell();
    this.go(milliseconds, evenly);
  }

  /** To the next moment or the one before; false without a reel. */
  step(by: number): boolean {
    if (!this.reel) return false;
    this.pause();
    const at = this.at + by;
    if (at >= 0 && at < this.reel.steps.length) this.show(at, BY_HAND, false);
    return true;
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  private play(): void {
    if (!this.reel) return;
    const n = this.reel.steps.length;
    const each = Math.min(LONGEST, Math.max(SHORTEST, WHOLE / n));
    this.draw(PAUSE, "Pause");
    if (this.at >= n - 1) this.show(0, 0, false);
    const next = (): void => {
      if (!this.reel || this.at >= this.reel.steps.length - 1) return this.pause();
      this.show(this.at + 1, each, true);
      this.timer = window.setTimeout(next, each);
    };
    this.timer = window.setTimeout(next, each / 2);
  }

  pause(): void {
    window.clearTimeout(this.timer);
    this.timer = 0;
    this.draw(PLAY, "Play");
  }

  private draw(path: string, words: string): void {
    this.icon.setAttribute("d", path);
    this.button.ariaLabel = words;
    this.button.title = `${words}. The keys , and . go a step back and on`;
  }

  private tell(): void {
    const text = this.reel?.steps[this.at].text ?? "";
    this.slider.value = String(this.at);
    this.slider.style.setProperty("--done", `${(100 * this.at) / Math.max(1, Number(this.slider.max))}%`);
    this.slider.setAttribute("aria-valuetext", text);
    this.words.textContent = text;
  }
}
