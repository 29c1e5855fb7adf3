import assert from "node:assert/strict";
import { test } from "node:test";
import { Opened, Store } from "../src/core/store.js";

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

test("who has stopped watching is not called any more, in the same change neither", () => {
  const store = new Store({ a: 0 });
  const seen: number[] = [];
  let stop = () => {};
  store.watch(({ a }) => [a], ({ a }) => a === 2 && stop());
  stop = store.watch(({ a }) => [a], ({ a }) => seen.push(a));
  for (const a of [1, 2, 3]) store.apply(() => ({ a }));
  assert.deepEqual(seen, [0, 1]);
});

test("with the end of what was opened all of its watchers end, and no other", () => {
  const store = new Store({ a: 0 });
  const [inside, outside]: [number[], number[]] = [[], []];
  const opened = new Opened(store);
  let ended = 0;
  opened.atEnd(() => ended++);
  opened.watch(({ a }) => [a], ({ a }) => inside.push(a));
  store.watch(({ a }) => [a], ({ a }) => outside.push(a));
  opened.apply(() => ({ a: 1 }));
  opened.close();
  opened.close();
  store.apply(() => ({ a: 2 }));
  assert.deepEqual([inside, outside, ended, opened.now.a], [[0, 1], [0, 1, 2], 1, 2]);
});

test("what is waited for comes once, at once where it is so already", async () => {
  const store = new Store({ a: 0 });
  assert.equal((await store.until(({ a }) => a === 0)).a, 0);
  const later = store.until(({ a }) => a > 1);
  for (const a of [1, 2, 3]) store.apply(() => ({ a }));
  assert.equal((await later).a, 2);
});
