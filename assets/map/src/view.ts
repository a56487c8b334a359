// The camera: which part of the plane is seen, and where its points are on the screen.

export interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

const MARGIN = 0.06; // of the map, on every side of the points
const NEAREST = 400; // times

export class View {
  width = 1;
  height = 1;
  top = 0; // pixels at the upper and the lower edge that something else lies on
  bottom = 0;
  private box: Box = { x0: -1, y0: -1, x1: 1, y1: 1 };
  private x = 0; // of the middle, in the units of the points
  private y = 0;
  zoom = 1;

  /** See all of a box. */
  fit(box: Box): void {
    this.box = box;
    this.reset();
  }

  reset(): void {
    this.x = (this.box.x0 + this.box.x1) / 2;
    this.y = (this.box.y0 + this.box.y1) / 2;
    this.zoom = 1;
  }

  /** Pixels for a unit of the plane. */
  get scale(): number {
    const across = Math.max(this.box.x1 - this.box.x0, 1e-9);
    const down = Math.max(this.box.y1 - this.box.y0, 1e-9);
    return (this.zoom * (1 - 2 * MARGIN) * Math.min(this.width / across, this.free / down)) || 1;
  }

  private get free(): number {
    return Math.max(this.height - this.top - this.bottom, 1);
  }

  private get middle(): number {
    return this.top + this.free / 2;
  }

  toScreen(x: number, y: number): [number, number] {
    const s = this.scale;
    return [this.width / 2 + (x - this.x) * s, this.middle - (y - this.y) * s];
  }

  toPlane(px: number, py: number): [number, number] {
    const s = this.scale;
    return [this.x + (px - this.width / 2) / s, this.y - (py - this.middle) / s];
  }

  /** See a place, in the middle if it was not seen. */
  show(x: number, y: number): void {
    const [px, py] = this.toScreen(x, y);
    if (px > 40 && px < this.width - 40 && py > this.top + 20 && py < this.height - this.bottom - 20) return;
    [this.x, this.y] = [x, y];
  }

  /** The part of the plane that is seen. */
  get seen(): Box {
    const [x0, y1] = this.toPlane(0, 0);
    const [x1, y0] = this.toPlane(this.width, this.height);
    return { x0, y0, x1, y1 };
  }

  move(dx: number, dy: number): void {
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
  }

  /** Come nearer by a factor; what is at (px, py) stays there. */
  near(factor: number, px = this.width / 2, py = this.middle): void {
    const [x, y] = this.toPlane(px, py);
    this.zoom = Math.min(NEAREST, Math.max(0.5, this.zoom * factor));
    const [ax, ay] = this.toPlane(px, py);
    this.x += x - ax;
    this.y += y - ay;
  }

  /** Scale and offset that take the plane to WebGL's clip space. */
  get clip(): { scale: [number, number]; offset: [number, number] } {
    const sx = (2 * this.scale) / this.width;
    const sy = (2 * this.scale) / this.height;
    return { scale: [sx, sy], offset: [-this.x * sx, 1 - (2 * this.middle) / this.height - this.y * sy] };
  }
}
