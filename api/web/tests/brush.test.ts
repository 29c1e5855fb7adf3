import assert from "node:assert/strict";
import { test } from "node:test";
import { cellToParent, gridDisk, gridDistance, latLngToCell } from "h3-js";
import * as brush from "../src/core/brush.js";
import { hexagonsFromCells, neighboursOf } from "../src/core/hexagons.js";

const MIDDLE = latLngToCell(47.14, 9.52, 9);
const CELLS = gridDisk(MIDDLE, 9);
const GROUND: brush.Ground = {
  ids: CELLS,
  position: new Map(CELLS.map((id, at) => [id, at])),
  resolution: 9,
  hexagons: hexagonsFromCells(CELLS),
};
const sorted = (cells: readonly number[]) => [...cells].sort((a, b) => a - b);
const where = (wanted: (id: string, at: number) => boolean) => CELLS.flatMap((id, at) => (wanted(id, at) ? [at] : []));

test("a brush takes the cells within its rings and nothing off the ground", () => {
  for (const rings of [0, 1, 4]) {
    assert.deepEqual(sorted(brush.disk(GROUND, 0, rings)), where((id) => gridDistance(id, MIDDLE) <= rings));
  }
  const edge = CELLS.length - 1;
  assert.deepEqual(sorted(brush.disk(GROUND, edge, 2)), where((id) => gridDistance(id, CELLS[edge]) <= 2));
  assert.deepEqual(brush.disk(GROUND, -1, 2), []);
});

test("a fast stroke has no gap: every cell on the way touches the one before", () => {
  const [from, to] = [CELLS.length - 1, CELLS.length - 28];
  const way = brush.stretch(GROUND, from, to, 0).filter((cell) => cell >= 0);
  assert.equal(way[0], from);
  assert.equal(way[way.length - 1], to);
  for (let at = 1; at < way.length; at++) assert.ok(neighboursOf(GROUND.hexagons, way[at - 1]).includes(way[at]));
});

test("a stroke that comes from off the ground begins where it enters", () => {
  assert.deepEqual(brush.stretch(GROUND, -1, 5, 0), [5]);
  assert.deepEqual(brush.stretch(GROUND, 5, -1, 0), []);
});

test("a fill takes the connected cells of equal owner and no other piece of the same owner", () => {
  const owner = Int32Array.from(CELLS, (id) => (gridDistance(id, MIDDLE) === 3 ? 1 : 0));
  assert.deepEqual(sorted(brush.piece(GROUND, owner, 0)), where((id) => gridDistance(id, MIDDLE) < 3));
  assert.deepEqual(sorted(brush.piece(GROUND, owner, CELLS.length - 1)), where((id) => gridDistance(id, MIDDLE) > 3));
  assert.deepEqual(brush.piece(GROUND, owner, -1), []);
});

test("the boundary tool takes the cells of the same boundary, and none where there is none", () => {
  const boundaries = CELLS.map((_, cell) => (cell % 5) - 1);
  assert.deepEqual(brush.neighboursIn(boundaries, 43), CELLS.flatMap((_, cell) => (cell % 5 === 3 ? cell : [])));
  assert.deepEqual(brush.neighboursIn(boundaries, 40), []);
  assert.deepEqual(brush.neighboursIn(null, 43), []);
  assert.deepEqual(brush.neighboursIn(boundaries, -1), []);
});

test("the parent tool takes the children of the parent two resolutions up that are on the ground", () => {
  const parent = cellToParent(CELLS[40], 7);
  const expected = where((id) => cellToParent(id, 7) === parent);
  assert.deepEqual(sorted(brush.siblings(GROUND, 40)), expected);
  assert.ok(expected.length > 1 && expected.length < CELLS.length);
});

test("a lasso takes the cells whose centre it holds, whichever way it is drawn", () => {
  const { centreX, centreY, reach } = GROUND.hexagons;
  const corner = (cell: number): brush.Point => [centreX[cell], centreY[cell]];
  const box = (half: number): brush.Point[] => {
    const [x, y] = corner(0);
    return [[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half]];
  };
  const inside = where((_, at) => Math.abs(centreX[at] - centreX[0]) < 6 * reach && Math.abs(centreY[at] - centreY[0]) < 6 * reach);
  assert.deepEqual(sorted(brush.inLasso(GROUND, box(6 * reach))), inside);
  assert.deepEqual(sorted(brush.inLasso(GROUND, box(6 * reach).reverse())), inside);
  assert.deepEqual(sorted(brush.inRectangle(GROUND, box(6 * reach)[2], box(6 * reach)[0])), inside);
  // A notch that reaches to the middle takes its cells out again.
  const notched = [...box(6 * reach), corner(0)];
  assert.ok(brush.inLasso(GROUND, notched).length < inside.length);
});

test("a rectangle by keyboard holds both of its cells, in whatever order", () => {
  const cells = brush.between(GROUND, 30, 200);
  assert.ok(cells.includes(30) && cells.includes(200));
  assert.deepEqual(brush.between(GROUND, 200, 30), cells);
  assert.deepEqual(brush.between(GROUND, 7, 7), [7]);
});

test("brush sizes end at nothing around and at the largest", () => {
  const sized = (steps: number) => brush.sizeStepped(steps)(brush.FIRST_TOOL).size;
  assert.deepEqual([sized(-1), sized(1), sized(9)], [0, 1, brush.LARGEST_BRUSH]);
});

test("choosing the same shape again changes nothing", () => {
  assert.equal(brush.shapeChosen("brush")(brush.FIRST_TOOL), brush.FIRST_TOOL);
  assert.equal(brush.erasingSwitched()(brush.FIRST_TOOL).erasing, true);
});
