import assert from "node:assert/strict";
import { test } from "node:test";
import { Edit } from "../src/core/edit.js";
import { hexagonsFromCells, neighboursOf } from "../src/core/hexagons.js";
import * as plan from "../src/core/plan.js";
import { paintOf } from "../src/rooms/plan/scene.js";
import { twoPlans } from "../src/core/compared.js";
import type { CellTable } from "../src/core/state.js";
import { CELLS } from "./sample.js";

const TABLE: CellTable = {
  version: 7,
  resolution: 9,
  ids: CELLS,
  position: new Map(CELLS.map((id, at) => [id, at])),
  branch: new Int16Array(CELLS.length),
  branches: ["b1"],
  hexagons: hexagonsFromCells(CELLS),
};
const PLANNED = CELLS.slice(0, 37);

const territory = (id: string, rm: string | null): plan.Planned => ({
  id,
  name: id,
  branch_id: "b1",
  rm_id: rm,
  rm_name: rm,
  colour: 0,
  cells: 0,
  loads: {},
  targets: { customers: 100 },
  imbalance_percent: {},
  group: 0,
  pieces: 1,
  hours_per_week: 40,
});

function answer(changes: Partial<plan.ScenarioCells> = {}): plan.ScenarioCells {
  return {
    scenario: "Spring",
    revision: 1,
    version: 9,
    units: "cells",
    inputs: {},
    measures: ["customers"],
    tolerance_percent: { customers: 5 },
    cells: [...PLANNED].reverse(),
    territory_index: PLANNED.map((_, at) => Number(at >= 18)),
    group_index: PLANNED.map(() => 0),
    weights: { customers: PLANNED.map((_, at) => at / 7) },
    grids: [],
    grid_index: PLANNED.map(() => -1),
    placed: [],
    cut: [],
    bridges: [],
    territories: [territory("t1", "r1"), territory("t2", null)],
    ...changes,
  };
}

test("a scenario lies on the cells of the page, and what is outside of it has nobody", () => {
  const ground = plan.groundFrom(answer(), TABLE);
  PLANNED.forEach((id, at) => {
    const from = PLANNED.length - 1 - at;
    assert.equal(ground.owner[TABLE.position.get(id) ?? -1], Number(from >= 18));
    assert.equal(ground.weights[0][at], from / 7);
  });
  assert.deepEqual([...ground.owner.slice(37)], new Array(CELLS.length - 37).fill(-1));
  assert.equal(ground.missing, 0);
  assert.equal(plan.groundFrom(answer({ cells: ["8a1126d06cb7fff", ...PLANNED.slice(1)] }), TABLE).missing, 1);
});

test("a cell goes to territories of its own group only", () => {
  const apart = [territory("t1", "r1"), { ...territory("t2", "r2"), group: 1 }];
  const ground = plan.groundFrom(answer({ group_index: PLANNED.map((_, at) => Number(at >= 18)), territories: apart }), TABLE);
  const free = (to: number) => CELLS.flatMap((_, cell) => (plan.mayHave(ground, to, cell) ? [cell] : []));
  assert.deepEqual([free(1), free(0)], [CELLS.slice(0, 19).map((_, at) => at), PLANNED.slice(19).map((_, at) => at + 19)]);
  assert.deepEqual(CELLS.filter((_, cell) => plan.mayHave(plan.groundFrom(answer(), TABLE), 0, cell)), PLANNED);
});

test("neighbours are without those across a river and with listed bridges", () => {
  const { hexagons } = TABLE;
  const other = neighboursOf(hexagons, 0)[0];
  const far = CELLS.length - 1;
  const links = plan.linked(hexagons, [[other, 0]], [[0, far]]);
  const around = (cell: number) => [...links.across.slice(links.start[cell], links.start[cell + 1])].filter((one) => one >= 0);
  assert.deepEqual(new Set(around(0)), new Set([...neighboursOf(hexagons, 0).filter((one) => one !== other), far]));
  assert.equal(around(other).includes(0), false);
  assert.equal(around(far).includes(0), true);
  assert.equal(plan.linked(hexagons, [], []), hexagons);
});

