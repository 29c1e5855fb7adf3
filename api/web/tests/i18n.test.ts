import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue, languageFrom } from "../src/core/i18n.js";

/** Phrases that hold no word of a language. */
const WORDLESS = new Set(["nothing", "bandRange", "legendRange", "bridgePair"]);

/** Fills a phrase's places with marks, so that the phrases themselves are compared. */
function filled(phrase: string | ((...values: string[]) => string)): string {
  return typeof phrase === "string" ? phrase : phrase("①", "②", "③", "④");
}

test("every Chinese phrase differs from the English one and is Chinese", () => {
  const [en, zh] = [catalogue("en"), catalogue("zh")];
  const names = Object.keys(en) as (keyof typeof en)[];
  const bare = names.filter((name) => !WORDLESS.has(name) && name !== "htmlLang");
  assert.deepEqual(bare.filter((name) => filled(en[name]) === filled(zh[name])), []);
  assert.deepEqual(bare.filter((name) => !/[\u4e00-\u9fff]/.test(filled(zh[name]))), []);
  assert.deepEqual(bare.filter((name) => /[\u4e00-\u9fff]/.test(filled(en[name]))), []);
});

test("both phrases use the same places", () => {
  const [en, zh] = [catalogue("en"), catalogue("zh")];
  const places = (text: string) => [...text].filter((sign) => "①②③④".includes(sign)).sort().join("");
  const names = Object.keys(en) as (keyof typeof en)[];
  assert.deepEqual(names.filter((name) => places(filled(en[name])) !== places(filled(zh[name]))), []);
});

test("a remembered language wins over the browser's", () => {
  assert.equal(languageFrom("en", "zh-CN"), "en");
  assert.equal(languageFrom(null, "zh-CN"), "zh");
  assert.equal(languageFrom("klingon", "fr-FR"), "en");
});
