import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemError, type Read, type Send, type SendOptions } from "../src/core/api.js";
import * as queue from "../src/core/queue.js";
import { acceptable, EMPTY_QUEUE, type Location, type QueueState, type Waiting } from "../src/core/queue.js";
import { QueueWork } from "../src/core/queueWork.js";
import { Store } from "../src/core/store.js";

function waiting(id: number, effect: number): Waiting {
  const house = `House ${id}`;
  const place = { lng: 9.5, lat: 47.1, tier: "exact", accuracy_m: 10, confidence: 0.5, matched: house, outcome: "placed" };
  return { id, party_kind: "customer", branch_id: "B1", house, status: "open", revision: 1, reasons: ["not sure"], parties: 1, effect, ...place };
}

const located = (item: Waiting): Location => ({ ...item, candidates: [], concerns: [], history: [] });
const ALL = [1, 2, 3, 4, 5].map((id) => waiting(id, 10 - id));
const settled = () => new Promise((done) => setTimeout(done, 0));

/** A service with the locations of ALL in pages of two; `decided` may answer instead of it. */
function working(decided: (id: number) => unknown = () => null) {
  const sent: { path: string; body: unknown; options: SendOptions | undefined }[] = [];
  const status = new Map<number, string>();
  const read = (async (path: string) => {
    const id = Number(/review\/(\d+)$/.exec(path)?.[1]);
    if (id) return located({ ...(ALL[id - 1] as Waiting), status: status.get(id) ?? "open" });
    const from = Number(/after=(\d+)/.exec(path)?.[1] ?? 0);
    const next = from + 2 < ALL.length ? String(from + 2) : null;
    return { version: 1, open: ALL.length, items: ALL.slice(from, from + 2), next };
  }) as Read;
  const send = (async (_: string, path: string, body: unknown, options?: SendOptions) => {
    sent.push({ path, body, options });
    const id = Number(/review\/(\d+)\//.exec(path)?.[1]);
    decided(id);
    status.set(id, "rejected");
    return { body: { id, kind: (body as { decision: string }).decision, revision: 2, house: `House ${id}` }, etag: null };
  }) as Send;
  const store = new Store<QueueState>(EMPTY_QUEUE);
  return { store, sent, status, work: new QueueWork(store, read, send, () => null) };
}

const ids = ({ items }: QueueState) => items.map(({ id }) => id);
const refuse = (status: number) => () => {
  throw new ProblemError({ status, code: "", title: "", detail: "said by the service" });
};

test("the list is read page by page before its end is reached, worst first", async () => {
  const { store, work } = working();
  await work.start();
  for (let round = 0; round < 5; round++) await settled();
  assert.deepEqual(ids(store.now), [1, 2, 3, 4, 5]);
  assert.equal(store.now.at, 1);
  assert.equal(store.now.item?.id, 1);
});

test("after a decision the next location is there at once, and the decision names the revision that was seen", async () => {
  const { store, sent, work } = working();
  await work.start();
  await settled();
  const going = work.decide({ decision: "reject" });
  assert.deepEqual([store.now.at, store.now.item?.id], [2, 2]);
  await going;
  assert.equal(sent[0]?.path, "/api/v1/locations/review/1/decisions");
  assert.equal(sent[0]?.options?.ifMatch, '"1"');
  assert.match(sent[0]?.options?.idempotencyKey ?? "", /^[0-9a-f]{32}$/);
  assert.deepEqual(store.now.last, { id: 1, kind: "reject", revision: 2, house: "House 1" });
});

test("a list that was on its way when a location was decided does not bring it back", async () => {
  const { store, work } = working();
  await work.start();
  await settled();
  const again = work.start();
  await Promise.all([work.decide({ decision: "reject" }), again]);
  assert.ok(!ids(store.now).includes(1));
  await work.start();
  assert.ok(ids(store.now).includes(1), "asked for afterwards, it is what the service says");
});

test("a location that another has decided meanwhile is said, and does not come back", async () => {
  const { store, status, work } = working(refuse(412));
  await work.start();
  await settled();
  status.set(1, "placed");
  await work.decide({ decision: "accept" });
  assert.equal(store.now.refused?.house, "House 1");
  assert.equal(store.now.refused?.problem.detail, "said by the service");
  assert.ok(!ids(store.now).includes(1));
});

test("a decision that did not arrive leaves the location at its place in the list, and the pin on the map", async () => {
  for (const failure of [0, 412, 503]) {
    const { store, work } = working(refuse(failure));
    await work.start();
    for (let round = 0; round < 5; round++) await settled();
    store.apply(queue.chosen(3));
    await settled();
    store.apply(queue.pinned([9.6, 47.2]));
    await work.decide({ decision: "place", lng: 9.6, lat: 47.2 });
    assert.deepEqual([ids(store.now), store.now.at, store.now.open], [[1, 2, 3, 4, 5], 3, 5]);
    assert.deepEqual([store.now.pin, store.now.item?.id], [[9.6, 47.2], 3]);
    assert.ok(store.now.refused);
  }
});

test("a decision that fails while the next location is placed by hand leaves the pin where it is", async () => {
  const { store, work } = working(refuse(503));
  await work.start();
  for (let round = 0; round < 5; round++) await settled();
  const going = work.decide({ decision: "reject" });
  store.apply(queue.pinned([9.6, 47.2]));
  await going;
  assert.deepEqual([store.now.at, store.now.pin, ids(store.now)], [2, [9.6, 47.2], [1, 2, 3, 4, 5]]);
  assert.ok(store.now.refused);
});

test("what could not be read is read again when it is asked for", async () => {
  const { store, work } = working();
  store.apply(queue.pageFailed({ status: 401, code: "", title: "", detail: "" }));
  await work.again();
  assert.deepEqual([store.now.problem, store.now.at], [null, 1]);
  store.apply(queue.chosen(2));
  await settled();
  store.apply((state) => ({ ...state, item: null }));
  await work.again();
  assert.equal(store.now.item?.id, 2);
});

test("a decision taken back brings the location back, to be looked at", async () => {
  const { store, sent, status, work } = working();
  await work.start();
  await settled();
  await work.decide({ decision: "reject" });
  status.clear();
  const undo = work.undo(1, store.now.last?.revision);
  status.clear();
  await undo;
  assert.deepEqual([sent[1]?.body, sent[1]?.options?.ifMatch], [{ decision: "undo" }, '"2"']);
  assert.deepEqual([store.now.at, store.now.last, ids(store.now)[0]], [1, null, 1]);
});

test("what is left for later is passed over until nothing else is there", () => {
  const store = new Store<QueueState>({ ...EMPTY_QUEUE, items: ALL.slice(0, 3), at: 1, open: 3 });
  const walk = [0, 1, 2].map(() => {
    store.apply(queue.leftForLater());
    return store.now.at;
  });
  assert.deepEqual(walk, [2, 3, 1]);
  store.apply(queue.decisionSent(1));
  assert.deepEqual([store.now.at, store.now.open], [2, 2]);
});

test("steps stay inside the list, and a pin belongs to one location", () => {
  const store = new Store<QueueState>({ ...EMPTY_QUEUE, items: ALL, at: 1 });
  store.apply(queue.pinned([9.5, 47.1]));
  store.apply(queue.stepped(-1));
  assert.deepEqual([store.now.at, store.now.pin], [1, [9.5, 47.1]]);
  store.apply(queue.stepped(1));
  assert.deepEqual([store.now.at, store.now.pin], [2, null]);
});

test("only an answer that stands for a place can be accepted", () => {
  const tiers = ["exact", "given", "street", "town", null];
  assert.deepEqual(tiers.map((tier) => acceptable({ tier, lng: 9.5 })), [true, true, false, false, false]);
  assert.equal(acceptable({ tier: "exact", lng: null }), false);
});

test("of the log only the newest decision about a location holds, unless it took one back", () => {
  const entry = (decision: number, id: number, kind: string) => ({ decision, id, kind }) as queue.Entry;
  const log = [entry(4, 2, "undo"), entry(3, 1, "place"), entry(2, 2, "reject"), entry(1, 1, "undo")];
  assert.deepEqual([...queue.standing(log)], [3]);
});