test("a bar says what the service says: percent of the target, outside only beyond the tolerance", () => {
  assert.deepEqual(plan.barOf(105, 100, 5), { load: 105, target: 100, imbalance: 100 * (105 / 100 - 1), tolerance: 5, outside: false });
  assert.equal(plan.barOf(105.001, 100, 5).outside, true);
  assert.equal(plan.barOf(200, 100, undefined).outside, false);
  assert.equal(plan.barOf(3, 0, 5).imbalance, 0);
});

test("what is unassigned is of no territory or of one that nobody holds", () => {
  const ground = plan.groundFrom(answer(), TABLE);
  const vacant = PLANNED.filter((_, at) => ground.owner[at] === 1).length;
  assert.equal(plan.unassigned(ground, ground.owner).length, vacant);
  assert.equal(plan.unassigned(ground, ground.owner.map((one) => (one < 0 ? -1 : 0))).length, 0);
});

test("detached parts are all parts of a territory but its largest, as many as the edit counts", () => {
  const ground = plan.groundFrom(answer({ territory_index: PLANNED.map((_, at) => (at % 9 === 0 ? 1 : 0)) }), TABLE);
  const edit = new Edit(ground.links, ground.weights, ground.owner, 2);
  const apart = plan.detached(ground, ground.owner);
  assert.equal(apart.length, edit.pieces(0) + edit.pieces(1) - 2);
  assert.ok(apart.length > 0);
  assert.deepEqual(plan.detached(ground, ground.owner.map((one) => (one < 0 ? -1 : 0))), []);
});

test("an answer about a scenario that is not looked at any more changes nothing", () => {
  const chosen = { scenario: { scenario: "Spring" } as plan.Scenario, tag: "", ground: plan.groundFrom(answer(), TABLE), checked: null };
  const asked = plan.nameChosen("Autumn")(plan.firstPlanState());
  assert.equal(plan.scenarioCame(chosen)(asked), asked);
  assert.equal(plan.scenarioCame(chosen)(plan.nameChosen("Spring")(asked)).chosen, chosen);
});

test("an answer that was given before another and comes after it changes nothing", () => {
  const ground = plan.groundFrom(answer(), TABLE);
  const at = (revision: number, created_at: string) => {
    const scenario = { scenario: "Spring", revision, created_at } as plan.Scenario;
    return plan.scenarioCame({ scenario, tag: "", ground, checked: null });
  };
  const newest = at(5, "monday")(plan.nameChosen("Spring")(plan.firstPlanState()));
  assert.equal(at(4, "monday")(newest), newest);
  assert.equal(at(6, "monday")(newest).chosen?.scenario.revision, 6);
  assert.equal(at(1, "tuesday")(newest).chosen?.scenario.revision, 1, "deleted, and made again under its name");
});

test("a scenario that is gone from the list is not chosen any more", () => {
  const state = plan.nameChosen("Spring")(plan.firstPlanState());
  assert.equal(plan.headsCame([])(state).name, null);
  assert.equal(plan.headsCame([{ scenario: "Spring" } as plan.Head])(state).name, "Spring");
});

test("only what somebody else did first is said to be stale", () => {
  const after = (status: number) => plan.troubled({ status, code: "", title: "", detail: "" })(plan.firstPlanState()).trouble?.stale;
  assert.deepEqual([412, 428, 403, 0].map(after), [true, true, false, false]);
});

test("what changes hands is told by territory ids and shown by texture too", () => {
  const ground = plan.groundFrom(answer(), TABLE);
  const owner = ground.owner.map((one, cell) => (cell === 3 ? 1 - one : one));
  const swapped = owner.map((one) => (one < 0 ? -1 : 1 - one));
  const [first, second] = ground.answer.territories;
  const mine = { territories: [first, second], owner: ground.owner };
  const two = twoPlans<plan.Planned>(mine, { territories: [second, first], owner: swapped }, [first.branch_id]);
  assert.deepEqual([...two.changed].flatMap((one, cell) => (one ? [cell] : [])), [3]);
  const difference = paintOf({ kind: "difference", shown: two, chosen: -1, focus: null });
  assert.notEqual(difference.texture[3], difference.texture[4]);
  const plain = paintOf({ kind: "plan", shown: two, chosen: -1 });
  assert.equal(plain.texture[3], plain.texture[4]);
  // A control: where the branch is not in both plans nothing is compared.
  assert.equal(twoPlans<plan.Planned>(mine, { territories: [second, first], owner: swapped }, ["elsewhere"]).changed.some(Boolean), false);
});
