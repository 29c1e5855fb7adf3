import assert from "node:assert/strict";
import { test } from "node:test";
import { latest } from "../src/core/latest.js";

test("only the last question's answer counts, in whatever order answers come", async () => {
  const asked = latest();
  const taken: string[] = [];
  const answers: (() => void)[] = [];
  const ask = async (name: string) => {
    const isLast = asked();
    await new Promise<void>((done) => answers.push(done));
    if (isLast()) taken.push(name);
  };
  const all = [ask("first"), ask("second"), ask("third")];
  for (const at of [2, 0, 1]) answers[at]();
  await Promise.all(all);
  assert.deepEqual(taken, ["third"]);
  const again = ask("fourth");
  answers[3]();
  await again;
  assert.deepEqual(taken, ["third", "fourth"]);
});

test("questions of two kinds do not take each other's answers", () => {
  const [one, other] = [latest(), latest()];
  const isLast = one();
  other();
  assert.equal(isLast(), true);
});
