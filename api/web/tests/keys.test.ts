import assert from "node:assert/strict";
import { test } from "node:test";
import "./words.js";
import { catalogue } from "../src/core/i18n.js";
import { actOf, keyCaps, type KeyUse } from "../src/core/keys.js";

const USES: readonly KeyUse<"on" | "undo" | "redo" | "sheet" | "pick">[] = [
  { act: "on", keys: ["j", "ArrowDown"], words: () => "" },
  { act: "undo", keys: ["Ctrl+z"], words: () => "" },
  { act: "redo", keys: ["Ctrl+Shift+z"], words: () => "" },
  { act: "sheet", keys: ["?"], words: () => "" },
  { act: "pick", keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], words: () => "" },
];
const press = (key: string, held: string[] = []) =>
  actOf(USES, {
    key,
    ctrlKey: held.includes("ctrl"),
    metaKey: held.includes("meta"),
    altKey: held.includes("alt"),
    shiftKey: held.includes("shift"),
  });

test("a key does what its entry says, and with something held it is another key", () => {
  assert.deepEqual([press("j"), press("ArrowDown"), press("7")], ["on", "on", "pick"]);
  assert.deepEqual([press("z"), press("z", ["ctrl"]), press("z", ["meta"])], [null, "undo", "undo"]);
  assert.deepEqual([press("Z", ["ctrl", "shift"]), press("j", ["alt"]), press("J", ["shift"])], ["redo", null, null]);
});

test("a letter counts under the caps lock, a sign however it is typed", () => {
  assert.equal(press("J"), "on");
  assert.equal(press("?", ["shift"]), "sheet");
});

test("keys are shown as they are printed, many as the first to the last", () => {
  const words = catalogue("en");
  const caps = USES.map(({ keys }) => keyCaps(keys, words));
  assert.deepEqual(caps, [["J", "↓"], ["Ctrl+Z"], ["Ctrl+Shift+Z"], ["?"], ["1–9"]]);
  assert.deepEqual(keyCaps([" ", "+", "Escape"], words), ["Space", "+", "Esc"]);
});
