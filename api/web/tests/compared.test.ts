import assert from "node:assert/strict";
import { test } from "node:test";
import { focusOf, focusOfPair, gainsOf, mark, twoPlans } from "../src/core/compared.js";
import { CELLS } from "./sample.js";

const territory = (id: string, branch_id = "b1") => ({ id, branch_id });

/** A small generator, so that a run can be repeated (mulberry32). */
function chance(seed: number): () => number {
  let at = seed;
  return () => {
    at = (at + 0x6d2b79f5) | 0;
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("what all get is what all give, and had and has differ by it, whatever the two plans are", () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = chance(seed);
    const pick = (k: number) => Int32Array.from(CELLS, () => Math.floor(random() * (k + 1)) - 1);
    const mine = { territories: ["x", "y", "z"].map((id) => territory(id)), owner: pick(3) };
    const theirs = { territories: ["y", "gone", "x"].map((id) => territory(id)), owner: pick(3) };
    const two = twoPlans(mine, theirs, ["b1"]);
    assert.deepEqual(two.territories.map(({ id }) => id), ["x", "y", "z", "gone"]);
    const weight = CELLS.map(() => Math.floor(random() * 100));
    const gains = gainsOf(two, [weight]);
    for (const at of [0, 1]) {
      for (const gain of gains) assert.equal(gain[at].had + gain[at].gets - gain[at].gives, gain[at].has);
    }
    // By another way: cell by cell, by the territories' names.
    const named = (plan: typeof mine, cell: number) => plan.territories[plan.owner[cell]]?.id ?? "";
    const moved = CELLS.flatMap((_, cell) => (named(mine, cell) === named(theirs, cell) ? [] : [cell]));
    assert.deepEqual(CELLS.flatMap((_, cell) => (two.changed[cell] ? [cell] : [])), moved);
    const gets = moved.filter((cell) => named(mine, cell) === "x");
    assert.deepEqual([gains[0][0].gets, gains[0][1].gets], [gets.length, gets.reduce((sum, cell) => sum + weight[cell], 0)]);
  }
});

test("a cell of a branch that one of the plans does not have is not compared", () => {
  const mine = { territories: [territory("x"), territory("far", "b2")], owner: Int32Array.of(0, 1, 1, -1) };
  const theirs = { territories: [territory("x")], owner: Int32Array.of(0, -1, 0, 0) };
  assert.deepEqual([...twoPlans(mine, theirs, ["b1"]).changed], [0, 0, 1, 1]);
  assert.deepEqual([...twoPlans(mine, theirs, ["b1", "b2"]).changed], [0, 1, 1, 1]);
});

test("a stroke over a comparison is in it at once, and its undoing takes it out", () => {
  const owner = Int32Array.of(0, 0, 1);
  const two = twoPlans({ territories: [territory("x"), territory("y")], owner }, { territories: [territory("x"), territory("y")], owner: owner.slice() }, ["b1"]);
  owner[1] = 1;
  mark(two, 1);
  assert.deepEqual([...two.changed], [0, 1, 0]);
  assert.equal(gainsOf(two, [])[1][0].gets, 1);
  owner[1] = 0;
  mark(two, 1);
  assert.deepEqual([...two.changed], [0, 0, 0]);
});

test("a row stands for the cells that it moves; a territory that moves none for all of its own", () => {
  const two = twoPlans(
    { territories: ["x", "y", "z"].map((id) => territory(id)), owner: Int32Array.of(0, 1, 1, 2) },
    { territories: ["x", "y", "z"].map((id) => territory(id)), owner: Int32Array.of(0, 0, 1, 2) },
    ["b1"],
  );
  assert.deepEqual([...focusOf(two, 0)], [0, 1, 0, 0]);
  assert.deepEqual([...focusOf(two, 2)], [0, 0, 0, 1]);
  assert.deepEqual([...focusOfPair(two, 0, 1)], [0, 1, 0, 0]);
  assert.deepEqual([...focusOfPair(two, 1, 0)], [0, 0, 0, 0]);
});
