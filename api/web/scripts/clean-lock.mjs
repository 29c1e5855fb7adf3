// Takes every URL out of package-lock.json: where a package is fetched from is the matter of whoever installs it.
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));
for (const entry of Object.values(lock.packages)) {
  delete entry.resolved;
  delete entry.funding;
  delete entry.deprecated;
}
const text = `${JSON.stringify(lock, null, 2)}\n`;
const url = /https?:\/\/\S+/.exec(text);
if (url) {
  console.error(`package-lock.json still holds ${url[0]}`);
  process.exit(1);
}
writeFileSync(path, text);
