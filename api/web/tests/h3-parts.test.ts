import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as whole from "h3-js";
import { importedFrom, reduced } from "../scripts/h3-parts.mjs";

const LIBRARY = readFileSync("node_modules/h3-js/dist/browser/h3-js.es.js", "utf8");
const NAMES = ["latLngToCell", "cellToLatLng", "cellToBoundary", "gridDisk", "gridPathCells", "cellToParent", "cellToChildren"];
// Without the address of its source map: node would look for it beside a module that has no place.
const loaded = (code: string) => {
  const text = code.replace(/\/\/# sourceMappingURL=.*/, "");
  return import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`) as Promise<typeof whole>;
};

test("what is left of h3-js answers as the whole, at every resolution and at pentagons", async () => {
  const code = reduced(LIBRARY, new Set(NAMES));
  assert.ok(code.length < 0.75 * LIBRARY.length);
  const part = await loaded(code);
  const spread = Array.from({ length: 300 }, (_, at) =>
    whole.latLngToCell((Math.asin(((at * 0.618) % 2) - 1) * 180) / Math.PI, ((at * 222.5) % 360) - 180, at % 14),
  );
  for (const cell of [...spread, ...whole.getPentagons(9), ...whole.getPentagons(2)]) {
    const resolution = whole.getResolution(cell);
    assert.deepEqual(part.cellToBoundary(cell), whole.cellToBoundary(cell));
    const [lat, lng] = part.cellToLatLng(cell);
    assert.equal(part.latLngToCell(lat, lng, resolution), cell);
    const disk = whole.gridDisk(cell, 3);
    assert.deepEqual(part.gridDisk(cell, 3), disk);
    assert.deepEqual(part.cellToChildren(cell, resolution + 1), whole.cellToChildren(cell, resolution + 1));
    if (resolution > 1) assert.equal(part.cellToParent(cell, resolution - 2), whole.cellToParent(cell, resolution - 2));
    const path = (library: typeof whole) => {
      try {
        return library.gridPathCells(cell, disk[disk.length - 1]);
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.deepEqual(path(part), path(whole));
  }
});

test("a function that nothing asked for says that it was left out", async () => {
  const part = await loaded(reduced(LIBRARY, new Set(["latLngToCell"])));
  assert.throws(() => part.polygonToCells([[47, 9], [47, 9.1], [47.1, 9]], 9), /left out/);
});

test("names are found in imports of any shape", () => {
  const sources = ['import { gridDisk, latLngToCell as cell } from "h3-js";', 'import {\n  cellToBoundary,\n} from "h3-js";'];
  assert.deepEqual(importedFrom(sources), new Set(["gridDisk", "latLngToCell", "cellToBoundary"]));
});
