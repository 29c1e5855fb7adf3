// Bundles the tests for node and hands them to node's own runner; arguments are names of test files.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const tests = fileURLToPath(new URL("../tests/", import.meta.url));
const asked = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
const names = readdirSync(tests).filter((name) => name.endsWith(".test.ts") && (!asked.length || asked.includes(name)));
const out = mkdtempSync(join(tmpdir(), "gridgeo-page-"));
let status = 1;
try {
  await build({
    entryPoints: names.map((name) => join(tests, name)),
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "inline",
    logLevel: "warning",
  });
  const files = names.map((name) => join(out, name.replace(/\.ts$/, ".mjs")));
  status = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
process.exit(status);
