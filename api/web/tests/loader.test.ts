import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemError, reader, type Read } from "../src/core/api.js";
import { Loader } from "../src/core/loader.js";
import * as actions from "../src/core/state.js";
import { panelOpened } from "../src/core/panel.js";
import { initialState } from "../src/core/state.js";
import { Store } from "../src/core/store.js";
import { BRANCHES, CELLS, cellColumns, detail, MEASURES, SESSION, TERRITORIES, VERSION } from "./sample.js";

type Answers = Record<string, () => unknown>;

function answers(changes: Answers = {}): Answers {
  return {
    "/api/v1/session": () => SESSION,
    "/api/v1/measures": () => ({ measures: MEASURES }),
    "/api/v1/branches": () => ({ branches: BRANCHES }),
    "/api/v1/catchments?outline=stated": () => ({ type: "FeatureCollection", features: [] }),
    "/api/v1/territories": () => TERRITORIES,
    "/api/v1/cells?measures=penetration": () => cellColumns(),
    "/api/v1/cells?measures=people": () => cellColumns("people"),
    [`/api/v1/cells/${CELLS[0]}`]: () => detail(CELLS[0]),
    ...changes,
  };
}

function loading(changes: Answers = {}) {
  const known = answers(changes);
  const asked: string[] = [];
  const read = (async (path: string) => {
    asked.push(path);
    const answer = known[path];
    if (!answer) throw new ProblemError({ status: 404, code: "not_found", title: "", detail: path });
    return answer();
  }) as Read;
  const store = new Store(initialState("en"));
  return { store, asked, loader: new Loader(store, read) };
}

const settled = () => new Promise((done) => setTimeout(done, 0));
const failing = (status: number) => () => {
  throw new ProblemError({ status, code: "", title: "", detail: "said by the service" });
};

test("one publication is loaded with one measure", async () => {
  const { store, asked, loader } = loading();
  await loader.publication();
  assert.equal(store.now.phase, "ready");
  assert.equal(asked.filter((path) => path.startsWith("/api/v1/cells")).length, 1);
});

test("territories that come in pages are put together", async () => {
  const page = (at: number, next: string | null) => () => ({
    ...TERRITORIES,
    territories: [TERRITORIES.territories[at]],
    cells: [CELLS[at]],
    territory_index: [0],
    next,
  });
  const { store, loader } = loading({
    "/api/v1/territories": page(0, "a+b"),
    "/api/v1/territories?cursor=a%2Bb": page(1, null),
  });
  await loader.publication();
  assert.deepEqual(store.now.plan?.territories.map(({ id }) => id), ["t1", "t2"]);
  assert.deepEqual([...(store.now.plan?.owner.slice(0, 3) ?? [])], [0, 1, -1]);
});

test("a publication that goes live between two pages is read from the beginning", async () => {
  let tries = 0;
  const first = () => (tries++ === 0 ? { ...TERRITORIES, next: "old" } : TERRITORIES);
  const { store, loader } = loading({ "/api/v1/territories": first, "/api/v1/territories?cursor=old": failing(412) });
  await loader.publication();
  assert.equal(store.now.phase, "ready");
  assert.equal(tries, 2);
});

test("a publication that changes while it is read is read again", async () => {
  let reads = 0;
  const newer = () => ({ ...cellColumns(), version: VERSION + 1 });
  const session = () => ({ ...SESSION, versions: { publication: reads++ === 0 ? VERSION : VERSION + 1 } });
  const { store, loader } = loading({ "/api/v1/session": session, "/api/v1/cells?measures=penetration": newer });
  await loader.publication();
  assert.equal(store.now.phase, "ready");
  assert.equal(reads, 2);
  assert.equal(store.now.cells?.version, VERSION + 1);
});

test("nobody signed in, nothing published and a fault each have their page", async () => {
  for (const [status, phase] of [[401, "signedOut"], [404, "empty"], [500, "failed"]] as const) {
    const { store, loader } = loading({ "/api/v1/session": failing(status) });
    await loader.publication();
    assert.equal(store.now.phase, phase);
    assert.equal(store.now.problem?.detail, "said by the service");
  }
});

test("a measure is asked for once", async () => {
  const { store, asked, loader } = loading();
  await loader.publication();
  for (const measure of ["people", "penetration", "people"]) {
    store.apply(actions.measureAwaited(measure));
    await settled();
    assert.equal(store.now.measure, measure);
  }
  assert.equal(asked.filter((path) => path.endsWith("measures=people")).length, 1);
});

test("a measure of a newer publication loads that publication as a whole", async () => {
  let version = VERSION;
  const versioned = (measure: string) => () => ({ ...cellColumns(measure), version });
  const { store, loader } = loading({
    "/api/v1/session": () => ({ ...SESSION, versions: { publication: version } }),
    "/api/v1/cells?measures=penetration": versioned("penetration"),
    "/api/v1/cells?measures=people": versioned("people"),
  });
  await loader.publication();
  version += 1;
  store.apply(actions.measureAwaited("people"));
  await settled();
  await settled();
  assert.equal(store.now.cells?.version, version);
  assert.equal(store.now.measure, "penetration");
});

test("opening the panel asks for its cell and fills it", async () => {
  const { store, loader } = loading();
  await loader.publication();
  store.apply(actions.cellSelected(0));
  store.apply(panelOpened());
  await settled();
  assert.equal(store.now.panel?.body?.cell, CELLS[0]);
});

test("a problem's own words reach the reader, and no answer at all has a name", async () => {
  const body = JSON.stringify({ status: 503, code: "busy", title: "Busy", detail: "try again" });
  const read = reader(() => "zh", (async () => new Response(body, { status: 503 })) as typeof fetch);
  await assert.rejects(read("/x"), (error: ProblemError) => error.problem.detail === "try again");
  const dead = reader(() => "zh", (async () => Promise.reject(new TypeError("refused"))) as typeof fetch);
  await assert.rejects(dead("/x"), (error: ProblemError) => error.problem.code === "offline");
});

test("messages are asked for in the reader's language", async () => {
  let asked = "";
  const fetcher = (async (_: string, options: RequestInit) => {
    asked = new Headers(options.headers).get("accept-language") ?? "";
    return new Response("{}");
  }) as unknown as typeof fetch;
  await reader(() => "zh", fetcher)("/x");
  assert.equal(asked, "zh");
});
