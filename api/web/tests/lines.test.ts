import assert from "node:assert/strict";
import { test } from "node:test";
import { Lines, type Part, type Strokes } from "../src/core/lines.js";

const WHOLE: Part = { left: 1_060_000, top: -5_960_000, width: 60, height: 40, scale: 0.7 };
const STROKES: Strokes = [[[255, 255, 255, 0.9], 5], [[10, 20, 30, 1], 2]];
type Place = readonly [column: number, row: number];

/** Lines between pixels of the whole picture, as far as they are seen in a part of it. */
function picture(part: Part, lines: readonly (readonly [Place, Place])[], strokes = STROKES): Uint8ClampedArray<ArrayBuffer> {
  const data = new Uint8ClampedArray(4 * part.width * part.height);
  const made = new Lines(part, strokes);
  const metres = ([column, row]: Place) => [(WHOLE.left + column) / WHOLE.scale, -(WHOLE.top + row) / WHOLE.scale] as const;
  for (const [a, b] of lines) made.add(...metres(a), ...metres(b));
  made.over({ data });
  return data;
}

const pixel = (data: Uint8ClampedArray, [column, row]: Place) => Array.from(data.slice(4 * (row * WHOLE.width + column), 4 * (row * WHOLE.width + column) + 4));
const STAR: (readonly [Place, Place])[] = [[[3.2, 4.7], [55.1, 30.3]], [[50, 2], [50, 37.5]], [[8, 33.3], [58, 33.3]], [[-20, 45], [30, -9]], [[20, 20], [20, 20]]];

test("a line is its colour in the middle, the colour below beside it, soft at its edge, and nothing from there", () => {
  const across = picture(WHOLE, [[[5, 20], [55, 20]]]);
  assert.deepEqual(pixel(across, [30, 19]), [10, 20, 30, 255]);
  assert.deepEqual(pixel(across, [30, 20]), [10, 20, 30, 255]);
  const [red, , , below] = pixel(across, [30, 21]);
  assert.ok(red >= 254, String(red));
  assert.equal(below, 230);
  assert.deepEqual(pixel(across, [30, 24]), [0, 0, 0, 0]);
  assert.deepEqual(pixel(across, [1, 20]), [0, 0, 0, 0]);
  // Half of the pixel is beyond the line's edge.
  const opaque = pixel(across, [30, 22])[3];
  assert.ok(Math.abs(opaque - 230 / 2) < 5, String(opaque));
});

test("a part drawn alone is that part of the whole, in whatever order lines come and however often", () => {
  const whole = picture(WHOLE, STAR);
  for (const [left, top, width, height] of [[17, 9, 31, 22], [49, 0, 1, 40], [0, 33, 60, 1]]) {
    const part = { ...WHOLE, left: WHOLE.left + left, top: WHOLE.top + top, width, height };
    const cut = picture(part, [...STAR].reverse().concat(STAR));
    for (let row = 0; row < height; row++) {
      const from = 4 * ((top + row) * WHOLE.width + left);
      assert.deepEqual(cut.slice(4 * row * width, 4 * (row + 1) * width), whole.slice(from, from + 4 * width));
    }
  }
});

test("what is laid over other lines covers them as far as it is opaque", () => {
  const data = picture(WHOLE, [[[5, 20], [55, 20]]]);
  const over = new Lines(WHOLE, [[[200, 0, 0, 0.5], 4]]);
  over.add((WHOLE.left + 30) / WHOLE.scale, -WHOLE.top / WHOLE.scale, (WHOLE.left + 30) / WHOLE.scale, -(WHOLE.top + 40) / WHOLE.scale);
  over.over({ data });
  assert.deepEqual(pixel(data, [30, 20]), [105, 10, 15, 255]);
  assert.deepEqual(pixel(data, [30, 5]), [200, 0, 0, 128]);
});
