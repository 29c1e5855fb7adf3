import assert from "node:assert/strict";
import { test } from "node:test";
import { cellToParent, gridDisk, latLngToCell } from "h3-js";
import { editFrom, isSameGround, ownersOn } from "../src/core/gridPaint.js";
import * as grids from "../src/core/grids.js";
import type { GridCounts, GridInfo, GridSet, GridsState } from "../src/core/grids.js";
import { hexagonsFromCells } from "../src/core/hexagons.js";
import { storedEn, storedZh } from "../src/core/words/grids.js";

const CELLS = gridDisk(latLngToCell(47.14, 9.52, 9), 4).sort();

/** The cells of each parent are one grid. */
function sample(revision = 3): { set: GridSet; counts: GridCounts } {
  const parents = [...new Set(CELLS.map((cell) => cellToParent(cell, 8)))];
  const index = CELLS.map((cell) => parents.indexOf(cellToParent(cell, 8)));
  const one = (at: number): GridInfo => ({
    id: `B1-1-${at}`,
    name: `grid ${at}`,
    kind: "village",
    owner_id: null,
    status: "draft",
    stage: "survey",
    has_boundary: false,
    has_border: false,
    cells: index.filter((grid) => grid === at).length,
  });
  const set = { branch_id: "B1", revision, resolution: 9, cells: CELLS, grid_index: index, grids: parents.map((_, at) => one(at)) };
  const known = (values: number[] | null) => ({ values, reason: values ? null : "not known" });
  const people = CELLS.map((_, at) => at + 0.5);
  const counts = {
    revision,
    staff: [{ id: "s1", name: "Anna", post: "rm" }],
    counts: { people: known(people), households: known(null), customers: known(CELLS.map(() => 2)), merchants: known(CELLS.map(() => 0)) },
  };
  return { set, counts };
}

function loaded(): GridsState {
  const { set, counts } = sample();
  return grids.setLoaded(set, counts)(grids.branchEntered("B1")(grids.initialGrids));
}

test("sums of the grids are those of their cells, and what is not known is null", () => {
  const { set, counts } = sample();
  const totals = grids.totalsOf(set, counts);
  assert.equal(totals.reduce((sum, { people }) => sum + (people ?? 0), 0), CELLS.reduce((sum, _, at) => sum + at + 0.5, 0));
  assert.deepEqual(totals.map(({ customers, cells }) => (customers ?? 0) / cells), set.grids.map(() => 2));
  assert.ok(totals.every(({ households }) => households === null));
  assert.ok(totals.every(({ merchants }) => merchants === 0));
});

test("sums over some cells are those of a grid with these cells", () => {
  const state = loaded();
  const held = CELLS.filter((_, at) => state.set?.grid_index[at] === 1);
  const { set, counts } = sample();
  assert.deepEqual(grids.totalsOver(state, grids.positionsOf(state, held)), grids.totalsOf(set, counts)[1]);
  assert.deepEqual(grids.positionsOf(state, ["no cell"]), []);
});

test("grids that touch have different colours", () => {
  const { set } = sample();
  const colours = grids.coloursOf(set, 7);
  const owner = new Map(CELLS.map((cell, at) => [cell, set.grid_index[at]]));
  const pairs = CELLS.flatMap((cell) => gridDisk(cell, 1).map((other) => [owner.get(cell), owner.get(other)] as const));
  const touching = pairs.filter(([a, b]) => a !== undefined && b !== undefined && a !== b) as [number, number][];
  assert.ok(touching.length > 20);
  assert.ok(touching.every(([a, b]) => colours[a] !== colours[b]));
});

test("what was chosen stays chosen through an edit as long as it is there", () => {
  const chosen = grids.gridChosen("B1-1-2", true)(grids.gridChosen("B1-1-1", false)(loaded()));
  assert.deepEqual(chosen.chosen, ["B1-1-1", "B1-1-2"]);
  assert.deepEqual(grids.gridChosen("B1-1-1", true)(chosen).chosen, ["B1-1-2"]);
  assert.equal(grids.gridChosen("no grid", false)(chosen), chosen);
  const preview = { made: {}, removed: {}, changed: [], cells_moved: 1, grids: [] };
  const trying = grids.previewed({ operation: "merge", args: {}, preview })(chosen);
  const same = sample();
  assert.notEqual(grids.setLoaded(same.set, same.counts)(trying).pending, null, "read again in another language");
  const { set, counts } = sample(4);
  const newest = grids.setLoaded(set, counts)(trying);
  assert.equal(newest.pending, null);
  assert.equal(grids.setLoaded(same.set, same.counts)(newest), newest, "an earlier answer that comes later");
  const merged = { ...set, grids: set.grids.filter(({ id }) => id !== "B1-1-2") };
  assert.deepEqual(grids.setLoaded(merged, counts)(chosen).chosen, ["B1-1-1"]);
});

