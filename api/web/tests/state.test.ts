import assert from "node:assert/strict";
import { test } from "node:test";
import * as actions from "../src/core/state.js";
import { panelFailed, panelFilled, panelOpened } from "../src/core/panel.js";
import { inChosenBranch, initialState, legendCounts, territoryOf, type Action, type State } from "../src/core/state.js";
import { BRANCHES, CELLS, cellColumns, column, detail, publication, TERRITORIES } from "./sample.js";

const PROBLEM = { status: 500, code: "internal", title: "", detail: "no" };

function after(...steps: Action[]): State {
  return steps.reduce((state, step) => step(state), initialState("en"));
}

const loaded = actions.publicationLoaded(publication());

test("a loaded publication is ready and shows its first measure", () => {
  const state = after(loaded);
  assert.equal(state.phase, "ready");
  assert.equal(state.measure, "penetration");
  assert.equal(state.cells?.ids.length, CELLS.length);
});

test("a publication without cells is empty, not broken", () => {
  assert.equal(after(actions.publicationLoaded(publication({ columns: cellColumns("penetration", []) }))).phase, "empty");
});

test("what went wrong decides the page: no session, nothing published, anything else", () => {
  const phase = (status: number, session: boolean) => after(actions.loadingFailed({ ...PROBLEM, status }, session)).phase;
  assert.deepEqual([phase(401, true), phase(404, true), phase(404, false), phase(503, true)], [
    "signedOut",
    "empty",
    "failed",
    "failed",
  ]);
});

test("owners follow the plan, and a cell outside of it has none", () => {
  const state = after(loaded);
  TERRITORIES.cells.forEach((id, at) => {
    const position = state.cells?.position.get(id) ?? -1;
    assert.equal(territoryOf(state, position)?.id, TERRITORIES.territories[TERRITORIES.territory_index[at]].id);
  });
  assert.equal(territoryOf(state, CELLS.length - 1), undefined);
});

test("a measure that is not here yet is awaited, and shown when it comes", () => {
  const waiting = after(loaded, actions.measureAwaited("people"));
  assert.deepEqual([waiting.measure, waiting.awaited], ["penetration", "people"]);
  const there = actions.measureLoaded("people", column([1]), "quantile")(waiting);
  assert.deepEqual([there.measure, there.awaited], ["people", null]);
});

test("a measure that comes after the reader chose another is kept, not shown", () => {
  const state = after(loaded, actions.measureAwaited("people"), actions.measureAwaited("penetration"));
  const late = actions.measureLoaded("people", column([1]), "quantile")(state);
  assert.equal(late.measure, "penetration");
  assert.ok(late.columns.has("people"));
});

test("a measure that fails leaves the old one in sight and says why", () => {
  const state = after(loaded, actions.measureAwaited("people"), actions.measureFailed("people", PROBLEM));
  assert.deepEqual([state.measure, state.awaited, state.measureProblem], ["penetration", null, PROBLEM]);
});

test("an unknown measure, branch or cell changes nothing", () => {
  const state = after(loaded);
  for (const step of [actions.measureAwaited("x"), actions.branchChosen("x"), actions.cellSelected(9999)]) {
    assert.equal(step(state), state);
  }
});

test("legend counts are those of the chosen branch", () => {
  const all = legendCounts(after(loaded));
  const one = legendCounts(after(loaded, actions.branchChosen("b2")));
  assert.equal(all?.total, CELLS.length);
  assert.equal(one?.total, Math.floor(CELLS.length / 2));
});

test("cells of other branches are outside the chosen one", () => {
  const inside = inChosenBranch(after(loaded, actions.branchChosen(BRANCHES[1].id)));
  assert.deepEqual([0, 1, 2].map(inside), [false, true, false]);
});

