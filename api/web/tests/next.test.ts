import assert from "node:assert/strict";
import { test } from "node:test";
import type { NextCell } from "../src/core/contract.js";
import * as next from "../src/core/next.js";

const cell = (id: string, evidence: "firm" | "weak"): NextCell => ({
  place: 1,
  cell: id,
  gap: 3,
  low: null,
  high: null,
  evidence,
  customers: null,
  people: null,
  penetration: null,
  merchants: null,
  typical: null,
  target: null,
  comparable: null,
  travel_s: null,
  days_since_contact: null,
  reasons: [],
});
const list = (branch_id: string, cells: NextCell[]) => ({ branch_id, grid_id: null, name: null, cells });
const LISTS = [list("b1", [cell("x", "firm"), cell("y", "weak")]), list("b2", [cell("z", "weak")]), list("b3", [])];

test("the filter stays when the list of another branch is asked for", () => {
  let state = next.nextCame(null, LISTS)(next.nextAsked(null)(next.firmOnlyChosen(true)(next.nothingNext)));
  assert.deepEqual(next.shownLists(state).map(({ branch, cells }) => [branch, cells.length]), [["b1", 1]]);
  state = next.nextAsked("b2")(state);
  assert.deepEqual([state.firmOnly, state.lists], [true, null]);
  state = next.firmOnlyChosen(false)(next.nextCame("b2", LISTS)(state));
  assert.deepEqual(next.shownLists(state).map(({ branch }) => branch), ["b1", "b2"]);
});

test("a list that comes after another branch was chosen is thrown away", () => {
  const state = next.nextAsked("b2")(next.nextAsked("b1")(next.nothingNext));
  assert.equal(next.nextCame("b1", LISTS)(state), state);
  const problem = { status: 503, code: "busy", title: "", detail: "" };
  assert.equal(next.nextFailed("b1", problem)(state), state);
});

test("one branch gets a longer list than each of all", () => {
  assert.equal(next.nextPath(null), "/api/v1/where-next?limit=5");
  assert.equal(next.nextPath("a&b"), "/api/v1/where-next?limit=20&branch_id=a%26b");
});
