// Draws the cells: one path a hexagon. Borders and the selection lie on a layer of their own above streets.

import type { Extent, Hexagons } from "../core/hexagons.js";
import { BLANK, DOTTED, HATCHED, HIDDEN, type Paint } from "./cellPaint.js";
import type { Draw, Frame } from "./canvasLayer.js";
import { textures, type Textures } from "./patterns.js";

const DIMMED = 0.22;
/** Hexagons wider than this many pixels get a thin outline; smaller ones would be all outline. */
const OUTLINE_FROM_PX = 14;

export interface Painted {
  readonly shape: Hexagons;
  readonly paint: Paint;
}

export function drawCells(painted: (frame: Frame) => Painted | null): Draw {
  return (context, frame, region) => {
    const found = painted(frame);
    if (found) fillCells(context, frame, region, found.shape, found.paint);
  };
}

function fillCells(
  context: CanvasRenderingContext2D,
  frame: Frame,
  region: Extent,
  shape: Hexagons,
  paint: Paint,
): void {
  const wide = (2 * shape.reach) / frame.resolution > OUTLINE_FROM_PX;
  const texture = textures(context, frame.ratio);
  context.lineWidth = 0.75;
  for (let cell = 0; cell < shape.count; cell++) {
    if (!inView(shape, cell, region)) continue;
    const at = paint.index[cell];
    context.globalAlpha = paint.dimmed[cell] ? DIMMED : 1;
    context.beginPath();
    tracePath(context, frame, shape, cell);
    context.fillStyle = paint.colours[at];
    context.fill();
    const kind = paint.texture[cell];
    const over = overlaid(kind, texture, paint.light[at]);
    if (over) {
      context.fillStyle = over;
      context.fill();
    }
    if (wide) {
      context.strokeStyle = kind === BLANK ? "#dfe3e8" : "rgba(255, 255, 255, 0.7)";
      context.stroke();
    }
  }
  context.globalAlpha = 1;
}

function overlaid(kind: number, texture: Textures, light: boolean): CanvasPattern | null {
  if (kind === HATCHED) return texture.hatch(light);
  if (kind === DOTTED) return texture.dots(light);
  return kind === HIDDEN ? texture.crosses() : null;
}

export function countInView(shape: Hexagons, region: Extent): number {
  let count = 0;
  for (let cell = 0; cell < shape.count; cell++) if (inView(shape, cell, region)) count++;
  return count;
}

export function inView(shape: Hexagons, cell: number, [west, south, east, north]: Extent): boolean {
  const x = shape.centreX[cell];
  const y = shape.centreY[cell];
  const reach = shape.reach;
  return x + reach > west && x - reach < east && y + reach > south && y - reach < north;
}

