import assert from "node:assert/strict";
import { test } from "node:test";
import { classColours, classOf, countClasses, lowestAlone } from "../src/core/classes.js";
import { isLight, paled, ramp, territoryColour } from "../src/core/palette.js";
import { initialState, publicationLoaded } from "../src/core/state.js";
import { BLANK, HIDDEN, paintFrom } from "../src/map/cellPaint.js";
import { CELLS, cellColumns, column, publication } from "./sample.js";

const BREAKS = [0, 10, 20, 30];

test("a value on a limit belongs to the lower class, the lowest limit to the first", () => {
  assert.deepEqual([0, 10, 10.001, 20, 30].map((value) => classOf(BREAKS, value)), [0, 0, 1, 1, 2]);
});

test("values outside the limits belong to the first and the last class", () => {
  assert.deepEqual([-5, 99].map((value) => classOf(BREAKS, value)), [0, 2]);
});

test("a measure with one value has one class", () => {
  assert.equal(classOf([4], 4), 0);
  assert.equal(classOf([4, 4], 4), 0);
});

test("every included cell is counted once", () => {
  const counts = countClasses(column([1, 5, 15, null, 30, 25], ["firm", "weak", "none", null, "firm", "weak"]), (cell) => cell < 5);
  assert.deepEqual(counts, { byClass: [2, 1, 1], weak: 1, none: 1, empty: 1, total: 5, hidden: {} });
});

test("a first class of zeros alone is told from one with other values", () => {
  assert.ok(lowestAlone(column([0, 0, 15, null])));
  assert.ok(!lowestAlone(column([0, 10, 15])));
  assert.equal(classColours(column([0, 15])).length, 3);
  assert.notEqual(classColours(column([0, 15]))[0], classColours(column([0, 10]))[0]);
});

test("a ramp gets darker with every class, and no two classes look the same", () => {
  for (let n = 2; n <= 9; n++) {
    const colours = ramp(n);
    const brightness = colours.map((colour) => parseInt(colour.slice(3, 5), 16));
    assert.equal(new Set(colours).size, n);
    assert.deepEqual([...brightness].sort((a, b) => b - a), brightness);
  }
});

test("paling ends in white, and any index has a territory colour", () => {
  assert.equal(paled("#102030", 1), "#ffffff");
  assert.equal(paled("#102030", 0), "#102030");
  assert.equal(territoryColour(9), territoryColour(1));
  assert.ok(isLight("#ffffcc") && !isLight("#081d58"));
});

test("hidden cells are counted by their reason and not as cells without a value", () => {
  const shown = { ...column([1, null, null, null]), reasons: [null, "small_count" as const, "money" as const, null] };
  const { hidden, empty, total } = countClasses(shown, () => true);
  assert.deepEqual([hidden, empty, total], [{ small_count: 1, money: 1 }, 1, 4]);
});

test("a hidden cell is painted otherwise than one without a value", () => {
  const values = CELLS.map(() => null);
  const reasons = CELLS.map((_, at) => (at === 0 ? ("small_count" as const) : null));
  const columns = { ...cellColumns(), measures: { penetration: { ...column(values), reasons } } };
  const state = publicationLoaded(publication({ columns }))(initialState("en"));
  const paint = paintFrom(state);
  assert.deepEqual([paint.texture[0], paint.texture[1]], [HIDDEN, BLANK]);
  assert.notEqual(paint.colours[paint.index[0]], paint.colours[paint.index[1]]);
});
