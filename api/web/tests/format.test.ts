import assert from "node:assert/strict";
import { test } from "node:test";
import "./words.js";
import { date, dateTime, figure, limits, share, signedInteger, signedPercent, withUnit } from "../src/core/format.js";
import { unitName } from "../src/core/i18n.js";

test("shares are percent and counts keep the digits they need", () => {
  assert.equal(share("en", 0.2137), "21.4%");
  assert.equal(figure("en", "share", 0.2137), "21.4%");
  assert.deepEqual([0, 0.0031415, 3.14159, 31.4159, 3141.59].map((value) => figure("en", "count", value)), ["0", "0.0031", "3.14", "31.4", "3,142"]);
});

test("neighbouring class limits are never written the same", () => {
  assert.deepEqual(limits("en", "share", [0, 0.5, 1]), ["0%", "50%", "100%"]);
  assert.deepEqual(limits("en", "share", [0.011, 0.0114, 0.0119]), ["1.10%", "1.14%", "1.2%"]);
  assert.deepEqual(limits("en", "count", [0, 0.0039, 2, 4.02, 105.25]), ["0", "0.0039", "2", "4", "105"]);
  assert.deepEqual(limits("en", "count", [4, 4]), ["4", "4"]);
});

test("a distance from the target carries its sign, and none when it is nothing", () => {
  assert.deepEqual([4.96, -4.96, 0.01].map((value) => signedPercent("en", value)), ["+5.0%", "−5.0%", "0.0%"]);
  assert.deepEqual([73970.4, -1234, -0.2].map((value) => signedInteger("en", value)), ["+73,970", "−1,234", "0"]);
});

test("units are words of the reader's language; a unit nobody knows is shown as it is", () => {
  assert.equal(withUnit("zh", "count", "people", 12), "12 人");
  assert.equal(withUnit("en", "count", "hours a year", 12), "12 hours a year");
  assert.equal(unitName("zh", "furlongs"), "furlongs");
});

test("dates follow the language", () => {
  assert.match(dateTime("zh", "2026-03-01T08:30:00+00:00"), /2026年3月1日/);
  assert.match(dateTime("en", "2026-03-01T08:30:00+00:00"), /1 Mar 2026/);
  assert.deepEqual([date("zh", "2026-03-01"), date("en", "2026-03-01")], ["2026年3月1日", "1 Mar 2026"]);
  assert.equal(date("en", "spring"), "spring");
});
