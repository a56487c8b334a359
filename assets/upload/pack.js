// Many chosen files become one zip before Streamlit's uploader sees them: it sends every file by a request of its own, and a
// thousand of them take minutes. The zip refers to the files where they lie; only their checksums are read beforehand.

const FEWEST = 20; // files from which on they are packed
const MOST_FILES = 65_000, MOST_BYTES = 4_000_000_000; // of a zip without extensions; beyond, the uploader does as it is used to
const UTF8 = 0x0800, DATE = 0x0021; // 1980-01-01: the same files give the same bytes
const UPLOADER = '.st-key-own-data [data-testid="stFileUploader"]';

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

async function checksum(file) {
  let crc = 0xffffffff;
  const reader = file.stream().getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read())
    for (const byte of part.value) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

// A header of a file in a zip: of itself, or with its place, of the directory at the end.
function header(name, crc, size, place) {
  const inDirectory = place !== undefined;
  const bytes = new Uint8Array((inDirectory ? 46 : 30) + name.length);
  const view = new DataView(bytes.buffer);
  let at = inDirectory ? 6 : 4;
  const two = (value) => (view.setUint16(at, value, true), (at += 2));
  const four = (value) => (view.setUint32(at, value, true), (at += 4));
  view.setUint32(0, inDirectory ? 0x02014b50 : 0x04034b50, true);
  if (inDirectory) view.setUint16(4, 20, true);
  two(20), two(UTF8), two(0), two(0), two(DATE), four(crc), four(size), four(size), two(name.length), two(0);
  if (inDirectory) two(0), two(0), two(0), four(0), four(place);
  bytes.set(name, bytes.length - name.length);
  return bytes;
}

// files: pairs of a name with its folders, and a file. told: is called with the number of files that are done.
export async function zipOf(files, told) {
  const parts = [], directory = [];
  let place = 0, length = 0;
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const seen = new Map();
  for (const [given, file] of sorted) {
    const times = (seen.get(given) ?? 0) + 1;
    seen.set(given, times);
    const name = new TextEncoder().encode(times > 1 ? given.replace(/(\.\w+)?$/, ` (${times})$1`) : given);
    const crc = await checksum(file);
    const head = header(name, crc, file.size);
    parts.push(head, file);
    directory.push(header(name, crc, file.size, place));
    place += head.length + file.size;
    length += directory.at(-1).length;
    told?.(directory.length);
  }
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  for (const at of [8, 10]) end.setUint16(at, sorted.length, true);
  end.setUint32(12, length, true), end.setUint32(16, place, true);
  const top = sorted[0][0].split("/");
  const shared = top.length > 1 && sorted.every(([name]) => name.startsWith(`${top[0]}/`));
  const called = shared ? top[0] : `${sorted.length.toLocaleString("en")} files`;
  return new File([...parts, ...directory, end.buffer], `${called}.zip`, { type: "application/zip" });
}

// The files that were dropped, with those in dropped folders, as pairs of name and file.
async function dropped(entries) {
  const files = [];
  const walk = async (entry) => {
    if (entry.isFile) {
      files.push([entry.fullPath.slice(1), await new Promise((yes, no) => entry.file(yes, no))]);
      return;
    }
    const reader = entry.createReader(); // gives a hundred at a time
    for (;;) {
      const some = await new Promise((yes, no) => reader.readEntries(yes, no));
      if (!some.length) return;
      for (const inner of some) await walk(inner);
    }
  };
  for (const entry of entries) await walk(entry);
  return files;
}

function isForPacking(files) {
  const bytes = files.reduce((sum, [, file]) => sum + file.size, 0);
  return files.length >= FEWEST && files.length <= MOST_FILES && bytes <= MOST_BYTES;
}

const line = document.createElement("div"); // what is being packed
line.setAttribute("role", "status");
line.style.fontSize = "0.875rem";
let turn = 0; // what is chosen later takes the place of what is still being packed

async function hand(input, files) {
  const mine = ++turn;
  const transfer = new DataTransfer();
  if (isForPacking(files)) {
    const zip = await zipOf(files, (n) => {
      if (mine === turn) line.textContent = `Packing ${n.toLocaleString("en")} of ${files.length.toLocaleString("en")} files`;
    });
    transfer.items.add(zip);
  } else {
    for (const [, file] of files) transfer.items.add(file);
  }
  if (mine !== turn) return;
  line.textContent = "";
  input.files = transfer.files;
  const event = new Event("change", { bubbles: true });
  event.isPacked = true;
  input.dispatchEvent(event);
}

function failed(error) {
  line.textContent = `The files could not be read (${error.message ?? error}). Zip their folder and give the zip.`;
}

function onChange(event) {
  const input = event.target;
  if (event.isPacked || !(input instanceof HTMLInputElement) || input.type !== "file" || !input.closest(UPLOADER)) return;
  const files = [...input.files].map((file) => [file.webkitRelativePath || file.name, file]);
  if (!isForPacking(files)) return;
  event.stopImmediatePropagation();
  hand(input, files).catch(failed);
}

function onDrop(event) {
  const uploader = event.target instanceof Element && event.target.closest(UPLOADER);
  const input = uploader && uploader.querySelector('input[type="file"]');
  const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const loose = [...(event.dataTransfer?.files ?? [])].map((file) => [file.name, file]);
  const folders = entries.some((entry) => entry.isDirectory);
  if (!input || (!folders && !isForPacking(loose))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  event.target.dispatchEvent(new DragEvent("dragleave", { bubbles: true }));
  (folders ? dropped(entries) : Promise.resolve(loose)).then((files) => hand(input, files)).catch(failed);
}

// Once for as long as the page is open; the mark shows the uploader (assets/app.css): before it, files would go one by one.
document.addEventListener("change", onChange, true);
document.addEventListener("drop", onDrop, true);
document.documentElement.dataset.packs = "";

export default function ({ parentElement }) {
  parentElement.replaceChildren(line);
  return () => {
    turn++;
    line.textContent = "";
  };
}
