import assert from "node:assert/strict";
import { test } from "node:test";
import { initialGrids, type GridsState } from "../src/core/grids.js";
import { countIn, largest, layerHidden, layersOffered, layerShown, MOST_LAYERS, radiusPx, type Layer, type Offered } from "../src/core/layers.js";

const here: GridsState = { ...initialGrids, branch: "B1" };
const layer = (id: string, counts: number[], branch = "B1"): Layer => ({
  feature_id: id,
  kind: "cohort",
  name: id,
  branch_id: branch,
  cells: counts.map((_, at) => `cell ${at}`),
  counts,
  members: 9,
  outside: 0,
  unplaced: 0,
  grids: {},
});
const ids = (state: GridsState) => state.layers.map((one) => one?.feature_id ?? null);

test("what can lie over a branch's grids is its own and what every branch may use, target groups not", () => {
  const kept: Offered[] = [
    { id: "a", kind: "industry", name: "a", branch_id: null },
    { id: "b", kind: "cohort", name: "b", branch_id: "B1" },
    { id: "c", kind: "cohort", name: "c", branch_id: "B2" },
    { id: "d", kind: "target_group", name: "d", branch_id: "B1" },
  ];
  assert.deepEqual(layersOffered(kept)(here).offered?.map(({ id }) => id), ["a", "b"]);
});

test("a layer keeps its mark while others come and go, and a free one is taken first", () => {
  const shown = ["a", "b", "c"].reduce((state, id) => layerShown(layer(id, [1]))(state), here);
  const hidden = layerHidden("b")(shown);
  assert.deepEqual(ids(hidden), ["a", null, "c"]);
  assert.deepEqual(ids(layerShown(layer("d", [1]))(hidden)), ["a", "d", "c"]);
  assert.equal(layerShown(layer("a", [1]))(hidden), hidden, "shown already");
});

test("there are no more layers than marks, and an answer for another branch shows nothing", () => {
  const all = Array.from({ length: MOST_LAYERS }, (_, at) => `l${at}`);
  const full = all.reduce((state, id) => layerShown(layer(id, [1]))(state), here);
  assert.equal(layerShown(layer("more", [1]))(full), full);
  assert.equal(layerShown(layer("a", [1], "B2"))(here), here);
});

test("the area of a mark follows the number in the cell", () => {
  const [first, second] = [layer("a", [4, 16]), layer("b", [64])];
  assert.equal(countIn(first, "cell 1"), 16);
  assert.equal(countIn(first, "elsewhere"), 0);
  assert.equal(countIn(first, undefined), 0);
  assert.equal(largest([first, null, second]), 64);
  assert.equal(radiusPx(16, 64) * 2, radiusPx(64, 64));
  assert.equal(largest([]), 0);
});