test("an answer for a branch that was left changes nothing", () => {
  const { set, counts } = sample();
  const elsewhere = grids.branchEntered("B2")(loaded());
  assert.equal(grids.setLoaded(set, counts)(elsewhere), elsewhere);
  assert.equal(grids.setMissing("B1")(elsewhere), elsewhere);
});

test("the guide of 500 to 1,000 households holds its own limits", () => {
  assert.deepEqual([499, 500, 1000, 1001].map(grids.sizeOf), ["below", "within", "within", "above"]);
  assert.equal(grids.sizeOf(null), null);
});

test("a text of a typed list is put in another's place and the separators stay", () => {
  assert.equal(grids.listWith("Vadutz、 Schaan，B\nVadutz", "Vadutz", "Vaduz"), "Vaduz、 Schaan，B\nVaduz");
  assert.equal(grids.listWith("a,ab", "a", "$&"), "$&,ab");
  assert.equal(grids.listWith("Old Town North", "Town North", "T"), "Old T");
});

test("an entry of the log names what it is about", () => {
  const change = (before: object | null, after: object | null) => ({ id: "B1-1-9", before, after });
  const entry = { patch: { grids: [change({ name: "old" }, { name: "new" }), change(null, { name: "made" }), change({}, {})] } };
  assert.deepEqual(grids.namesIn(entry, []), ["old → new", "made", "B1-1-9"]);
  const now = [{ id: "B1-1-9", name: "Riverside" }];
  assert.deepEqual(grids.namesIn(entry, now), ["old → new", "made", "Riverside"]);
  assert.deepEqual(grids.namesIn({ patch: { grids: [], names: ["B1-1-9", "B1-2-1"] } }, now), ["Riverside", "B1-2-1"]);
});

test("an entry of the log says which status or owner was set", () => {
  const entry = (operation: string, after: object) => ({ operation, patch: { grids: [{ id: "B1-1-9", before: {}, after }] } });
  assert.deepEqual(grids.setIn(entry("status", { status: "live" })), { status: "live" });
  assert.deepEqual(grids.setIn(entry("owner", { owner_id: null })), { owner_id: null });
  assert.deepEqual(grids.setIn(entry("split_parts", { name: "made", status: "draft" })), {});
});

test("every stored word has two different phrases", () => {
  for (const list of Object.keys(storedEn) as (keyof typeof storedEn)[]) {
    const zh = new Map(Object.entries(storedZh[list]));
    for (const [word, phrase] of Object.entries(storedEn[list])) assert.notEqual(zh.get(word), phrase, word);
  }
});

test("strokes can be undone after somebody else has changed the same grids, but for the cells they took", () => {
  const ground = { ids: CELLS, position: new Map(CELLS.map((cell, at) => [cell, at])), hexagons: hexagonsFromCells(CELLS) };
  const before = loaded();
  const first = ownersOn(ground, before) as Int32Array;
  const edit = editFrom(ground, before, first.slice());
  const held = before.set?.grids ?? [];
  const [home, one, two] = [...held.keys()].sort((a, b) => held[b].cells - held[a].cells);
  const [mine, shared] = [...first.keys()].filter((cell) => first[cell] === home);
  edit.paint([mine], one);
  edit.paint([shared], one);
  const { set, counts } = sample(4);
  const theirs = set.grid_index.map((grid, cell) => (cell === mine ? one : cell === shared ? two : grid));
  const renamed = set.grids.map((grid) => ({ ...grid, name: `${grid.name} again` }));
  const after = grids.setLoaded({ ...set, grids: renamed, grid_index: theirs }, counts)(before);
  assert.ok(isSameGround(before, after));
  edit.renew(ownersOn(ground, after) as Int32Array);
  assert.deepEqual([edit.undoable, edit.owner[mine], edit.owner[shared]], [1, one, two]);
  edit.undo();
  assert.deepEqual([edit.owner[mine], edit.owner[shared]], [home, two]);
  edit.paint([shared], one);
  edit.paint([shared], -1);
  assert.equal(edit.owner[shared], two, "erased, it is back where the others had it");
  const parted = grids.setLoaded({ ...set, grids: set.grids.slice(1) }, counts)(before);
  assert.ok(!isSameGround(before, parted), "where a grid is gone, owners are counted anew");
});
