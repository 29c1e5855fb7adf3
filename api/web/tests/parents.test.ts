import assert from "node:assert/strict";
import { test } from "node:test";
import { cellToParent } from "h3-js";
import { byParent, coarser, parentsOf } from "../src/core/parents.js";
import { initialState, publicationLoaded } from "../src/core/state.js";
import { paintFrom } from "../src/map/cellPaint.js";
import { CELLS, column, publication } from "./sample.js";

const state = publicationLoaded(publication())(initialState("en"));
const cells = state.cells!;
const parents = parentsOf(cells, 1);

test("every cell lies in its parent, and sizes add up to the cells", () => {
  assert.deepEqual(CELLS.map((cell) => cellToParent(cell, 8)), [...parents.of].map((at) => parents.table.ids[at]));
  assert.equal(parents.size.reduce((sum, size) => sum + size, 0), CELLS.length);
  assert.equal(parentsOf(cells, 1), parents);
});

test("sums by parent add up to the sum of the cells, and means times cells to the sums", () => {
  const values = CELLS.map((_, at) => at % 13);
  const { means, sums } = byParent(column(values), parents);
  assert.equal(sums.reduce<number>((sum, value) => sum + (value ?? 0), 0), values.reduce((sum, value) => sum + value, 0));
  sums.forEach((sum, at) => assert.ok(Math.abs((means.values[at] ?? 0) * parents.size[at] - (sum ?? 0)) < 1e-9));
});

test("cells without a value count in no mean, and a hidden cell hides its parent", () => {
  const mine = CELLS.map((_, cell) => cell).filter((cell) => parents.of[cell] === 0);
  const values = CELLS.map((_, cell) => (cell === mine[0] ? null : 4));
  assert.equal(byParent(column(values), parents).means.values[0], mine.length > 1 ? 4 : null);
  const reasons = CELLS.map((_, cell) => (cell === mine[0] ? ("small_count" as const) : null));
  const { means, sums } = byParent({ ...column(values), reasons }, parents);
  assert.deepEqual([means.values[0], sums[0], means.reasons?.[0]], [null, null, "small_count"]);
  assert.equal(means.reasons?.[1], null);
});

test("the coarser state is painted like any other, one colour a parent", () => {
  const above = coarser(state, 1);
  const paint = paintFrom(above);
  assert.equal(paint.index.length, parents.size.length);
  assert.ok(parents.size.length < CELLS.length);
  assert.ok([...(above.plan?.owner ?? [])].every((owner) => owner >= -1 && owner < 3));
});
