import assert from "node:assert/strict";
import { test } from "node:test";
import { mercator } from "../src/core/hexagons.js";
import { outlinesOf } from "../src/core/outlines.js";
import type { State } from "../src/core/state.js";

type Feature = NonNullable<State["catchments"]>["features"][number];

const [A, B, C] = [[9.5, 47.1], [9.6, 47.1], [9.55, 47.2]] as const;
const RING = [A, B, C, A];
const feature = (branch_id: string, type: string, coordinates: unknown): Feature =>
  ({ type: "Feature", geometry: { type, coordinates }, properties: { branch_id } }) as unknown as Feature;
const FEATURES = [
  feature("north", "Polygon", [RING, RING]),
  feature("south", "MultiPolygon", [[RING], [RING]]),
  feature("south", "LineString", [A, B]),
];
const catchments = { type: "FeatureCollection", features: FEATURES } as State["catchments"];
const piece = (from: readonly [number, number], to: readonly [number, number]) => [...mercator(...from), ...mercator(...to)];
const AROUND = [...piece(A, B), ...piece(B, C), ...piece(C, A)];

test("every ring and line of a catchment is drawn piece by piece, holes and parts among them", () => {
  const { plain, faint } = outlinesOf({ catchments, branch: null });
  assert.deepEqual(Array.from(plain), [...AROUND, ...AROUND, ...AROUND, ...AROUND, ...piece(A, B)]);
  assert.equal(faint.length, 0);
});

test("catchments of other branches than the chosen one are faint", () => {
  const { plain, faint } = outlinesOf({ catchments, branch: "north" });
  assert.deepEqual(Array.from(plain), [...AROUND, ...AROUND]);
  assert.deepEqual(Array.from(faint), [...AROUND, ...AROUND, ...piece(A, B)]);
});

test("before catchments are loaded there is nothing to draw", () => {
  assert.equal(outlinesOf({ catchments: null, branch: null }).plain.length, 0);
});
