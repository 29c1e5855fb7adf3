import assert from "node:assert/strict";
import { test } from "node:test";
import { gridDisk, latLngToCell } from "h3-js";
import { Edit, type Stroke } from "../src/core/edit.js";
import { hexagonsFromCells, neighboursOf } from "../src/core/hexagons.js";
import fixture from "./edit-fixture.json";

const CELLS = gridDisk(latLngToCell(47.14, 9.52, 9), 12);
const GROUND = hexagonsFromCells(CELLS);
const OWNERS = 7;

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function weightsOf(random: () => number): Float64Array[] {
  return [0, 1, 2].map(() => Float64Array.from(CELLS, () => (random() < 0.3 ? 0 : random() ** 3 * 1e4 + 0.1)));
}

function made(seed: number): { edit: Edit; weights: Float64Array[]; random: () => number } {
  const random = chance(seed);
  const weights = weightsOf(random);
  const owner = CELLS.map(() => Math.floor(random() * (OWNERS + 1)) - 1);
  return { edit: new Edit(GROUND, weights, owner, OWNERS), weights, random };
}

/** Everything that is asked of an edit, counted without it. */
function recount(owner: ArrayLike<number>, weights: readonly ArrayLike<number>[], owners: number): unknown {
  const members = Array.from({ length: owners }, (_, one) => CELLS.map((_, at) => at).filter((at) => owner[at] === one));
  return {
    totals: weights.map((weight) => members.map((cells) => cells.reduce((sum, cell) => sum + weight[cell], 0))),
    cells: members.map((cells) => cells.length),
    pieces: members.map(piecesOf),
  };
}

function piecesOf(members: number[]): number {
  const left = new Set(members);
  let pieces = 0;
  for (const first of members) {
    if (!left.delete(first)) continue;
    pieces += 1;
    const reached = [first];
    for (const cell of reached) for (const other of neighboursOf(GROUND, cell)) if (left.delete(other)) reached.push(other);
  }
  return pieces;
}

function figures(edit: Edit, measures: number, owners: number): unknown {
  const all = Array.from({ length: owners }, (_, one) => one);
  return {
    totals: Array.from({ length: measures }, (_, measure) => all.map((one) => edit.total(measure, one))),
    cells: all.map((one) => edit.cells(one)),
    pieces: all.map((one) => edit.pieces(one)),
  };
}

function randomStroke(edit: Edit, random: () => number): Stroke | null {
  edit.begin();
  const to = Math.floor(random() * (OWNERS + 1)) - 1;
  for (let step = 0; step < 1 + random() * 4; step++) {
    const middle = CELLS[Math.floor(random() * CELLS.length)];
    // The disk of a cell at the border leaves the ground: those positions are -1.
    edit.paint(gridDisk(middle, Math.floor(random() * 4)).map((cell) => CELLS.indexOf(cell)), to);
  }
  return edit.end();
}

for (const seed of [1, 2, 3]) {
  test(`totals, cells and pieces are those of a fresh count after every stroke, undo and redo: seed ${seed}`, () => {
    const { edit, weights, random } = made(seed);
    for (let act = 0; act < 300; act++) {
      const dice = random();
      if (dice < 0.6) randomStroke(edit, random);
      else if (dice < 0.85) edit.undo();
      else edit.redo();
      if (act % 5 === 0) assert.deepEqual(figures(edit, 3, OWNERS), recount(edit.owner, weights, OWNERS));
    }
    assert.deepEqual(figures(edit, 3, OWNERS), recount(edit.owner, weights, OWNERS));
  });
}

test("150 strokes are undone and redone one by one, each state exactly as it was", () => {
  const { edit, random } = made(4);
  const states = [{ owner: edit.owner.slice(), figures: figures(edit, 3, OWNERS) }];
  while (states.length <= 150) {
    if (randomStroke(edit, random)) states.push({ owner: edit.owner.slice(), figures: figures(edit, 3, OWNERS) });
  }
  const holds = (at: number) => {
    assert.deepEqual(edit.owner, states[at].owner);
    assert.deepEqual(figures(edit, 3, OWNERS), states[at].figures);
  };
  assert.equal(edit.undoable, 150);
  for (let at = 149; at >= 0; at--) {
    assert.ok(edit.undo());
    holds(at);
  }
  assert.equal(edit.undo(), null);
  for (let at = 1; at <= 150; at++) {
    assert.ok(edit.redo());
    holds(at);
  }
  assert.equal(edit.redo(), null);
});

test("undo and redo return what changed by them, from and to", () => {
  const { edit } = made(5);
  edit.begin();
  edit.paint([0, 1, 2, 3], 1);
  edit.paint([2, 3, 4], 2);
  const stroke = edit.end();
  assert.ok(stroke);
  assert.deepEqual([...stroke.to].sort(), [...stroke.cells].map((cell) => edit.owner[cell]).sort());
  const back = edit.undo();
  assert.deepEqual(back, { cells: stroke.cells, from: stroke.to, to: stroke.from });
  assert.deepEqual(edit.redo(), stroke);
});

test("a stroke that leaves every cell as it was is none", () => {
  const { edit } = made(6);
  const before = edit.owner[9];
  edit.begin();
  edit.paint([9], (before + 2) % OWNERS);
  edit.paint([9], before);
  assert.equal(edit.end(), null);
  assert.equal(edit.undoable, 0);
});