/** Adds a cell's outline to the open path. */
export function tracePath(context: CanvasRenderingContext2D, frame: Frame, shape: Hexagons, cell: number): void {
  const scale = 1 / frame.resolution;
  const first = shape.start[cell];
  const end = shape.start[cell + 1];
  for (let k = first; k < end; k++) {
    const [x, y] = [(shape.x[k] - frame.west) * scale, (frame.north - shape.y[k]) * scale];
    if (k === first) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.closePath();
}

/** Where each of these cells is. */
export function* extentsOf({ centreX, centreY, reach }: Hexagons, cells: Iterable<number>): Generator<Extent> {
  for (const cell of cells) {
    const [x, y] = [centreX[cell], centreY[cell]];
    yield [x - reach, y - reach, x + reach, y + reach];
  }
}

export interface Marks {
  /** Border edges as x, y, x, y in a row; null in the view of scores. */
  readonly borders: Float64Array | null;
  /** Border edges of the chosen territory. */
  readonly chosen: Float64Array | null;
  readonly selected: number;
  /** The cell that a list points at, -1 or left out for none. */
  readonly pointed?: number;
  /** Owners that change in place, whose borders are drawn from what they are at the moment; see `MapView.repaint`. */
  readonly live?: Live;
}

export interface Live {
  readonly owner: ArrayLike<number>;
  /** The owner whose border stands out, -1 for none. */
  readonly chosen: number;
}

const BORDER_UNDER = "rgba(255, 255, 255, 0.9)";
const BORDER = "#26323f";
const CHOSEN: Strokes = [["#ffffff", 7], ["#0b2545", 4]];

export function drawMarks(hexagons: () => Hexagons | null, marks: () => Marks): Draw {
  return (context, frame, region) => {
    const shape = hexagons();
    if (!shape) return;
    const { borders, chosen, selected, live, pointed = -1 } = marks();
    context.lineCap = "round";
    context.lineJoin = "round";
    // Where hexagons are small a full border would be all that is seen of them.
    const width = Math.min(1.8, Math.max(0.9, shape.reach / frame.resolution / 6));
    const strokes: Strokes = [[BORDER_UNDER, 2.4 * width], [BORDER, width]];
    if (borders) strokeEdges(context, frame, region, borders, strokes);
    if (live) strokeLive(context, frame, region, shape, live, strokes);
    if (chosen) strokeEdges(context, frame, region, chosen, CHOSEN);
    if (pointed >= 0 && pointed !== selected) {
      context.beginPath();
      tracePath(context, frame, shape, pointed);
      strokeTwice(context, [["#ffffff", 6], ["#1b2733", 3]]);
    }
    if (selected >= 0) {
      context.beginPath();
      tracePath(context, frame, shape, selected);
      strokeTwice(context, [["#ffffff", 6], ["#b3003c", 3]]);
    }
  };
}

type Strokes = readonly (readonly [colour: string, width: number])[];

function strokeEdges(
  context: CanvasRenderingContext2D,
  frame: Frame,
  [west, south, east, north]: Extent,
  edges: Float64Array,
  strokes: Strokes,
): void {
  const scale = 1 / frame.resolution;
  context.beginPath();
  for (let k = 0; k < edges.length; k += 4) {
    const [ax, ay, bx, by] = [edges[k], edges[k + 1], edges[k + 2], edges[k + 3]];
    if ((ax < west && bx < west) || (ax > east && bx > east) || (ay < south && by < south) || (ay > north && by > north)) {
      continue;
    }
    context.moveTo((ax - frame.west) * scale, (frame.north - ay) * scale);
    context.lineTo((bx - frame.west) * scale, (frame.north - by) * scale);
  }
  strokeTwice(context, strokes);
}

function strokeLive(
  context: CanvasRenderingContext2D,
  frame: Frame,
  region: Extent,
  shape: Hexagons,
  { owner, chosen }: Live,
  strokes: Strokes,
): void {
  traceBorders(context, frame, region, shape, owner);
  strokeTwice(context, strokes);
  if (chosen < 0) return;
  traceBorders(context, frame, region, shape, owner, chosen);
  strokeTwice(context, CHOSEN);
}

/** Edges inside the region between cells of different owners, and where the ground ends; of one owner, if it is given. */
function traceBorders(
  context: CanvasRenderingContext2D,
  frame: Frame,
  region: Extent,
  shape: Hexagons,
  owner: ArrayLike<number>,
  only?: number,
): void {
  const { start, across, x, y } = shape;
  const scale = 1 / frame.resolution;
  context.beginPath();
  for (let cell = 0; cell < shape.count; cell++) {
    if (!inView(shape, cell, region) || (only !== undefined && owner[cell] !== only)) continue;
    const [first, end] = [start[cell], start[cell + 1]];
    for (let k = first; k < end; k++) {
      const other = across[k];
      if (other >= 0 && owner[other] === owner[cell]) continue;
      // Between two cells the edge is drawn once, by the lower one if that is in the region as well.
      if (only === undefined && other >= 0 && other < cell && inView(shape, other, region)) continue;
      const next = k + 1 < end ? k + 1 : first;
      context.moveTo((x[k] - frame.west) * scale, (frame.north - y[k]) * scale);
      context.lineTo((x[next] - frame.west) * scale, (frame.north - y[next]) * scale);
    }
  }
}

function strokeTwice(context: CanvasRenderingContext2D, strokes: Strokes): void {
  for (const [colour, width] of strokes) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}
