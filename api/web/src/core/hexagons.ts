// Hexagons of the cells as flat arrays in Web Mercator metres, and which cell lies across each edge.

import { cellToBoundary } from "h3-js";

const RADIUS_M = 6378137;
/** Edges are matched by their midpoint, to within this; the smallest cell served has edges of 25 m. */
const SNAP_M = 0.1;
/** Midpoints are looked for in squares of the ground this wide. */
const SQUARE_M = 16;

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
  for (let at = 0; at < cells.length; at++) {
    for (const [lat, lng] of cellToBoundary(cells[at])) {
      const [east, north] = mercator(lng, lat);
      corners.push(east, north);
    }
    start[at + 1] = corners.length / 2;
  }
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
  const cellOf = new Int32Array(x.length);
  const edges = new Edges(x.length, x[0] ?? 0, y[0] ?? 0);
  for (let cell = 0; cell < count; cell++) {
    const first = start[cell];
    const end = start[cell + 1];
    for (let k = first; k < end; k++) {
      const next = k + 1 < end ? k + 1 : first;
      cellOf[k] = cell;
      const other = edges.meet(k, (x[k] + x[next]) / 2, (y[k] + y[next]) / 2);
      if (other < 0) continue;
      across[k] = cellOf[other];
      across[other] = cell;
    }
  }
  return across;
}

/** Edges by their midpoints, in lists by squares of the ground: a map of objects took most of the time of all. */
class Edges {
  private readonly midX: Float64Array;
  private readonly midY: Float64Array;
  private readonly head: Int32Array;
  private readonly below: Int32Array;

  constructor(
    count: number,
    private readonly x0: number,
    private readonly y0: number,
  ) {
    this.midX = new Float64Array(count);
    this.midY = new Float64Array(count);
    this.below = new Int32Array(count);
    this.head = new Int32Array(2 ** Math.ceil(Math.log2(count + 2))).fill(-1);
  }

  /** Returns the edge met before at this midpoint, -1 for none, and keeps this one. */
  meet(edge: number, midX: number, midY: number): number {
    const [x, y] = [midX - this.x0, midY - this.y0];
    const [left, right] = [Math.floor((x - SNAP_M) / SQUARE_M), Math.floor((x + SNAP_M) / SQUARE_M)];
    const [low, high] = [Math.floor((y - SNAP_M) / SQUARE_M), Math.floor((y + SNAP_M) / SQUARE_M)];
    // The same midpoint computed from two cells differs in the last digits: near a square's border both sides count.
    for (let column = left; column <= right; column++) {
      for (let row = low; row <= high; row++) {
        const found = this.find(this.slot(column, row), x, y);
        if (found >= 0) return found;
      }
    }
    const slot = this.slot(Math.floor(x / SQUARE_M), Math.floor(y / SQUARE_M));
    this.midX[edge] = x;
    this.midY[edge] = y;
    this.below[edge] = this.head[slot];
    this.head[slot] = edge;
    return -1;
  }

  private find(slot: number, x: number, y: number): number {
    let edge = this.head[slot];
    while (edge >= 0 && (Math.abs(this.midX[edge] - x) > SNAP_M || Math.abs(this.midY[edge] - y) > SNAP_M)) {
      edge = this.below[edge];
    }
    return edge;
  }

  private slot(column: number, row: number): number {
    const mixed = Math.imul(column, 0x9e3779b1) ^ Math.imul(row, 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & (this.head.length - 1);
  }
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
