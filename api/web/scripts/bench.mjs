// Builds the page with the bench's room into the file that is named; its size is measured of the real page.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

await build({
  entryPoints: [fileURLToPath(new URL("../bench/main.ts", import.meta.url))],
  outfile: process.argv[2],
  bundle: true,
  minify: true,
  format: "iife",
  charset: "utf8",
  target: "chrome78",
  logLevel: "warning",
});
