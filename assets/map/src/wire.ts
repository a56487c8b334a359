// An element without a face: it hands the message that Python gave it to the map it is for.
//
// One wire for each part keeps what did not change off the line: Streamlit sends an element again only if it differs.

import { inbox } from "./inbox";
import { headerOf, unpack } from "./protocol";

interface Mounted {
  data: Uint8Array | null;
  setTriggerValue: (name: string, value: unknown) => void;
}

export default function wire({ data, setTriggerValue }: Mounted): void {
  if (!data) return;
  const { map, part } = headerOf(data);
  const box = inbox(map);
  if (part === "pictures") box.ask = (sheets) => setTriggerValue("want", sheets);
  void box.put(part, unpack(data));
}
