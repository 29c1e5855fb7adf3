import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemError } from "../src/core/api.js";
import { Opened, Store } from "../src/core/store.js";
import { initialState, publicationLoaded, sessionEnded, sessionResumed, type State } from "../src/core/state.js";
import { FIRST_TOOL } from "../src/core/brush.js";
import type { Operation } from "../src/core/strokes.js";
import { KeptStrokes, leftBehind, type Standing } from "../src/ui/kept.js";
import { toolBar } from "../src/ui/toolBar.js";
import { browser, type Pressed } from "./document.js";
import { publication, SESSION } from "./sample.js";
import "./words.js";

/** A store that counts who watches it. */
class Counted extends Store<State> {
  watching = 0;

  constructor() {
    super(publicationLoaded(publication())(initialState("en")));
  }

  override watch<P extends readonly unknown[]>(parts: (state: State) => P, callback: (state: State) => void): () => void {
    this.watching += 1;
    const stop = super.watch(parts, callback);
    return () => {
      this.watching -= 1;
      stop();
    };
  }
}

const OWNERS = ["x", "y", "z"];
const settled = () => new Promise((done) => setImmediate(done));

/** A service that several sessions paint at: a stroke is done upon its own version only. */
class Service {
  version = 1;
  status = 0;
  readonly owner: Int32Array;

  constructor(readonly ids: readonly string[]) {
    this.owner = new Int32Array(ids.length);
  }

  get standing(): Standing {
    return { version: String(this.version), owner: this.owner, owners: OWNERS };
  }

  save = ({ cells, to }: Operation, version: string): Promise<string> => {
    const status = this.status || (version === String(this.version) ? 0 : 412);
    if (status) return Promise.reject(new ProblemError({ status, code: "", title: "", detail: "" }));
    cells.forEach((cell, at) => (this.owner[this.ids.indexOf(cell)] = OWNERS.indexOf(to[at] ?? "")));
    return Promise.resolve(String(++this.version));
  };
}

/** Somebody who paints: `owner` is what the map shows. */
class Session {
  readonly owner: Int32Array;
  readonly strokes: KeptStrokes;

  constructor(service: Service, name: string, readonly store = new Counted()) {
    this.owner = service.owner.slice();
    const of = {
      store,
      name,
      save: service.save,
      apply: (cells: number[], to: number[]) => cells.forEach((cell, at) => (this.owner[cell] = to[at])),
      reload: async () => {
        await settled();
        this.owner.set(service.owner);
        this.strokes.rebased(service.standing);
      },
      nameOf: (id: string) => id,
    };
    this.strokes = new KeptStrokes(of, service.standing);
  }

  paint(cells: number[], to: number): void {
    const stroke = { cells: Int32Array.from(cells), from: Int32Array.from(cells, (cell) => this.owner[cell]), to: Int32Array.from(cells, () => to) };
    for (const cell of cells) this.owner[cell] = to;
    this.strokes.add(stroke);
  }

  get health(): string {
    return this.strokes.queue.state.now.health;
  }

  async quiet(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await settled();
  }
}

test("three who paint at once lose nothing where none of them painted the same cells", async () => {
  browser();
  const service = new Service(new Counted().now.cells?.ids ?? []);
  const three = ["anna", "bo", "chen"].map((name) => new Session(service, name));
  for (let round = 0; round < 5; round++) three.forEach((one, at) => one.paint([3 * round + at, 20 + 3 * round + at], 1 + (at % 2)));
  for (const one of three) await one.quiet();
  assert.deepEqual(three.map(({ health }) => health), ["saved", "saved", "saved"]);
  for (let cell = 0; cell < 15; cell++) assert.deepEqual([service.owner[cell], service.owner[20 + cell]], [1 + ((cell % 3) % 2), 1 + ((cell % 3) % 2)]);
  // Whoever was last to read sees all of it.
  await three[0].strokes.settled();
  assert.equal(service.owner.filter((one) => one > 0).length, 30);
});

test("a third who is faster while one decides is asked about as well, and no cell is lost or overwritten unasked", async () => {
  browser();
  const service = new Service(new Counted().now.cells?.ids ?? []);
  const [anna, bo, chen] = ["anna", "bo", "chen"].map((name) => new Session(service, name));
  bo.paint([0], 2);
  await bo.quiet();
  anna.paint([0, 1], 1);
  await anna.quiet();
  assert.equal(anna.health, "conflict");
  await chen.quiet();
  chen.paint([1], 2);
  await chen.quiet();
  // Chen did not know of Bo's stroke either: it goes on top by itself.
  assert.equal(chen.health, "saved");
  const { queue } = anna.strokes;
  // Anna decides for hers in cell 0, upon what she has read; cell 1 was Chen's before that came through.
  queue.restart([{ key: "k", cells: ["0", "1"].map((at) => service.ids[Number(at)]), from: ["z", "x"], to: ["y", "y"] }], "2");
  await anna.quiet();
  assert.equal(anna.health, "conflict");
  assert.deepEqual([service.owner[0], service.owner[1]], [2, 2]);
  assert.equal(queue.state.now.pending[0].cells.length, 2);
});

test("strokes that wait while somebody is signed out go on once the same person is back", async () => {
  browser();
  const service = new Service(new Counted().now.cells?.ids ?? []);
  const session = new Session(service, "anna");
  service.status = 401;
  session.paint([5], 1);
  await session.quiet();
  session.store.apply(sessionEnded({ status: 401, code: "", title: "", detail: "" }));
  assert.deepEqual([session.health, session.strokes.queue.state.now.pending.length], ["refused", 1]);
  service.status = 0;
  await session.quiet();
  assert.equal(service.owner[5], 0);
  session.store.apply(sessionResumed(SESSION));
  await session.quiet();
  assert.deepEqual([session.health, service.owner[5]], ["saved", 1]);
});

test("what waits for something that is closed is told and kept, and goes only when it is thrown away", async () => {
  const page = browser();
  const service = new Service(new Counted().now.cells?.ids ?? []);
  const session = new Session(service, "anna");
  assert.equal(leftBehind(session.store, "anna").length, 0);
  service.status = 412;
  session.paint([5], 1);
  await session.quiet();
  session.strokes.stop();
  const [line] = leftBehind(session.store, "anna") as unknown as Pressed[];
  assert.match(line.textContent, /^1 unsaved stroke /);
  assert.equal(page.stored.size, 1);
  // Open again, the same strokes are offered.
  assert.equal(new Session(service, "anna", session.store).strokes.queue.left().length, 1);
  line.press("discard");
  assert.equal(page.stored.size, 0);
});

function strokesOf(store: Store<State>): KeptStrokes {
  return new Session(new Service(store.now.cells?.ids ?? []), "plan.Spring", store as Counted).strokes;
}

test("whoever opens and closes scenarios all day leaves no watcher and no listener behind", () => {
  const page = browser();
  const store = new Counted();
  const before = [store.watching, page.listeners("online")];
  for (let day = 0; day < 20; day++) {
    const strokes = strokesOf(store);
    const opened = new Opened(store);
    toolBar(opened, new Store(FIRST_TOOL), { undo: () => undefined, redo: () => undefined });
    // A control: while they are open they do watch.
    assert.ok(store.watching > before[0] + 10);
    assert.equal(page.listeners("online"), before[1] + 1);
    strokes.stop();
    opened.close();
  }
  assert.deepEqual([store.watching, page.listeners("online")], before);
});
