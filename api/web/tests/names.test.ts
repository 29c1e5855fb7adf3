import assert from "node:assert/strict";
import { test } from "node:test";
import { ownNames } from "../scripts/names.mjs";

const library = [
  `class Layer {
  renderFrame(frame) {
    this.frameState = frame;
    this.loading = frame.transform;
  }
  getContext() {}
  lookedUp() {}
}`,
];
const phrases = ['export const en = {\n  planTitle: "Plan",\n  measure: "Measure",\n};'];

test("methods, fields and phrases are found, and what the browser, the service or a text names is left", () => {
  const names = ownNames({ library, phrases, others: ["getContext(): void; loading: boolean"], page: [] });
  assert.deepEqual(names, ["frameState", "lookedUp", "planTitle", "renderFrame"]);
});

test("a name that a text holds or a module exports is not shortened", () => {
  const page = ['const how = "a lookedUp b";', "export const planTitle = 1;"];
  assert.deepEqual(ownNames({ library, phrases, others: ["getContext loading"], page }), ["frameState", "renderFrame"]);
});
