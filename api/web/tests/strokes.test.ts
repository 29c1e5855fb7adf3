import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemError } from "../src/core/api.js";
import { operationOf, settle, StrokeQueue, type Operation, type Shelf } from "../src/core/strokes.js";

type Owner = string | null;

/** A service in memory: it does a stroke upon its own version only, and the same key once. */
class Service {
  version = 1;
  offline = false;
  /** The stroke is done and its answer gets lost. */
  deaf = false;
  status = 0;
  readonly owner = new Map<string, Owner>();
  private readonly done = new Map<string, number>();

  save = (operation: Operation, version: string): Promise<string> => {
    if (this.offline) return this.fail(0);
    if (this.status) return this.fail(this.status);
    const known = this.done.get(operation.key);
    if (known !== undefined) return Promise.resolve(String(known));
    const stale = operation.cells.some((cell, at) => (this.owner.get(cell) ?? null) !== operation.from[at]);
    if (version !== String(this.version) || stale) return this.fail(412);
    operation.cells.forEach((cell, at) => this.owner.set(cell, operation.to[at]));
    this.done.set(operation.key, ++this.version);
    if (this.deaf) return this.fail(0);
    return Promise.resolve(String(this.version));
  };

  /** Somebody else paints. */
  change(cell: string, owner: Owner): void {
    this.owner.set(cell, owner);
    this.version += 1;
  }

  private fail(status: number): Promise<never> {
    return Promise.reject(new ProblemError({ status, code: "x", title: "", detail: "" }));
  }
}

/** A clock that stands until it is told to go on. */
class Clock {
  now_s = 0;
  private waiting: { at_s: number; act: () => void }[] = [];

  later = (after_s: number, act: () => void) => {
    const entry = { at_s: this.now_s + after_s, act };
    this.waiting.push(entry);
    return () => void (this.waiting = this.waiting.filter((one) => one !== entry));
  };

  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      this.now_s += 1;
      const due = this.waiting.filter(({ at_s }) => at_s <= this.now_s);
      this.waiting = this.waiting.filter(({ at_s }) => at_s > this.now_s);
      for (const { act } of due) act();
      await settled();
    }
  }
}

const settled = () => new Promise((done) => setImmediate(done));

function shelfOf(held = new Map<string, string>()): Shelf {
  return {
    getItem: (name) => held.get(name) ?? null,
    setItem: (name, text) => void held.set(name, text),
    removeItem: (name) => void held.delete(name),
  };
}

function visit(service: Service, clock: Clock, shelf: Shelf): StrokeQueue {
  const { save } = service;
  return new StrokeQueue({ name: "plan s1 anna", version: String(service.version), save, shelf, later: clock.later });
}

let made = 0;
const stroke = (cells: string, from: Owner, to: Owner): Operation => {
  const names = [...cells];
  return { key: `k${++made}`, cells: names, from: names.map(() => from), to: names.map(() => to) };
};

test("strokes are saved one after the other, each upon the version before", async () => {
  const [service, clock, shelf] = [new Service(), new Clock(), shelfOf()];
  const queue = visit(service, clock, shelf);
  queue.push(stroke("ab", null, "x"));
  queue.push(stroke("b", "x", "y"));
  assert.equal(queue.state.now.health, "saving");
  await settled();
  assert.equal(queue.state.now.health, "saved");
  assert.deepEqual([...service.owner], [["a", "x"], ["b", "y"]]);
  assert.equal(shelf.getItem("plan s1 anna"), null);
});

test("a minute offline loses nothing, tries ever less often, and all is saved when the service is back", async () => {
  const [service, clock] = [new Service(), new Clock()];
  const queue = visit(service, clock, shelfOf());
  service.offline = true;
  for (const cell of "abcdef") queue.push(stroke(cell, null, "x"));
  await settled();
  assert.equal(queue.state.now.health, "waiting");
  const waits = [];
  for (let at = 0; at < 60; at++) {
    await clock.pass(1);
    waits.push(queue.state.now.wait_s);
  }
  assert.deepEqual([...new Set(waits)], [2, 4, 8, 16, 30]);
  assert.equal(queue.state.now.pending.length, 6);
  service.offline = false;
  await clock.pass(30);
  assert.equal(queue.state.now.health, "saved");
  assert.equal(service.owner.size, 6);
});

test("a stroke whose answer was lost is not done twice", async () => {
  const [service, clock] = [new Service(), new Clock()];
  const queue = visit(service, clock, shelfOf());
  service.deaf = true;
  queue.push(stroke("a", null, "x"));
  await settled();
  service.deaf = false;
  queue.push(stroke("a", "x", "y"));
  queue.retry();
  await settled();
  await settled();
  assert.deepEqual([queue.state.now.health, service.owner.get("a"), service.version], ["saved", "y", 3]);
});

