import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../src/core/store.js";

test("a watcher is called at once and when its part changes, not otherwise", () => {
  const store = new Store({ a: 1, b: 1 });
  const seen: number[] = [];
  store.watch(({ a }) => [a], ({ a }) => seen.push(a));
  store.apply((state) => ({ ...state, b: 2 }));
  store.apply((state) => ({ ...state, a: 2 }));
  store.apply((state) => state);
  assert.deepEqual(seen, [1, 2]);
});

test("a watcher that changes the state leaves everybody with the last one", () => {
  const store = new Store({ a: 0, doubled: 0 });
  store.watch(({ a }) => [a], ({ a }) => store.apply((state) => ({ ...state, doubled: 2 * a })));
  let last = -1;
  store.watch(({ doubled }) => [doubled], ({ doubled }) => (last = doubled));
  store.apply((state) => ({ ...state, a: 4 }));
  assert.equal(last, 8);
});