test("the panel follows the selection while it is open", () => {
  const open = after(loaded, actions.cellSelected(0), panelOpened());
  const moved = actions.selectionMoved("right")(open);
  assert.notEqual(moved.selected, 0);
  assert.equal(moved.panel?.cell, CELLS[moved.selected]);
  assert.equal(moved.panel?.body, null);
});

test("figures that come for a cell left behind are dropped", () => {
  const state = after(loaded, actions.cellSelected(0), panelOpened(), actions.cellSelected(1));
  assert.equal(panelFilled(detail(CELLS[0]))(state), state);
  assert.equal(panelFilled(detail(CELLS[1]))(state).panel?.body?.cell, CELLS[1]);
});

test("another room is entered without the panel, and the selection stays", () => {
  const open = after(loaded, actions.cellSelected(3), panelOpened());
  assert.equal(actions.roomChosen(open.room)(open), open);
  const elsewhere = actions.roomChosen("plan")(open);
  assert.deepEqual([elsewhere.room, elsewhere.panel, elsewhere.selected], ["plan", null, 3]);
});

test("stepping back closes the panel, then the selection, then nothing", () => {
  const open = after(loaded, actions.cellSelected(0), panelOpened());
  const closed = actions.stepBack()(open);
  assert.deepEqual([closed.panel, closed.selected], [null, 0]);
  const free = actions.stepBack()(closed);
  assert.equal(free.selected, -1);
  assert.equal(actions.stepBack()(free), free);
});

test("a session that ended while a cell was asked for leads to the sign-in page", () => {
  const open = after(loaded, actions.cellSelected(0), panelOpened());
  assert.equal(panelFailed(CELLS[0], { ...PROBLEM, status: 401 })(open).phase, "signedOut");
});

test("choosing a territory shows territories; an unknown one changes nothing", () => {
  const state = after(loaded, actions.territoryChosen(2));
  assert.deepEqual([state.mode, state.territory], ["territories", 2]);
  assert.equal(actions.territoryChosen(99)(state), state);
});

test("loading again keeps language and layers, and forgets the rest", () => {
  const state = after(
    loaded,
    actions.languageChosen("zh"),
    actions.layerSwitched("streets", false),
    actions.cellSelected(3),
    actions.loadingStarted(),
  );
  assert.deepEqual([state.language, state.layers.streets, state.selected, state.phase], ["zh", false, -1, "loading"]);
});

test("classes of another scheme are awaited, and take the place of all columns of the old one", () => {
  const both = after(loaded, actions.measureLoaded("people", column([1]), "quantile"));
  const waiting = actions.schemeChosen("natural")(both);
  assert.deepEqual([waiting.awaited, waiting.columns], ["penetration", both.columns]);
  const there = actions.measureLoaded("penetration", column([1]), "natural")(waiting);
  assert.deepEqual([[...there.columns.keys()], there.columnScheme, there.awaited], [["penetration"], "natural", null]);
});

test("a measure that is chosen while classes of another scheme are awaited is shown when it comes", () => {
  const state = after(loaded, actions.schemeChosen("natural"), actions.measureAwaited("people"));
  const first = actions.measureLoaded("penetration", column([1]), "natural")(state);
  assert.deepEqual([first.measure, first.awaited], ["penetration", "people"]);
  const there = actions.measureLoaded("people", column([1]), "natural")(first);
  assert.deepEqual([there.measure, there.awaited], ["people", null]);
});

test("an answer for a scheme that is no longer wanted is not kept", () => {
  const state = after(loaded, actions.schemeChosen("natural"), actions.schemeChosen("quantile"));
  assert.equal(state.awaited, null);
  assert.equal(actions.measureLoaded("penetration", column([1]), "natural")(state), state);
});

test("classes that do not come leave the old ones chosen", () => {
  const state = after(loaded, actions.schemeChosen("equal"), actions.measureFailed("penetration", PROBLEM));
  assert.deepEqual([state.scheme, state.awaited, state.measureProblem], ["quantile", null, PROBLEM]);
});
