// What lies inside of a border while it is drawn: the cells whose middle it holds, as the service takes them, summed at once.

import { cellToLatLng } from "h3-js";
import { COUNTED, type Counted, type Totals } from "./grids.js";

type Position = readonly [lng: number, lat: number];
type Counts = Readonly<Record<string, { readonly values?: readonly number[] | null } | undefined>>;

/** Cells that can be counted. lng, lat: of their middles; values: of each measure, null where it is not known. */
export interface Countable {
  readonly lng: Float64Array;
  readonly lat: Float64Array;
  readonly values: Readonly<Record<Counted, readonly number[] | null>>;
}

export function countable(cells: readonly string[], counts: Counts): Countable {
  const [lng, lat] = [new Float64Array(cells.length), new Float64Array(cells.length)];
  cells.forEach((cell, at) => ([lat[at], lng[at]] = cellToLatLng(cell)));
  const of = (name: Counted) => counts[name]?.values ?? null;
  return { lng, lat, values: { people: of("people"), households: of("households"), customers: of("customers"), merchants: of("merchants") } };
}

/** Sums over the cells whose middle lies inside of a ring; its last corner joins the first. */
export function totalsInside({ lng, lat, values }: Countable, ring: readonly Position[]): Totals {
  const held = positionsInside(lng, lat, ring);
  const [people, households, customers, merchants] = COUNTED.map((name) => {
    const column = values[name];
    return column ? held.reduce((sum, at) => sum + column[at], 0) : null;
  });
  return { cells: held.length, people, households, customers, merchants };
}

function positionsInside(lng: Float64Array, lat: Float64Array, ring: readonly Position[]): number[] {
  const south = ring.reduce((least, [, y]) => Math.min(least, y), Infinity);
  const north = ring.reduce((most, [, y]) => Math.max(most, y), -Infinity);
  const found: number[] = [];
  for (let at = 0; at < lng.length; at++) {
    if (lat[at] >= south && lat[at] <= north && isInside(lng[at], lat[at], ring)) found.push(at);
  }
  return found;
}

function isInside(x: number, y: number, ring: readonly Position[]): boolean {
  let inside = false;
  let [lastX, lastY] = ring[ring.length - 1];
  for (const [nextX, nextY] of ring) {
    if (nextY > y !== lastY > y && x < ((lastX - nextX) * (y - nextY)) / (lastY - nextY) + nextX) inside = !inside;
    [lastX, lastY] = [nextX, nextY];
  }
  return inside;
}

/** How many grids within the guide so many households are enough for: the fewest and the most. */
export function gridsFor(households: number, guide: { readonly low: number; readonly high: number }): [fewest: number, most: number] {
  return [Math.ceil(households / guide.high), Math.max(Math.floor(households / guide.low), Math.ceil(households / guide.high))];
}