test("unsaved strokes survive a reload, are offered, and can be saved or thrown away", async () => {
  for (const take of [true, false]) {
    const [service, clock, shelf] = [new Service(), new Clock(), shelfOf()];
    service.offline = true;
    const first = visit(service, clock, shelf);
    first.push(stroke("ab", null, "x"));
    await settled();
    first.stop();
    service.offline = false;
    const second = visit(service, clock, shelf);
    assert.equal(second.left().length, 1);
    // A stroke of the new visit does not take the place of those that nobody has decided about.
    second.push(stroke("c", null, "z"));
    await settled();
    assert.equal(second.left().length, 1);
    if (take) {
      const { operations } = settle(second.takeLeft(), (cell) => service.owner.get(cell) ?? null, () => "theirs");
      second.restart(operations, String(service.version));
    } else second.discardLeft();
    await settled();
    assert.deepEqual(service.owner.get("a") ?? null, take ? "x" : null);
    assert.equal(visit(service, clock, shelf).left().length, 0);
  }
});

test("a conflict stops saving and keeps every stroke until it is settled", async () => {
  const [service, clock] = [new Service(), new Clock()];
  const queue = visit(service, clock, shelfOf());
  service.change("a", "other");
  queue.push(stroke("ab", null, "x"));
  queue.push(stroke("b", "x", "y"));
  await settled();
  assert.deepEqual([queue.state.now.health, queue.state.now.pending.length], ["conflict", 2]);
  queue.retry();
  await clock.pass(60);
  assert.equal(service.owner.get("a"), "other");
  const { operations, disputes } = settle(queue.state.now.pending, (cell) => service.owner.get(cell) ?? null, () => "theirs");
  assert.deepEqual(disputes, [{ at: 0, cells: ["a"], mine: ["x"], theirs: ["other"] }]);
  queue.restart(operations, String(service.version));
  await settled();
  await settled();
  assert.equal(queue.state.now.health, "saved");
  assert.deepEqual(Object.fromEntries(service.owner), { a: "other", b: "y" });
});

test("mine wins where it is chosen, stroke by stroke", () => {
  const now = new Map<string, Owner>([["a", "other"], ["b", "other"], ["c", null]]);
  const operations = [stroke("ac", null, "x"), stroke("b", null, "y"), stroke("a", "x", null)];
  const chosen = (choices: ("mine" | "theirs")[]) => settle(operations, (cell) => now.get(cell) ?? null, (at) => choices[at]);
  const ends = (choices: ("mine" | "theirs")[]) => {
    const after = new Map(now);
    for (const { cells, from, to } of chosen(choices).operations) {
      cells.forEach((cell, at) => {
        assert.equal(after.get(cell) ?? null, from[at]);
        after.set(cell, to[at]);
      });
    }
    return [...after.values()];
  };
  assert.deepEqual(ends(["theirs", "theirs", "theirs"]), ["other", "other", "x"]);
  assert.deepEqual(ends(["mine", "theirs", "theirs"]), [null, "other", "x"]);
  assert.deepEqual(ends(["theirs", "mine", "mine"]), [null, "y", "x"]);
  assert.deepEqual(chosen(["theirs", "theirs", "theirs"]).disputes.map(({ at }) => at), [0, 1, 2]);
});

test("a stroke that keeps its cells keeps its key, and one that is cut has a new one", () => {
  const operation = stroke("ab", null, "x");
  assert.equal(settle([operation], () => null, () => "theirs").operations[0].key, operation.key);
  const cut = settle([operation], (cell) => (cell === "a" ? "x" : null), () => "theirs");
  assert.deepEqual(cut.operations[0].cells, ["b"]);
  assert.notEqual(cut.operations[0].key, operation.key);
});

test("what is refused is kept and said, and goes on when somebody asks", async () => {
  const [service, clock] = [new Service(), new Clock()];
  const queue = visit(service, clock, shelfOf());
  service.status = 403;
  queue.push(stroke("a", null, "x"));
  await settled();
  assert.deepEqual([queue.state.now.health, queue.state.now.problem?.status], ["refused", 403]);
  service.status = 0;
  queue.retry();
  await settled();
  assert.equal(queue.state.now.health, "saved");
});

test("without storage strokes are saved all the same, and it is known that a reload would lose them", async () => {
  const full: Shelf = {
    getItem: () => null,
    setItem: () => {
      throw new Error("full");
    },
    removeItem: () => undefined,
  };
  const service = new Service();
  const queue = visit(service, new Clock(), full);
  queue.push(stroke("a", null, "x"));
  assert.equal(queue.state.now.kept, false);
  await settled();
  assert.equal(service.owner.get("a"), "x");
});

test("an operation names cells and owners, and nobody is null", () => {
  const changed = { cells: Int32Array.of(1, 2), from: Int32Array.of(-1, 0), to: Int32Array.of(1, -1) };
  const { cells, from, to } = operationOf(changed, ["p", "q", "r"], ["X", "Y"]);
  assert.deepEqual([cells, from, to], [["q", "r"], [null, "X"], ["Y", null]]);
});
