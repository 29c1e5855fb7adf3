import assert from "node:assert/strict";
import { test } from "node:test";
import "./words.js";
import { withUnit } from "../src/core/format.js";
import { catalogue, languageFrom, unitName } from "../src/core/i18n.js";

/** Phrases that hold no word of a language. */
const WORDLESS = new Set(["nothing", "bandRange", "colon", "comma", "semicolon"]);

/** Fills a phrase's places with marks, so that the phrases themselves are compared. */
function filled(phrase: string | ((...values: string[]) => string)): string {
  return typeof phrase === "string" ? phrase : phrase("①", "②", "③", "④");
}

test("every Chinese phrase differs from the English one and is Chinese", () => {
  const [en, zh] = [catalogue("en"), catalogue("zh")];
  const names = Object.keys(en) as (keyof typeof en)[];
  const bare = names.filter((name) => !WORDLESS.has(name));
  assert.deepEqual(bare.filter((name) => filled(en[name]) === filled(zh[name])), []);
  assert.deepEqual(bare.filter((name) => !/[\u4e00-\u9fff]/.test(filled(zh[name]))), []);
  assert.deepEqual(bare.filter((name) => /[\u4e00-\u9fff]/.test(filled(en[name]))), []);
});

test("Chinese is set with Chinese punctuation", () => {
  const zh = catalogue("zh");
  const halfWidth = /[\u4e00-\u9fff①②③④][,;:?!()]|[,;:?!()][\u4e00-\u9fff]/;
  assert.deepEqual(Object.values(zh).map(filled).filter((phrase) => halfWidth.test(phrase)), []);
  assert.ok(halfWidth.test(filled((cells) => `${cells}:共 1 格`)));
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

/** Words that stand after a two, or after one word that stands there: what is counted, and what it does. */
const COUNTED = /(?<![\d.,-])2 (?:(?!with |of |to )[a-z]+ )?([a-z]{2,}s)\b/g;

test("one thing is said in the singular wherever the page counts", () => {
  const phrases = Object.entries(catalogue("en")).flatMap(([name, phrase]) => (typeof phrase === "string" ? [] : [[name, phrase] as const]));
  const said = (count: string) => phrases.map(([name, phrase]) => [name, phrase(count, count, count, count)] as const);
  const nouns = new Set(said("2").flatMap(([, text]) => [...text.matchAll(COUNTED)].map(([, noun]) => noun)));
  for (const verb of ["is", "has", "lies", "gets", "stays"]) nouns.delete(verb);
  for (const noun of ["cells", "grids", "strokes", "points", "branches", "customers", "parts", "pieces"]) assert.ok(nouns.has(noun), noun);
  const plural = new RegExp(`(?<![\\d.,-])1 (?:(?!with |of |to )[a-z]+ )?(${[...nouns].join("|")}|are|wait|stay)\\b`);
  assert.deepEqual(said("1").filter(([, text]) => plural.test(text)), []);
  assert.ok(plural.test("Painted: 1 cells.") && plural.test("1 unsaved strokes of yours") && !plural.test("11 cells"));
  assert.equal(withUnit("en", "count", "customers", 1), "1 customer");
  assert.equal(withUnit("en", "count", "customers", 1.2), "1.20 customers");
  assert.equal(withUnit("zh", "count", "customers", 1), `1 ${unitName("zh", "customers")}`);
});
