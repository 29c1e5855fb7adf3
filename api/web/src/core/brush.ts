// Which cells a painting tool takes: by brush, by border, by a drawn shape, by the parent cell or boundary. No document.

import { cellToChildren, cellToParent, gridDisk, latLngToCell } from "h3-js";
import type { Edit } from "./edit.js";
import { lngLat, mercator, type Extent, type Hexagons } from "./hexagons.js";
import type { CellTable } from "./state.js";

/** With "move" the pointer is the map's own: it pans and selects. */
export const SHAPES = ["move", "brush", "fill", "lasso", "rectangle", "parent", "boundary"] as const;
export type Shape = (typeof SHAPES)[number];
/** Rings around the middle cell of the largest brush. */
export const LARGEST_BRUSH = 4;
/** A parent cell this many resolutions up holds 49 cells. */
const PARENT_STEPS = 2;
/** Of the way between two cells, for each cell: where the way cuts a corner shorter than this, its two sides touch. */
const STEPS_A_CELL = 6;

/** The ground as far as tools need it. */
export type Ground = Pick<CellTable, "ids" | "position" | "resolution" | "hexagons">;
export type Point = readonly [x: number, y: number];

export interface ToolState {
  readonly shape: Shape;
  /** Rings of the brush around its middle. */
  readonly size: number;
  readonly erasing: boolean;
}

export const FIRST_TOOL: ToolState = { shape: "brush", size: 0, erasing: false };

export const shapeChosen =
  (shape: Shape) =>
  (tool: ToolState): ToolState =>
    tool.shape === shape ? tool : { ...tool, shape };

export const sizeStepped =
  (step: number) =>
  (tool: ToolState): ToolState => {
    const size = Math.min(LARGEST_BRUSH, Math.max(0, tool.size + step));
    return size === tool.size ? tool : { ...tool, size };
  };

export const erasingSwitched = () => (tool: ToolState): ToolState => ({ ...tool, erasing: !tool.erasing });

/** Cells of the ground within some rings of a cell; none for a cell off the ground. */
export function disk(ground: Ground, cell: number, rings: number): number[] {
  const id = ground.ids[cell];
  return id === undefined ? [] : onGround(ground, gridDisk(id, rings));
}

/** What a brush covers on its way from one cell to another, so that a fast stroke has no gaps. */
export function stretch(ground: Ground, from: number, to: number, rings: number): number[] {
  const covered = new Set<number>();
  for (const cell of path(ground, from, to)) for (const one of disk(ground, cell, rings)) covered.add(one);
  return [...covered];
}

/**
 * Cells on the straight way between two cells, both included, -1 off the ground; only the end where there is no way.
 * Looked for at steps much shorter than a cell: H3's own grid path fails across pentagons and is 4 KB of the page.
 */
function path({ ids, position, resolution, hexagons }: Ground, from: number, to: number): number[] {
  if (ids[to] === undefined) return [];
  if (ids[from] === undefined) return [to];
  const { centreX, centreY, reach } = hexagons;
  const [dx, dy] = [centreX[to] - centreX[from], centreY[to] - centreY[from]];
  const steps = Math.ceil((Math.hypot(dx, dy) / reach) * STEPS_A_CELL);
  const way = [from];
  for (let step = 1; step <= steps; step++) {
    const [lng, lat] = lngLat(centreX[from] + (dx * step) / steps, centreY[from] + (dy * step) / steps);
    const cell = position.get(latLngToCell(lat, lng, resolution)) ?? -1;
    if (cell !== way[way.length - 1]) way.push(cell);
  }
  return way;
}

/** The piece of equal owner that a cell lies in. */
export function piece({ hexagons }: Ground, owner: Edit["owner"], cell: number): number[] {
  if (!(cell >= 0 && cell < hexagons.count)) return [];
  const { start, across } = hexagons;
  const seen = new Set([cell]);
  for (const here of seen) {
    for (let k = start[here]; k < start[here + 1]; k++) {
      const other = across[k];
      if (other >= 0 && owner[other] === owner[cell]) seen.add(other);
    }
  }
  return [...seen];
}

/** Cells of the ground with the same parent two resolutions up. */
export function siblings(ground: Ground, cell: number): number[] {
  const id = ground.ids[cell];
  if (id === undefined) return [];
  const parent = cellToParent(id, Math.max(0, ground.resolution - PARENT_STEPS));
  return onGround(ground, cellToChildren(parent, ground.resolution));
}

/** Cells in the same boundary, none where a cell is in none or boundaries are not known. */
export function neighboursIn(boundaries: ArrayLike<number> | null, cell: number): number[] {
  const mine = boundaries?.[cell] ?? -1;
  return mine < 0 ? [] : Array.from(boundaries as ArrayLike<number>, (one, at) => (one === mine ? at : -1)).filter((at) => at >= 0);
}

/** Cells whose centre lies inside a line that is closed by itself (even and odd crossings); Web Mercator metres. */
export function inLasso({ hexagons }: Ground, line: readonly Point[]): number[] {
  const found: number[] = [];
  for (const cell of inBox(hexagons, boxOf(line))) {
    if (isInside(hexagons.centreX[cell], hexagons.centreY[cell], line)) found.push(cell);
  }
  return found;
}

/** Cells whose centre lies in the upright rectangle between two points. */
export function inRectangle({ hexagons }: Ground, a: Point, b: Point): number[] {
  return inBox(hexagons, boxOf([a, b]));
}

/** Cells of the upright rectangle that two cells span; rows of hexagons are not upright, so half a cell is allowed. */
export function between({ hexagons }: Ground, from: number, to: number): number[] {
  const { centreX, centreY, reach } = hexagons;
  const [west, south, east, north] = boxOf([[centreX[from], centreY[from]], [centreX[to], centreY[to]]]);
  const half = reach / 2;
  return inBox(hexagons, [west - half, south - half, east + half, north + half]);
}

export function pointOf({ lng, lat }: { lng: number; lat: number }): Point {
  return mercator(lng, lat);
}

function onGround({ position }: Ground, ids: readonly string[]): number[] {
  const found: number[] = [];
  for (const id of ids) {
    const cell = position.get(id);
    if (cell !== undefined) found.push(cell);
  }
  return found;
}

function boxOf(points: readonly Point[]): Extent {
  const [x, y] = [points.map((point) => point[0]), points.map((point) => point[1])];
  return [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)];
}

function inBox({ count, centreX, centreY }: Hexagons, [west, south, east, north]: Extent): number[] {
  const found: number[] = [];
  for (let cell = 0; cell < count; cell++) {
    const [x, y] = [centreX[cell], centreY[cell]];
    if (x >= west && x <= east && y >= south && y <= north) found.push(cell);
  }
  return found;
}

function isInside(x: number, y: number, line: readonly Point[]): boolean {
  let inside = false;
  for (let k = 0; k < line.length; k++) {
    const [[ax, ay], [bx, by]] = [line[k], line[(k + 1) % line.length]];
    if (ay > y !== by > y && x < ax + ((y - ay) * (bx - ax)) / (by - ay)) inside = !inside;
  }
  return inside;
}
