import assert from "node:assert/strict";
import { test } from "node:test";
import "./words.js";
import { classColours } from "../src/core/classes.js";
import { csvOfCells } from "../src/core/cellTable.js";
import { pairColours } from "../src/core/palette.js";
import * as shown from "../src/core/shown.js";
import { initialState, languageChosen, publicationLoaded, type Action } from "../src/core/state.js";
import { CELLS, cellColumns, column, publication } from "./sample.js";

const loaded = publicationLoaded(publication())(initialState("en"));
const after = (...actions: Action[]) => actions.reduce((state, action) => action(state), loaded);
const EVERYWHERE: [number, number, number, number] = [-3e7, -3e7, 3e7, 3e7];

test("a change is today's value less the earlier one, in classes that mirror each other", () => {
  const before = column([1, 2, null, 10, 10]);
  const { values, breaks } = shown.differenceOf(column([3, 2, 4, null, 110]), before);
  assert.deepEqual(values, [2, 0, null, null, 100]);
  assert.deepEqual(breaks, [...breaks].reverse().map((limit) => -limit));
  assert.deepEqual(breaks, [...breaks].sort((a, b) => a - b));
  assert.ok(breaks[0] <= -100);
  assert.equal(classColours({ ...before, breaks }, true).length, breaks.length - 1);
});

test("where nothing changed there is one class", () => {
  const same = column([1, 2, null]);
  assert.deepEqual(shown.differenceOf(same, same).breaks, [0, 0]);
});

test("an earlier publication is shown in the classes of today, until today is chosen again", () => {
  const earlier = { ...column(CELLS.map(() => 5)), breaks: [1, 2] };
  const waiting = after(shown.pastChosen(3));
  assert.equal(shown.shownColumn(waiting), loaded.columns.get("penetration"));
  const there = shown.pastLoaded(3, "penetration", earlier)(waiting);
  assert.deepEqual([shown.shownColumn(there)?.values[0], shown.shownColumn(there)?.breaks], [5, [0, 10, 20, 30]]);
  assert.equal(shown.shownColumn(there), shown.shownColumn(there));
  const changed = shown.differenceChosen(true)(there);
  assert.equal(shown.shownColumn(changed)?.values[7], 7 - 5);
  assert.ok(shown.showsDifference(changed));
  assert.equal(shown.shownColumn(shown.pastChosen(null)(changed)), loaded.columns.get("penetration"));
});

test("answers for a version or a measure that is no longer wanted are thrown away", () => {
  const state = after(shown.pastChosen(3), shown.pastChosen(4));
  assert.equal(shown.pastLoaded(3, "penetration", column([1]))(state), state);
  const two = after(shown.pairChosen("people"));
  assert.equal(shown.pairLoaded("gap", "people", [column([1]), column([1])])(two), two);
});

test("two measures make nine classes, each of its own colour", () => {
  const breaks = [0, 1, 2, 3];
  const first = { ...column([1, 2, 3, 1, 2, 3, 1, 2, 3, null]), breaks };
  const second = { ...column([1, 1, 1, 2, 2, 2, 3, 3, 3, 1]), breaks };
  const classes = first.values.map((_, cell) => shown.pairClass([first, second], cell));
  assert.deepEqual(classes, [0, 1, 2, 3, 4, 5, 6, 7, 8, null]);
  assert.equal(new Set(pairColours()).size, 9);
});

test("cells of another answer come in the order of the table, those it does not have without a value", () => {
  const answer = cellColumns("people", [...CELLS].reverse().slice(1));
  const picked = shown.inOrderOf(loaded.cells!, answer, "people");
  answer.cells.forEach((cell, at) => {
    assert.equal(picked?.values[CELLS.indexOf(cell)], answer.measures["people"].values[at]);
  });
  assert.equal(picked?.values[CELLS.length - 1], null);
});

test("the slider has one stop for each version of the scores", () => {
  const line = (id: number, score: number, live = false, resolution = 9) => ({ id, score, live, resolution, published_at: "" });
  const stops = shown.scoredAnew([line(9, 5), line(8, 5, true), line(7, 4), line(6, 4), line(5, 3, false, 8)], 9);
  assert.deepEqual(stops.map(({ id }) => id), [7, 8]);
});

test("the table of cells begins with the mark that Excel needs, and formulas in it are text", () => {
  const state = publicationLoaded(publication({ branches: publication().branches.map((one) => ({ ...one, name: "=1+1" })) }))(
    initialState("en"),
  );
  const text = csvOfCells(languageChosen("zh")(state), EVERYWHERE);
  const lines = text.split("\r\n");
  assert.ok(text.startsWith("\ufeff蜂窝格,"));
  assert.equal(lines.length, CELLS.length + 2);
  assert.match(lines[1], /^[0-9a-f]{15},'=1\+1,9\./);
  assert.equal(csvOfCells(state, [0, 0, 1, 1]).split("\r\n").length, 2);
});
