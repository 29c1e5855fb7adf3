// Builds the page into api/gridgeo_api/static: one script, one style sheet, the document, and the gate for old browsers.
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const BUDGET_BYTES = 220 * 1024;
const from = (path) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));
const out = fileURLToPath(new URL("../../gridgeo_api/static/", import.meta.url));

mkdirSync(out, { recursive: true });
await build({
  entryPoints: { app: from("main.ts") },
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: "chrome78",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
});
await build({ entryPoints: { app: from("app.css") }, outdir: out, bundle: true, minify: true, target: "chrome78" });
for (const name of ["index.html", "gate.js"]) copyFileSync(from(name), `${out}${name}`);

const bytes = gzipSync(readFileSync(`${out}app.js`), { level: 9 }).length;
console.log(`app.js: ${(bytes / 1024).toFixed(1)} KB gzipped`);
if (bytes > BUDGET_BYTES) {
  console.error(`app.js is larger than ${BUDGET_BYTES / 1024} KB gzipped`);
  process.exit(1);
}