test("a new stroke ends what could be redone", () => {
  const { edit } = made(7);
  edit.paint([0], (edit.owner[0] + 2) % OWNERS);
  edit.undo();
  assert.equal(edit.redoable, 1);
  edit.paint([5], (edit.owner[5] + 2) % OWNERS);
  assert.deepEqual([edit.undoable, edit.redoable], [1, 0]);
});

test("a locked owner neither gives nor gets a cell, whatever is painted, undone and redone", () => {
  const { edit, random } = made(8);
  for (let at = 0; at < 30; at++) randomStroke(edit, random);
  edit.lock(3, true);
  const mine = () => Array.from(edit.owner, (owner) => owner === 3);
  const before = mine();
  for (let act = 0; act < 200; act++) {
    const dice = random();
    if (dice < 0.5) randomStroke(edit, random);
    else if (dice < 0.8) edit.undo();
    else edit.redo();
    assert.deepEqual(mine(), before);
  }
  edit.lock(3, false);
  assert.equal(edit.isLocked(3), false);
  assert.equal(edit.paint([before.indexOf(true)], 0).length, 1);
});

test("outside the limit nothing is painted, and without a limit all is again", () => {
  const { edit } = made(9);
  edit.limit = (cell) => edit.owner[cell] === -1;
  const all = CELLS.map((_, at) => at);
  const free = all.filter((at) => edit.owner[at] === -1);
  assert.deepEqual(edit.paint(all, 2), free);
  edit.limit = null;
  edit.paint(all, 2);
  assert.equal(edit.cells(2), CELLS.length);
});

test("positions off the ground are passed over and an owner that is not there is refused", () => {
  const { edit } = made(10);
  assert.deepEqual(edit.paint([-1, CELLS.length, Number.NaN], 0), []);
  assert.throws(() => edit.paint([0], OWNERS), RangeError);
});

test("an owner can be added and then painted with", () => {
  const { edit, weights } = made(11);
  const added = edit.addOwner();
  assert.equal(added, OWNERS);
  edit.paint([0, 1, 2], added);
  assert.deepEqual(figures(edit, 3, OWNERS + 1), recount(edit.owner, weights, OWNERS + 1));
});

test("cells are given to several owners in one stroke", () => {
  const { edit } = made(12);
  const before = edit.owner.slice();
  const to = before.map((owner) => (owner + 1) % OWNERS);
  edit.assign(CELLS.map((_, at) => at), to);
  assert.deepEqual(edit.owner, to);
  edit.undo();
  assert.deepEqual(edit.owner, before);
});

test("more strokes than can be kept lose the oldest, never the newest hundred", () => {
  const { edit } = made(13);
  for (let at = 0; at < 1300; at++) edit.paint([at % CELLS.length], (edit.owner[at % CELLS.length] + 2) % OWNERS);
  assert.equal(edit.undoable, 1000);
});

test("the same strokes on the same ground give what gridgeo computes in Python", () => {
  const ground = hexagonsFromCells(fixture.cells);
  const edit = new Edit(ground, fixture.weights, fixture.owner, fixture.owners);
  const first = edit.owner.slice();
  const close = (a: number, b: number) => assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)), `${a} is not ${b}`);
  const holds = ({ totals, pieces, count }: (typeof fixture.strokes)[number]) => {
    totals.forEach((row, measure) => row.forEach((total, owner) => close(edit.total(measure, owner), total)));
    assert.deepEqual(pieces.map((_, owner) => edit.pieces(owner)), pieces);
    assert.deepEqual(count.map((_, owner) => edit.cells(owner)), count);
  };
  for (const stroke of fixture.strokes) {
    for (let owner = 0; owner < fixture.owners; owner++) edit.lock(owner, stroke.locked.includes(owner));
    edit.paint(stroke.cells, stroke.to);
    holds(stroke);
  }
  assert.deepEqual([...edit.owner], fixture.after);
  for (let owner = 0; owner < fixture.owners; owner++) edit.lock(owner, false);
  while (edit.undo());
  assert.deepEqual(edit.owner, first);
  while (edit.redo());
  holds(fixture.strokes[fixture.strokes.length - 1]);
});

test("what somebody else changed is taken over, and undoing leaves it alone", () => {
  for (let seed = 0; seed < 30; seed++) {
    const { edit, weights, random } = made(seed);
    const first = edit.owner.slice();
    const some = () => Array.from({ length: 9 }, () => Math.floor(random() * CELLS.length));
    for (let stroke = 0; stroke < 12; stroke++) edit.paint(some(), Math.floor(random() * OWNERS));
    const theirs = new Map(some().map((cell) => [cell, (edit.owner[cell] + 2) % OWNERS]));
    const after = edit.owner.map((one, cell) => theirs.get(cell) ?? one);
    edit.adopt(after);
    assert.deepEqual([...edit.owner], [...after]);
    assert.deepEqual(figures(edit, 3, OWNERS), recount(after, weights, OWNERS));
    const strokes = edit.undoable;
    while (edit.undo());
    assert.deepEqual([...edit.owner], [...first.map((one, cell) => theirs.get(cell) ?? one)]);
    while (edit.redo());
    assert.deepEqual([...edit.owner, edit.undoable], [...after, strokes]);
  }
});

test("what the service has is shown though it is locked or out of bounds, and nothing else is", () => {
  const { edit } = made(3);
  const cell = edit.owner.findIndex((one) => one === 2);
  edit.lock(2, true);
  edit.limit = () => false;
  assert.deepEqual(edit.paint([cell], 4), []);
  assert.deepEqual(edit.impose([cell], [4]), [cell]);
  assert.equal(edit.owner[cell], 4);
  assert.deepEqual(edit.paint([cell], 5), []);
});
