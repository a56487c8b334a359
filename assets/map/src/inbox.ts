// Where messages wait for their map. Both bundles of this folder reach it, whichever of them starts first.

import { typed, type Part, type Told } from "./parts";
import type { Message } from "./protocol";

export class Inbox {
  private readonly messages = new Map<string, Message>();
  arrived: ((part: string) => void) | null = null; // set by the map that reads this inbox
  at: number | undefined; // the moment of a reel that was last shown
  ask: ((sheets: number[]) => void) | null = null; // set by the wire that can ask Python for pictures
  private readonly calls = new Map<string, number>();

  /** The latest message of a part; undefined if none has come. */
  get<P extends Part>(part: P): Told<P> | undefined {
    return typed(part, this.messages.get(part));
  }

  /** A sheet of pictures by the name it came under, which is kept no longer here. */
  takeSheet(name: string): Told<"sheet"> | undefined {
    const sheet = typed("sheet", this.messages.get(name));
    this.messages.delete(name);
    return sheet;
  }

  /** Keep what `reading` gives as the latest of its part, unless a later call for the part was quicker. */
  async put(part: string, reading: Promise<Message>): Promise<void> {
    const call = (this.calls.get(part) ?? 0) + 1;
    this.calls.set(part, call);
    const message = await reading;
    if (this.calls.get(part) !== call || this.messages.get(part)?.version === message.version) return;
    this.messages.set(part, message);
    this.arrived?.(part);
  }
}

const KEPT = 4; // maps whose data stay in the browser when their page is left

/** The inbox of a map by its key; it outlives the map, so that a page that is opened again has its points at once. */
export function inbox(map: string): Inbox {
  const place = globalThis as unknown as { deepclustMaps?: Map<string, Inbox> };
  const all = (place.deepclustMaps ??= new Map());
  const found = all.get(map) ?? new Inbox();
  all.delete(map);
  all.set(map, found); // the last in use is the last to go
  for (const key of [...all.keys()].slice(0, Math.max(0, all.size - KEPT))) all.delete(key);
  return found;
}
