// Builds the page into api/gridgeo_api/static: script, style sheet, document, gate for old browsers, licences.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { importedFrom, reduced } from "./h3-parts.mjs";

const BUDGET_BYTES = 220 * 1024;
const from = (path) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));
const modules = fileURLToPath(new URL("../node_modules/", import.meta.url));
const out = fileURLToPath(new URL("../../gridgeo_api/static/", import.meta.url));
const common = { outdir: out, bundle: true, minify: true, target: "chrome78", logLevel: "warning" };

/** OpenLayers brings a language of styles as data along, a tenth of its size, and tiles of other projections: no use here. */
const withoutUnused = {
  name: "without unused parts",
  setup({ onResolve }) {
    onResolve({ filter: /render\/canvas\/style\.js$/ }, () => ({ path: from("map/noFlatStyles.ts") }));
    onResolve({ filter: /(hitdetect|control\/defaults)\.js$/ }, () => ({ path: from("map/noUnused.ts") }));
    onResolve({ filter: /reproj\/Tile\.js$/ }, () => ({ path: from("map/noReprojection.ts") }));
  },
};

/** Of h3-js only what the page calls: half of its compiled functions. */
const partsOfH3 = {
  name: "parts of h3-js",
  setup({ onLoad }) {
    onLoad({ filter: /h3-js[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
      const names = importedFrom(sources(from("")));
      return { contents: reduced(readFileSync(path, "utf8"), names), loader: "js" };
    });
  },
};

/** The text of every source below a folder. */
function sources(folder) {
  const below = readdirSync(folder, { withFileTypes: true });
  return below.flatMap((one) => {
    const path = `${folder}/${one.name}`;
    return one.isDirectory() ? sources(path) : /\.ts$/.test(one.name) ? [readFileSync(path, "utf8")] : [];
  });
}

// OpenLayers' private members end in an underscore, and nothing else does; phrases of rooms begin with the room's name:
// both may be called anything, as long as no text names one and none is an export reached through `import * as`.
const SHORTENED = /[a-zA-Z]_$|^(?:plan|grids|queue|tools|conflict|strokes|keys)[A-Z]/;
const named = sources(from("")).flatMap((text) => [...text.matchAll(/(?<!dataset\[)(["'`])(\w+)\1/g)].map(([, , name]) => name));
const lost = named.filter((name) => SHORTENED.test(name) && !name.endsWith("_"));
if (lost.length) throw new Error(`${lost.join(", ")}: a phrase that is shortened cannot be looked up by its name`);

mkdirSync(out, { recursive: true });
const { metafile } = await build({
  ...common,
  entryPoints: { app: from("main.ts") },
  format: "iife",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  plugins: [withoutUnused, partsOfH3],
  mangleProps: SHORTENED,
});
await build({ ...common, entryPoints: { app: from("app.css") } });
for (const name of ["index.html", "gate.js"]) copyFileSync(from(name), `${out}${name}`);
writeFileSync(`${out}licences.txt`, licences(metafile));

const bytes = gzipSync(readFileSync(`${out}app.js`), { level: 9 }).length;
console.log(`app.js: ${(bytes / 1024).toFixed(1)} KB gzipped`);
if (bytes > BUDGET_BYTES) {
  console.error(`app.js is larger than ${BUDGET_BYTES / 1024} KB gzipped`);
  process.exit(1);
}

/** The licence of every package that left code in the script: their texts must travel with it. */
function licences({ outputs }) {
  const script = Object.values(outputs).find(({ entryPoint }) => entryPoint?.endsWith("main.ts"));
  const used = Object.entries(script.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const names = used.map(([path]) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(Boolean);
  const texts = [...new Set(names)].sort().map((name) => {
    const file = readdirSync(`${modules}${name}`).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} comes without a licence text`);
    const { version } = JSON.parse(readFileSync(`${modules}${name}/package.json`, "utf8"));
    const changed = name === "h3-js" ? " (changed: compiled functions that the page never calls are left out)" : "";
    return `${name} ${version}${changed}\n\n${readFileSync(`${modules}${name}/${file}`, "utf8").trim()}\n`;
  });
  const colours = "Colours of the classes: YlGnBu by Cynthia A. Brewer, Mark Harrower and The Pennsylvania State University.\n";
  return [colours, ...texts].join(`\n${"-".repeat(72)}\n\n`);
}
