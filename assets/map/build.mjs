// Builds dist/map.js, dist/wire.js and dist/film.js from src/, and writes the hash of the sources into their first line.
// Run it with `make map`, which first puts the pinned packages into build/map of the repository.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, "..", "..", "build", "map", "node_modules");
const esbuild = createRequire(join(packages, "any.js"))("esbuild");

// tests/pages/map/test_map.py makes the same hash, without Node
const sources = ["build.mjs", "package-lock.json", ...readdirSync(join(here, "src")).map((name) => `src/${name}`)].sort();
const hash = createHash("sha256");
for (const name of sources) hash.update(name).update("\0").update(readFileSync(join(here, name))).update("\0");

await esbuild.build({
  absWorkingDir: here,
  entryPoints: ["src/map.ts", "src/wire.ts", "src/film.ts"],
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  nodePaths: [packages],
  alias: { regl: "regl/dist/regl.min.js" }, // half the size
  loader: { ".css": "text" },
  banner: { js: `/* DeepClust's map, built by make map from sources ${hash.digest("hex")} */` },
  logLevel: "info",
});
