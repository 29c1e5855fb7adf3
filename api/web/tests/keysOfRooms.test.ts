import assert from "node:assert/strict";
import { test } from "node:test";
import "./words.js";
import { catalogue, LANGUAGES } from "../src/core/i18n.js";
import { ROOMS } from "../src/rooms/index.js";
import { MAP_KEYS } from "../src/ui/mapKeys.js";

test("every key that a room declares has words in both languages, and one effect", () => {
  for (const { id, keys = [] } of [...ROOMS, { id: "the map itself", keys: MAP_KEYS }]) {
    const all = keys.flatMap((use) => use.keys);
    assert.equal(new Set(all).size, all.length, `${id}: a key stands twice`);
    for (const { id: language } of LANGUAGES) {
      const said = keys.map(({ words }) => words(catalogue(language)));
      assert.ok(said.every((text) => text.length > 0), `${id} in ${language}`);
    }
  }
});
