// Hexagons of the cells as flat arrays in Web Mercator metres, and which cell lies across each edge.

import { cellToBoundary } from "h3-js";

const RADIUS_M = 6378137;
/** Edges are matched by their midpoint on a grid this fine; the smallest cell served has edges of 25 m. */
const SNAP_M = 0.1;

export interface Hexagons {
  readonly count: number;
  /** Corners of cell i are at positions start[i] to start[i + 1] - 1; pentagons and cells on a face's border differ from six. */
  readonly start: Int32Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly centreX: Float64Array;
  readonly centreY: Float64Array;
  /** Cell across the edge from corner k to the next one of its cell, -1 where the ground ends. */
  readonly across: Int32Array;
  /** No corner lies farther from its centre. */
  readonly reach: number;
}

export type Extent = [number, number, number, number];

export function mercator(lng: number, lat: number): [number, number] {
  return [(RADIUS_M * lng * Math.PI) / 180, RADIUS_M * Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360))];
}

export function lngLat(x: number, y: number): [number, number] {
  return [((x / RADIUS_M) * 180) / Math.PI, (Math.atan(Math.exp(y / RADIUS_M)) * 360) / Math.PI - 90];
}

export function hexagonsFromCells(cells: readonly string[]): Hexagons {
  const start = new Int32Array(cells.length + 1);
  const corners: number[] = [];
  cells.forEach((cell, at) => {
    for (const [lat, lng] of cellToBoundary(cell)) corners.push(...mercator(lng, lat));
    start[at + 1] = corners.length / 2;
  });
  const x = Float64Array.from({ length: corners.length / 2 }, (_, k) => corners[2 * k]);
  const y = Float64Array.from({ length: corners.length / 2 }, (_, k) => corners[2 * k + 1]);
  const shape = { count: cells.length, start, x, y };
  return { ...shape, ...centres(shape), across: neighboursAcross(shape) };
}

type Corners = Pick<Hexagons, "count" | "start" | "x" | "y">;

function centres({ count, start, x, y }: Corners): Pick<Hexagons, "centreX" | "centreY" | "reach"> {
  const centreX = new Float64Array(count);
  const centreY = new Float64Array(count);
  let reach = 0;
  for (let at = 0; at < count; at++) {
    const first = start[at];
    const end = start[at + 1];
    for (let k = first; k < end; k++) {
      centreX[at] = centreX[at] + x[k] / (end - first);
      centreY[at] = centreY[at] + y[k] / (end - first);
    }
    for (let k = first; k < end; k++) {
      const gap = Math.hypot(x[k] - centreX[at], y[k] - centreY[at]);
      reach = Math.max(reach, gap);
    }
  }
  return { centreX, centreY, reach };
}

function neighboursAcross({ count, start, x, y }: Corners): Int32Array {
  const across = new Int32Array(x.length).fill(-1);
  const edges = new Map<number, { corner: number; cell: number }>();
  const [x0, y0] = [x[0] ?? 0, y[0] ?? 0];
  for (let cell = 0; cell < count; cell++) {
    const first = start[cell];
    const end = start[cell + 1];
    for (let k = first; k < end; k++) {
      const next = k + 1 < end ? k + 1 : first;
      const mid = [(x[k] + x[next]) / 2 - x0, (y[k] + y[next]) / 2 - y0];
      const keys = keysNear(mid[0], mid[1]);
      const met = keys.map((key) => edges.get(key)).find((found) => found !== undefined);
      if (met) {
        across[k] = met.cell;
        across[met.corner] = cell;
      } else for (const key of keys) edges.set(key, { corner: k, cell });
    }
  }
  return across;
}

/** The same midpoint computed from two cells differs in the last digits: near a border of the grid both sides count. */
function keysNear(x: number, y: number): number[] {
  const sides = (value: number) => {
    const [low, high] = [Math.round(value / SNAP_M - 1e-3), Math.round(value / SNAP_M + 1e-3)];
    return low === high ? [low] : [low, high];
  };
  return sides(x).flatMap((a) => sides(y).map((b) => a * 2 ** 26 + b));
}

/** The neighbour that lies most nearly in the direction (dx east, dy north), -1 where there is none. */
export function neighbourTowards(hexagons: Hexagons, cell: number, dx: number, dy: number): number {
  let best = -1;
  let bestCosine = 0.25;
  for (const other of neighboursOf(hexagons, cell)) {
    const gapX = hexagons.centreX[other] - hexagons.centreX[cell];
    const gapY = hexagons.centreY[other] - hexagons.centreY[cell];
    const cosine = (gapX * dx + gapY * dy) / (Math.hypot(gapX, gapY) * Math.hypot(dx, dy));
    if (cosine > bestCosine + 1e-9) [best, bestCosine] = [other, cosine];
  }
  return best;
}

export function neighboursOf({ start, across }: Hexagons, cell: number): number[] {
  const found = across.subarray(start[cell], start[cell + 1]);
  return [...new Set(found)].filter((other) => other >= 0);
}

/** Edges whose two cells have different owners, as x, y, x, y in a row; an edge at the end of the ground counts. */
export function bordersOf(hexagons: Hexagons, owner: ArrayLike<number>): Float64Array {
  const { count, start, x, y, across } = hexagons;
  const found: number[] = [];
  for (let cell = 0; cell < count; cell++) {
    const first = start[cell];
    const end = start[cell + 1];
    for (let k = first; k < end; k++) {
      const other = across[k];
      // Between two cells the edge is drawn once, by the lower one.
      if (other >= 0 && (other < cell || owner[other] === owner[cell])) continue;
      const next = k + 1 < end ? k + 1 : first;
      found.push(x[k], y[k], x[next], y[next]);
    }
  }
  return Float64Array.from(found);
}

/** For each owner 0 to k - 1 the member nearest to the middle of its members, -1 for an owner of nothing. */
export function middles(hexagons: Hexagons, owner: ArrayLike<number>, k: number): Int32Array {
  const sums = Array.from({ length: k }, () => [0, 0, 0] as [number, number, number]);
  for (let cell = 0; cell < hexagons.count; cell++) {
    const sum = sums[owner[cell]];
    if (!sum) continue;
    sum[0] += hexagons.centreX[cell];
    sum[1] += hexagons.centreY[cell];
    sum[2] += 1;
  }
  const middle = new Int32Array(k).fill(-1);
  const nearest = new Float64Array(k).fill(Infinity);
  for (let cell = 0; cell < hexagons.count; cell++) {
    const at = owner[cell];
    const sum = sums[at];
    if (!sum) continue;
    const gap = Math.hypot(
      hexagons.centreX[cell] - sum[0] / sum[2],
      hexagons.centreY[cell] - sum[1] / sum[2],
    );
    if (gap < nearest[at]) [nearest[at], middle[at]] = [gap, cell];
  }
  return middle;
}

/** Extent of the cells that are wanted, null where there is none. */
export function extentOf(hexagons: Hexagons, wanted: (cell: number) => boolean): Extent | null {
  const extent: Extent = [Infinity, Infinity, -Infinity, -Infinity];
  for (let cell = 0; cell < hexagons.count; cell++) {
    if (!wanted(cell)) continue;
    const [x, y] = [hexagons.centreX[cell], hexagons.centreY[cell]];
    extent[0] = Math.min(extent[0], x - hexagons.reach);
    extent[1] = Math.min(extent[1], y - hexagons.reach);
    extent[2] = Math.max(extent[2], x + hexagons.reach);
    extent[3] = Math.max(extent[3], y + hexagons.reach);
  }
  return extent[0] === Infinity ? null : extent;
}
