// Keys of the map. Those that step through k and snapshots work on the whole page, the others where the map is.

export interface Keys {
  step(what: "k" | "snapshot", by: number): boolean; // whether there is anything to step through
  lasso(): void;
  reset(): void;
  play(): boolean; // whether there is anything to play
  clear(): boolean; // whether there was anything to clear
  move(dx: number, dy: number): void;
  enter(): void; // look at a point
  walk(dx: number, dy: number): boolean; // to the next point; whether one is looked at
  near(factor: number): void;
}

const STEPS: Record<string, ["k" | "snapshot", number]> = {
  "[": ["k", -1],
  "]": ["k", 1],
  ",": ["snapshot", -1],
  ".": ["snapshot", 1],
};
const PAN = 60; // pixels of an arrow key
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [PAN, 0],
  ArrowRight: [-PAN, 0],
  ArrowUp: [0, PAN],
  ArrowDown: [0, -PAN],
};

/** Listen until the returned function is called; `here`: whether the pointer or the focus is on the map. */
export function listen(keys: Keys, here: () => boolean, focused: () => boolean): () => void {
  const act = (event: KeyboardEvent): boolean => {
    const { key } = event;
    if (key in STEPS) return keys.step(...STEPS[key]);
    if (key === "Escape") return !document.querySelector("[data-testid='stPopoverBody']") && keys.clear(); // which it closes
    if (!here()) return false;
    if (key === " ") return focused() && keys.play();
    if (key === "l" || key === "L") keys.lasso();
    else if (key === "r" || key === "R") keys.reset();
    else if (key === "+" || key === "=") keys.near(1.3);
    else if (key === "-") keys.near(1 / 1.3);
    else if (key === "Enter" && focused()) keys.enter();
    else if (key in ARROWS && focused()) {
      const [dx, dy] = ARROWS[key];
      if (event.shiftKey || !keys.walk(-Math.sign(dx), -Math.sign(dy))) keys.move(dx, dy);
    }
    else return false;
    return true;
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
    if (!act(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // Streamlit takes R for "run again"; another map on the page hears nothing
  };
  document.addEventListener("keydown", pressed, true);
  return () => document.removeEventListener("keydown", pressed, true);
}

function typing(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  if (target instanceof HTMLInputElement && target.type === "range") return false;
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
