import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL_ROWS, classOfCell, pagesOf, pageWith, ROWS_A_PAGE, rowsOf, sortedBy, type Rows } from "../src/core/cellRows.js";
import { branchChosen, initialState, publicationLoaded, type State } from "../src/core/state.js";
import { BRANCHES, CELLS, cellColumns, column, MEASURES, SESSION, TERRITORIES } from "./sample.js";

const VALUES = CELLS.map((_, at) => (at % 7 === 0 ? null : at % 31));
const EVIDENCE = CELLS.map((_, at) => (["firm", "weak", "none"] as const)[at % 3] ?? null);

function loaded(): State {
  const columns = { ...cellColumns(), measures: { penetration: column(VALUES, EVIDENCE) } };
  const rest = { session: SESSION, measures: MEASURES, branches: BRANCHES, territories: TERRITORIES };
  return publicationLoaded({ ...rest, columns, catchments: { type: "FeatureCollection", features: [] } })(initialState("en"));
}

const rows = (changes: Partial<Rows> = {}, state = loaded()) => [...rowsOf(state, { ...ALL_ROWS, ...changes })];

test("every cell stands in the table once, the highest value first, cells without one last", () => {
  const order = rows();
  assert.equal(new Set(order).size, CELLS.length);
  const values = order.map((cell) => VALUES[cell] ?? null);
  const told = values.filter((value): value is number => value !== null);
  assert.deepEqual(values.slice(0, told.length), [...told].sort((a, b) => b - a));
  assert.equal(rows({ descending: false }).slice(told.length).every((cell) => VALUES[cell] === null), true);
});

test("the filters leave exactly the cells that are so", () => {
  const state = loaded();
  const all = CELLS.map((_, cell) => cell);
  const same = (changes: Partial<Rows>, wanted: (cell: number) => boolean) =>
    assert.deepEqual(rows({ ...changes, sort: "cell", descending: false }), all.filter(wanted));
  same({ evidence: "weak" }, (cell) => EVIDENCE[cell] === "weak");
  same({ class: 1 }, (cell) => classOfCell(state, cell) === 1);
  same({ class: -1 }, (cell) => VALUES[cell] === null);
  same({ territory: 1 }, (cell) => state.plan?.owner[cell] === 1);
  same({ territory: -1, evidence: "firm" }, (cell) => state.plan?.owner[cell] === -1 && EVIDENCE[cell] === "firm");
  const b2 = branchChosen("b2")(state);
  assert.deepEqual(rows({ sort: "cell", descending: false }, b2), all.filter((cell) => cell % 2 === 1));
});

test("a column chosen again turns the order round", () => {
  assert.deepEqual(sortedBy(ALL_ROWS, "value").descending, false);
  const cell = sortedBy({ ...ALL_ROWS, page: 3 }, "cell");
  assert.deepEqual([cell.sort, cell.descending, cell.page], ["cell", false, 0]);
  assert.deepEqual(rows({ sort: "cell", descending: true })[0], CELLS.length - 1);
});

test("the page with the selected cell is found, and one that the filters leave out moves nothing", () => {
  const order = Int32Array.from({ length: 2 * ROWS_A_PAGE + 1 }, (_, at) => 1000 - at);
  assert.equal(pagesOf(order.length), 3);
  assert.equal(pageWith(order, 1000 - ROWS_A_PAGE, 0), 1);
  assert.equal(pageWith(order, 5, 2), 2);
  assert.equal(pageWith(order.slice(0, 3), -1, 2), 0);
});

test("20,000 cells are put in order whole", () => {
  const state = loaded();
  const many = Array.from({ length: 20_000 }, (_, at) => (at * 7919) % 20_011);
  const cells = { ...(state.cells as NonNullable<State["cells"]>), ids: many.map(String), branch: new Int16Array(20_000) };
  const large = { ...state, cells, columns: new Map([["penetration", column(many)]]), plan: null };
  const order = rows({}, large);
  assert.ok(order.every((cell, at) => at === 0 || (many[order[at - 1] ?? 0] ?? 0) > (many[cell] ?? 0)));
});
