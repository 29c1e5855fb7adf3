import assert from "node:assert/strict";
import { test } from "node:test";
import { cellToParent } from "h3-js";
import { byParent, coarser, columnsMissing, parentsOf, weightsOf } from "../src/core/parents.js";
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

const values = CELLS.map((_, at) => (at % 7) / 10);
const people = CELLS.map((_, at) => (at * 37) % 101);
const bottom = column(people);
const of = (parent: number) => CELLS.map((_, cell) => cell).filter((cell) => parents.of[cell] === parent);
const near = (found: number | null | undefined, wanted: number) => assert.ok(Math.abs((found ?? NaN) - wanted) < 1e-12);

test("a weighted mean is that of the people, and a share is its numerator over its denominator", () => {
  const top = column(CELLS.map((_, at) => (at * 13) % 29));
  const mean = byParent(column(values), parents, { top: null, bottom }).means;
  const share = byParent(column(values), parents, { top, bottom }).means;
  parents.size.forEach((_, parent) => {
    const whole = of(parent).reduce((sum, cell) => sum + people[cell], 0);
    near(mean.values[parent], of(parent).reduce((sum, cell) => sum + values[cell] * people[cell], 0) / whole);
    near(share.values[parent], of(parent).reduce((sum, cell) => sum + (top.values[cell] ?? 0), 0) / whole);
  });
  const plain = byParent(column(values), parents).means;
  assert.notDeepEqual(plain.values, mean.values, "the plain mean is another figure");
});

test("where nobody is, and while the weights are not here, a parent has no value", () => {
  const nobody = byParent(column(values), parents, { top: null, bottom: column(CELLS.map(() => 0)) }).means;
  assert.ok(nobody.values.every((value) => value === null));
  const measure = { ...state.measures[0], id: state.measure, kind: "share" as const, numerator: "top", weight: "bottom" };
  const waiting = { ...state, measures: [measure] };
  assert.deepEqual(columnsMissing(waiting), ["bottom", "top"]);
  assert.equal(weightsOf(waiting, state.measure, true), undefined);
  assert.ok(coarser(waiting, 1).columns.get(state.measure)?.values.every((value) => value === null));
  const here = { ...waiting, columns: new Map(state.columns).set("bottom", bottom).set("top", bottom) };
  assert.deepEqual(columnsMissing(here), []);
  assert.deepEqual(weightsOf(here, state.measure, false), { top: null, bottom }, "an earlier version has no numerator of today");
});
