// A word on the map that fades by itself: how to zoom, or why a picture is not there.

const LONG = 1_600; // milliseconds

export class Hint {
  private timer = 0;

  constructor(private readonly place: HTMLElement) {
    place.role = "status";
  }

  say(words: string): void {
    this.place.textContent = words;
    this.place.dataset.on = "true";
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => delete this.place.dataset.on, LONG);
  }
}
