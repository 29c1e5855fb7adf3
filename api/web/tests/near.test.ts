import assert from "node:assert/strict";
import { test } from "node:test";
import { gridDisk, latLngToCell } from "h3-js";
import { hexagonsFromCells, type Extent, type Hexagons } from "../src/core/hexagons.js";
import { cellsNear, isNear } from "../src/core/near.js";

const disk = (lat: number, lng: number, rings: number) => gridDisk(latLngToCell(lat, lng, 9), rings);
const GROUNDS: [name: string, cells: string[]][] = [
  ["one ground", disk(47.14, 9.52, 25)],
  ["two grounds far apart", [...disk(22.54, 114.05, 12), ...disk(39.9, 116.4, 12)]],
  ["one cell", disk(47.14, 9.52, 0)],
];

/** Regions of every size around every ninth cell, and one off the ground. */
function* regions({ count, centreX, centreY, reach }: Hexagons): Generator<Extent> {
  for (let cell = 0; cell < count; cell += 9) {
    const [x, y, half] = [centreX[cell] + reach / 3, centreY[cell] - reach / 5, reach * (0.1 + (cell % 50))];
    yield [x - half, y - half / 2, x + half, y + half];
  }
  yield [0, 0, 1, 1];
}

for (const [name, cells] of GROUNDS) {
  test(`the cells near a region are those that a look at every cell finds: ${name}`, () => {
    const shape = hexagonsFromCells(cells);
    const every = Array.from({ length: shape.count }, (_, cell) => cell);
    const counts = new Set<number>();
    for (const region of regions(shape)) {
      const found = cellsNear(shape, region);
      assert.deepEqual([...found].sort((a, b) => a - b), every.filter((cell) => isNear(shape, cell, region)));
      counts.add(found.length);
    }
    assert.ok(counts.has(0) && Math.max(...counts) > 0);
  });
}

test("cells come in the same order whatever region is asked for, so that soft edges lie over each other in one way", () => {
  const shape = hexagonsFromCells(GROUNDS[0][1]);
  const place = new Map(cellsNear(shape, [-Infinity, -Infinity, Infinity, Infinity]).map((cell, at) => [cell, at]));
  assert.equal(place.size, shape.count);
  for (const region of regions(shape)) {
    const places = cellsNear(shape, region).map((cell) => place.get(cell) as number);
    assert.deepEqual(places, [...places].sort((a, b) => a - b));
  }
});

test("no ground has no cells near anything", () => {
  assert.deepEqual(cellsNear(hexagonsFromCells([]), [-1, -1, 1, 1]), []);
});
