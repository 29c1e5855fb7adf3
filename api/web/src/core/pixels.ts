// Hexagons as whole pixels: a pixel belongs to the cell that its middle lies in. The browser's own filling works out
// soft edges for every hexagon, takes twenty times as long and lets the background through between two cells.

import type { Hexagons } from "./hexagons.js";
import type { Part } from "./lines.js";

export interface Picture extends Part {
  readonly pixels: Uint32Array;
}

/** What a cell is filled with: a square of so many pixels a side that is repeated over the ground; 1 for a plain colour. */
export interface Ink {
  readonly side: number;
  readonly pixels: Uint32Array;
}

/** First pixel and the one past the last of each row of a cell; no picture is higher than so many pixels. */
const HIGHEST_PX = 8192;
const begins = new Int32Array(HIGHEST_PX);
const ends = new Int32Array(HIGHEST_PX);

/** Fills a cell as far as it lies in the picture. */
export function fillCell(picture: Picture, shape: Hexagons, cell: number, ink: Ink): void {
  const { width, pixels } = picture;
  const [first, last] = trace(picture, shape, cell);
  for (let row = first; row <= last; row++) {
    const from = Math.max(0, begins[row]);
    const to = Math.min(width, ends[row]);
    if (ink.side === 1) for (let at = from; at < to; at++) pixels[row * width + at] = ink.pixels[0];
    else fillRow(picture, ink, row, from, to);
  }
}

/** Notes where the rows of a cell begin and end in the picture; returns the first row and the last. */
function trace({ left, top, height, scale }: Picture, { start, x, y, centreY, reach }: Hexagons, cell: number): [number, number] {
  const first = Math.max(0, Math.ceil((-centreY[cell] - reach) * scale - top - 0.5));
  const last = Math.min(height - 1, Math.ceil((reach - centreY[cell]) * scale - top - 0.5));
  if (last < first) return [first, last];
  begins.fill(0x7fffffff, first, last + 1);
  ends.fill(-0x80000000, first, last + 1);
  const [begin, end] = [start[cell], start[cell + 1]];
  for (let k = begin; k < end; k++) {
    const next = k + 1 < end ? k + 1 : begin;
    // From the upper corner to the lower: the two cells at an edge must come to the same pixels.
    const [upper, lower] = y[k] > y[next] ? [k, next] : [next, k];
    const [upperX, upperY] = [x[upper] * scale - left, -y[upper] * scale - top];
    const lowerY = -y[lower] * scale - top;
    const slope = ((x[lower] - x[upper]) * scale) / (lowerY - upperY);
    const past = Math.min(last + 1, Math.ceil(lowerY - 0.5));
    for (let row = Math.max(first, Math.ceil(upperY - 0.5)); row < past; row++) {
      const column = Math.ceil(upperX + (row + 0.5 - upperY) * slope - 0.5);
      if (column < begins[row]) begins[row] = column;
      if (column > ends[row]) ends[row] = column;
    }
  }
  return [first, last];
}

/** Fixed to the ground: what the map was moved by does not show in it. */
function fillRow({ left, top, width, pixels }: Picture, ink: Ink, row: number, from: number, to: number): void {
  const { side } = ink;
  const line = remainder(top + row, side) * side;
  for (let at = from; at < to; at++) pixels[row * width + at] = ink.pixels[line + remainder(left + at, side)];
}

function remainder(value: number, by: number): number {
  return ((value % by) + by) % by;
}
