import assert from "node:assert/strict";
import { test } from "node:test";
import { getPentagons, gridDisk, latLngToCell } from "h3-js";
import {
  bordersOf,
  extentOf,
  hexagonsFromCells,
  lngLat,
  mercator,
  middles,
  neighboursOf,
  neighbourTowards,
} from "../src/core/hexagons.js";

const PLACES: [name: string, centre: string][] = [
  ["Vaduz at resolution 9", latLngToCell(47.14, 9.52, 9)],
  ["Helsinki at resolution 11", latLngToCell(60.17, 24.94, 11)],
  ["Quito at resolution 7", latLngToCell(-0.18, -78.47, 7)],
  ["a pentagon at resolution 9", getPentagons(9)[3]],
];

for (const [name, centre] of PLACES) {
  test(`neighbours across edges are h3's own neighbours: ${name}`, () => {
    const cells = gridDisk(centre, 6);
    const inside = new Set(cells);
    const hexagons = hexagonsFromCells(cells);
    cells.forEach((cell, at) => {
      const expected = gridDisk(cell, 1).filter((other) => other !== cell && inside.has(other));
      assert.deepEqual(neighboursOf(hexagons, at).map((other) => cells[other]).sort(), expected.sort());
    });
  });
}

test("every arrow has its way back", () => {
  const cells = gridDisk(PLACES[0][1], 5);
  const hexagons = hexagonsFromCells(cells);
  for (const [dx, dy] of [[1, 0], [0, 1]]) {
    const there = neighbourTowards(hexagons, 0, dx, dy);
    assert.ok(there >= 0);
    assert.equal(neighbourTowards(hexagons, there, -dx, -dy), 0);
  }
});

test("arrows reach every cell of a disk", () => {
  const hexagons = hexagonsFromCells(gridDisk(PLACES[0][1], 5));
  const seen = new Set([0]);
  for (const cell of seen) {
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      const next = neighbourTowards(hexagons, cell, dx, dy);
      if (next >= 0) seen.add(next);
    }
  }
  assert.equal(seen.size, hexagons.count);
});

test("nothing lies beyond a single cell", () => {
  const hexagons = hexagonsFromCells([PLACES[0][1]]);
  assert.equal(neighbourTowards(hexagons, 0, 1, 0), -1);
  assert.deepEqual(neighboursOf(hexagons, 0), []);
});

test("one owner's border is the outline of its cells, each edge once", () => {
  const ring = hexagonsFromCells(gridDisk(PLACES[0][1], 1));
  assert.equal(bordersOf(ring, new Int16Array(7)).length / 4, 18);
  const middleAlone = Int16Array.from([1, 0, 0, 0, 0, 0, 0]);
  assert.equal(bordersOf(ring, middleAlone).length / 4, 18 + 6);
});

test("the middle of an owner is one of its cells, and an owner of nothing has none", () => {
  const cells = gridDisk(PLACES[0][1], 3);
  const hexagons = hexagonsFromCells(cells);
  const owner = new Int16Array(cells.length);
  owner[1] = 1;
  const middle = middles(hexagons, owner, 3);
  assert.equal(middle[1], 1);
  assert.equal(owner[middle[0]], 0);
  assert.equal(middle[2], -1);
});

test("an extent holds every corner of the wanted cells, and nothing has no extent", () => {
  const hexagons = hexagonsFromCells(gridDisk(PLACES[0][1], 2));
  const [west, south, east, north] = extentOf(hexagons, () => true) ?? [0, 0, 0, 0];
  for (let k = 0; k < hexagons.x.length; k++) {
    assert.ok(hexagons.x[k] >= west && hexagons.x[k] <= east);
    assert.ok(hexagons.y[k] >= south && hexagons.y[k] <= north);
  }
  assert.equal(extentOf(hexagons, () => false), null);
});

test("Mercator there and back is the same place", () => {
  const [lng, lat] = lngLat(...mercator(9.52, 47.14));
  assert.ok(Math.abs(lng - 9.52) < 1e-12 && Math.abs(lat - 47.14) < 1e-12);
});
