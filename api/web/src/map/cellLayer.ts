// Draws the cells: one path a hexagon. Borders and the selection lie on a layer of their own above streets.

import type { Hexagons } from "../core/hexagons.js";
import { BLANK, DOTTED, HATCHED, HIDDEN, type Paint } from "./cellPaint.js";
import type { Draw, Frame } from "./canvasLayer.js";
import { textures, type Textures } from "./patterns.js";

const DIMMED = 0.22;
/** Hexagons wider than this many pixels get a thin outline; smaller ones would be all outline. */
const OUTLINE_FROM_PX = 14;

export function drawCells(hexagons: () => Hexagons | null, paint: () => Paint, drawn: () => void): Draw {
  return (context, frame) => {
    const shape = hexagons();
    if (shape) fillCells(context, frame, shape, paint());
    drawn();
  };
}

function fillCells(context: CanvasRenderingContext2D, frame: Frame, shape: Hexagons, paint: Paint): void {
  const wide = (2 * shape.reach) / frame.resolution > OUTLINE_FROM_PX;
  const texture = textures(context, frame.ratio);
  context.lineWidth = 0.75;
  for (let cell = 0; cell < shape.count; cell++) {
    if (!inView(shape, cell, frame)) continue;
    const at = paint.index[cell];
    context.globalAlpha = paint.dimmed[cell] ? DIMMED : 1;
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

export function inView(shape: Hexagons, cell: number, frame: Frame): boolean {
  const x = shape.centreX[cell];
  const y = shape.centreY[cell];
  const reach = shape.reach;
  return x + reach > frame.west && x - reach < frame.east && y + reach > frame.south && y - reach < frame.north;
}

export function tracePath(context: CanvasRenderingContext2D, frame: Frame, shape: Hexagons, cell: number): void {
  const scale = 1 / frame.resolution;
  const first = shape.start[cell];
  const end = shape.start[cell + 1];
  context.beginPath();
  for (let k = first; k < end; k++) {
    context.lineTo((shape.x[k] - frame.west) * scale, (frame.north - shape.y[k]) * scale);
  }
  context.closePath();
}

export interface Marks {
  /** Border edges as x, y, x, y in a row; null in the view of scores. */
  readonly borders: Float64Array | null;
  /** Border edges of the chosen territory. */
  readonly chosen: Float64Array | null;
  readonly selected: number;
  /** The cell that a list points at, -1 or left out for none. */
  readonly pointed?: number;
}

export function drawMarks(hexagons: () => Hexagons | null, marks: () => Marks): Draw {
  return (context, frame) => {
    const shape = hexagons();
    if (!shape) return;
    const { borders, chosen, selected, pointed = -1 } = marks();
    context.lineCap = "round";
    context.lineJoin = "round";
    // Where hexagons are small a full border would be all that is seen of them.
    const width = Math.min(1.8, Math.max(0.9, shape.reach / frame.resolution / 6));
    if (borders) strokeEdges(context, frame, borders, [["rgba(255, 255, 255, 0.9)", 2.4 * width], ["#26323f", width]]);
    if (chosen) strokeEdges(context, frame, chosen, [["#ffffff", 7], ["#0b2545", 4]]);
    if (pointed >= 0 && pointed !== selected) {
      tracePath(context, frame, shape, pointed);
      strokeTwice(context, [["#ffffff", 6], ["#1b2733", 3]]);
    }
    if (selected >= 0) {
      tracePath(context, frame, shape, selected);
      strokeTwice(context, [["#ffffff", 6], ["#b3003c", 3]]);
    }
  };
}

type Strokes = readonly (readonly [colour: string, width: number])[];

function strokeEdges(context: CanvasRenderingContext2D, frame: Frame, edges: Float64Array, strokes: Strokes): void {
  const scale = 1 / frame.resolution;
  context.beginPath();
  for (let k = 0; k < edges.length; k += 4) {
    context.moveTo((edges[k] - frame.west) * scale, (frame.north - edges[k + 1]) * scale);
    context.lineTo((edges[k + 2] - frame.west) * scale, (frame.north - edges[k + 3]) * scale);
  }
  strokeTwice(context, strokes);
}

function strokeTwice(context: CanvasRenderingContext2D, strokes: Strokes): void {
  for (const [colour, width] of strokes) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}
