// Builds dist/pad.js from src/, and writes the hash of the sources into its first line. `make map` runs it, with the packages of the map.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const esbuild = createRequire(join(here, "..", "..", "build", "map", "node_modules", "any.js"))("esbuild");

// tests/pages/try_it/test_pad.py makes the same hash, without Node
const sources = ["build.mjs", ...readdirSync(join(here, "src")).map((name) => `src/${name}`)].sort();
const hash = createHash("sha256");
for (const name of sources) hash.update(name).update("\0").update(readFileSync(join(here, name))).update("\0");

await esbuild.build({
  absWorkingDir: here,
  entryPoints: ["src/pad.ts"],
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  loader: { ".css": "text" },
  banner: { js: `/* DeepClust's pad, built by make map from sources ${hash.digest("hex")} */` },
  logLevel: "info",
});
