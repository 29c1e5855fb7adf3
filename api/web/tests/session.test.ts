import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemError, type Read, type Send } from "../src/core/api.js";
import type { Problem } from "../src/core/contract.js";
import { goOn, noticing } from "../src/core/session.js";
import { initialState, measureAwaited, publicationLoaded, roomChosen, type RoomId } from "../src/core/state.js";
import { Store } from "../src/core/store.js";
import { ROOMS, roomsOf } from "../src/rooms/index.js";
import { BRANCHES, cellColumns, MEASURES, SESSION, TERRITORIES } from "./sample.js";

const problem = (status: number, login?: string): Problem => ({ status, code: "", title: "", detail: "", ...(login ? { login } : {}) });
const failing = (status: number, login?: string) => async () => {
  throw new ProblemError(problem(status, login));
};

function working(session = SESSION) {
  const store = new Store(initialState("en"));
  const catchments = { type: "FeatureCollection", features: [] } as const;
  const rest = { measures: MEASURES, branches: BRANCHES, catchments: { ...catchments, features: [] }, columns: cellColumns() };
  store.apply(publicationLoaded({ session, ...rest, territories: TERRITORIES }));
  store.apply(roomChosen("queue"));
  return store;
}

test("an answer that nobody is signed in, to whatever was asked, leads to the page that says so, with all kept", async () => {
  for (const ask of ["read", "send"] as const) {
    const store = working();
    const { cells } = store.now;
    const asked = noticing(store, failing(401, "/login") as Read, failing(401, "/login") as Send);
    await assert.rejects(ask === "read" ? asked.read("/x") : asked.send("POST", "/x"), ProblemError);
    assert.deepEqual([store.now.phase, store.now.problem?.login, store.now.room], ["signedOut", "/login", "queue"]);
    assert.equal(store.now.cells, cells);
  }
});

test("another failure ends no session", async () => {
  const store = working();
  const asked = noticing(store, failing(403) as Read, failing(403) as Send);
  await assert.rejects(asked.read("/x"), ProblemError);
  assert.equal(store.now.phase, "ready");
});

test("who signs in again goes on where it was; for another person the page begins again", async () => {
  for (const [id, phase, begun] of [[SESSION.actor.id, "ready", 0], ["somebody else", "signedOut", 1]] as const) {
    const store = working();
    const { read } = noticing(store, failing(401) as Read, failing(401) as Send);
    store.apply(measureAwaited("people"));
    await assert.rejects(read("/x"));
    let anew = 0;
    const answer = (async () => ({ ...SESSION, actor: { ...SESSION.actor, id } })) as Read;
    assert.equal(await goOn(store, answer, () => anew++), null);
    assert.deepEqual([store.now.phase, anew, store.now.room, store.now.awaited === null], [phase, begun, "queue", phase === "ready"]);
  }
});

test("who is not signed in yet is told why, and stays where it is", async () => {
  const store = working();
  const { read } = noticing(store, failing(401) as Read, failing(401) as Send);
  await assert.rejects(read("/x"));
  assert.equal((await goOn(store, failing(401) as Read, () => undefined))?.status, 401);
  assert.equal(store.now.phase, "signedOut");
});

const SEEN: Record<string, RoomId[]> = {
  hq: ["map", "grids", "plan", "queue"],
  planner: ["map", "grids", "plan", "queue"],
  branch_manager: ["map", "grids", "plan", "queue"],
  rm: ["map"],
  helper: ["map"],
  consumer: ["map"],
  auditor: ["map", "plan"],
};

test("each role is shown its rooms and nothing else", () => {
  const built = new Set(ROOMS.map(({ id }) => id));
  for (const [role, rooms] of Object.entries(SEEN)) {
    const store = working({ ...SESSION, actor: { ...SESSION.actor, role: role as typeof SESSION.actor.role } });
    assert.deepEqual(roomsOf(store.now).map(({ id }) => id), rooms.filter((id) => built.has(id)), role);
  }
  assert.deepEqual(roomsOf(initialState("en")), []);
});
