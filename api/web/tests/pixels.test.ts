import assert from "node:assert/strict";
import { test } from "node:test";
import { gridDisk, latLngToCell } from "h3-js";
import { hexagonsFromCells, lngLat } from "../src/core/hexagons.js";
import { fillCell, type Ink, type Picture } from "../src/core/pixels.js";

const CELLS = gridDisk(latLngToCell(47.14, 9.52, 9), 6);
const SHAPE = hexagonsFromCells(CELLS);
const SIZE = 120;
const SCALE = 9 / (2 * SHAPE.reach);
const plain = (colour: number): Ink => ({ side: 1, pixels: Uint32Array.of(colour) });

/** Where the picture begins, in pixels over the whole ground. */
const [LEFT, TOP] = [Math.round(SHAPE.centreX[0] * SCALE) - SIZE / 2, Math.round(-SHAPE.centreY[0] * SCALE) - SIZE / 2];

type Part = Pick<Picture, "left" | "top" | "width" | "height">;
const WHOLE: Part = { left: 0, top: 0, width: SIZE, height: SIZE };

/** The cells in a part of a canvas around the first of them, each in its own colour or all in one ink. */
function picture(part: Part, ink: (cell: number) => Ink = (cell) => plain(cell + 1), moved = 0): Picture {
  const place = { ...part, left: LEFT - moved + part.left, top: TOP + part.top, scale: SCALE };
  const made = { ...place, pixels: new Uint32Array(part.width * part.height) };
  for (let cell = 0; cell < SHAPE.count; cell++) fillCell(made, SHAPE, cell, ink(cell));
  return made;
}

const cut = ({ pixels }: Picture, { left, top, width, height }: Part, by = SIZE) =>
  Array.from({ length: width * height }, (_, at) => pixels[(top + Math.floor(at / width)) * by + left + (at % width)]);

test("a pixel belongs to the cell that H3 finds at its middle, and off the ground to none", () => {
  const { pixels } = picture(WHOLE);
  const position = new Map(CELLS.map((cell, at) => [cell, at]));
  for (let at = 0; at < pixels.length; at++) {
    const [lng, lat] = lngLat((LEFT + (at % SIZE) + 0.5) / SCALE, -(TOP + Math.floor(at / SIZE) + 0.5) / SCALE);
    assert.equal(pixels[at], (position.get(latLngToCell(lat, lng, 9)) ?? -1) + 1);
  }
  assert.ok(pixels.includes(0) && pixels.includes(CELLS.length));
});

test("a part drawn alone is that part of the whole", () => {
  const parts: Part[] = [{ left: 17, top: 40, width: 31, height: 22 }, { left: 59, top: 0, width: 1, height: SIZE }];
  const stripes: Ink = { side: 3, pixels: Uint32Array.from({ length: 9 }, (_, at) => at + 1) };
  for (const ink of [undefined, () => stripes]) {
    const whole = picture(WHOLE, ink);
    for (const part of parts) assert.deepEqual(Array.from(picture(part, ink).pixels), cut(whole, part));
  }
});

test("a texture moves with the ground", () => {
  const stripes: Ink = { side: 5, pixels: Uint32Array.from({ length: 25 }, (_, at) => at + 1) };
  const [here, moved] = [picture(WHOLE, () => stripes), picture(WHOLE, () => stripes, 7)];
  assert.deepEqual(cut(moved, { ...WHOLE, left: 7, width: SIZE - 7 }), cut(here, { ...WHOLE, width: SIZE - 7 }));
});
