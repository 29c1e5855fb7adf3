// Builds the page into api/gridgeo_api/static: script, style sheet, document, gate for old browsers, licences.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { importedFrom, reduced } from "./h3-parts.mjs";
import { ownNames } from "./names.mjs";

const BUDGET_BYTES = 220 * 1024;
const from = (path) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));
const modules = fileURLToPath(new URL("../node_modules/", import.meta.url));
const out = fileURLToPath(new URL("../../gridgeo_api/static/", import.meta.url));
const common = { outdir: out, bundle: true, minify: true, target: "chrome78", logLevel: "warning" };
const script = { ...common, format: "esm", charset: "utf8", legalComments: "none" };

/** OpenLayers brings a language of styles as data along, a tenth of its size, and tiles of other projections: no use here. */
const withoutUnused = {
  name: "without unused parts",
  setup({ onResolve }) {
    onResolve({ filter: /render\/canvas\/style\.js$/ }, () => ({ path: from("map/noFlatStyles.ts") }));
    onResolve({ filter: /(hitdetect|control\/defaults|interaction\/defaults|proj\/utm)\.js$/ }, () => ({ path: from("map/noUnused.ts") }));
    onResolve({ filter: /reproj\/Tile\.js$/ }, () => ({ path: from("map/noReprojection.ts") }));
  },
};

/** The words of a language are a file of their own, of which the script knows the name alone. */
const wordsApart = {
  name: "words apart",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/words\/(en|zh)\.js$/ }, ({ path }) => ({ path: `./words-${path.slice(8)}`, external: true }));
  },
};

/** Of h3-js only what the page calls: half of its compiled functions. */
const partsOfH3 = {
  name: "parts of h3-js",
  setup({ onLoad }) {
    onLoad({ filter: /h3-js[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
      const names = importedFrom(texts(from(""), /\.ts$/));
      return { contents: reduced(readFileSync(path, "utf8"), names), loader: "js" };
    });
  },
};

/** The texts of files below a folder whose path fits. */
function texts(folder, wanted) {
  const below = readdirSync(folder, { withFileTypes: true });
  return below.flatMap((one) => {
    const path = `${folder}/${one.name}`;
    return one.isDirectory() ? texts(path, wanted) : wanted.test(path) ? [readFileSync(path, "utf8")] : [];
  });
}

// OpenLayers' private members end in an underscore, and nothing else does. What formats read is named by the file that is read.
const openLayers = texts(`${modules}ol`, /\/ol\/(?!dist|src|webgl|format|proj\/proj4).*\.js$/);
const others = [
  ...texts(`${modules}@typescript`, /\/lib\.[^/]*\.d\.ts$/),
  ...texts(`${modules}ol/format`, /\/(GeoJSON|JSONFeature|MVT|Feature)\.js$/),
  ...texts(`${modules}h3-js/dist`, /h3-js\.es\.js$/),
  ...texts(from("core"), /\/(api-types|contract)\.ts$/),
];
const page = texts(from(""), /\.ts$/);
const names = ownNames({ library: [...openLayers, ...page], phrases: texts(from("core/words"), /\.ts$/), others, page });
const shortened = new RegExp(`[a-zA-Z]_$|^(?:${names.join("|")})$`);

mkdirSync(out, { recursive: true });
const { metafile, mangleCache } = await build({
  ...script,
  entryPoints: { app: from("main.ts") },
  metafile: true,
  plugins: [withoutUnused, wordsApart, partsOfH3],
  mangleProps: shortened,
  mangleCache: {},
});
const words = Object.fromEntries(["en", "zh"].map((language) => [`words-${language}`, from(`core/words/${language}.ts`)]));
await build({ ...script, entryPoints: words, mangleProps: shortened, mangleCache });
await build({ ...common, entryPoints: { app: from("app.css") } });
for (const name of ["index.html", "gate.js"]) copyFileSync(from(name), `${out}${name}`);
writeFileSync(`${out}licences.txt`, licences(metafile));

// What one person loads: the script and the words of one language, the longer one.
const gzipped = (name) => gzipSync(readFileSync(`${out}${name}`), { level: 9 }).length;
const bytes = gzipped("app.js") + Math.max(...["en", "zh"].map((language) => gzipped(`words-${language}.js`)));
console.log(`app.js and the words of a language: ${(bytes / 1024).toFixed(1)} KB gzipped`);
if (bytes > BUDGET_BYTES) {
  console.error(`app.js and the words of a language are larger than ${BUDGET_BYTES / 1024} KB gzipped`);
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
