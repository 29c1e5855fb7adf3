// What is seen of cells, and the lines above them: borders and the selection lie on a layer of their own above streets.

import type { Extent, Hexagons } from "../core/hexagons.js";
import { Lines, type Colour, type Strokes } from "../core/lines.js";
import { cellsNear } from "../core/near.js";
import type { Outlines } from "../core/outlines.js";
import { partOf, type Draw, type Frame } from "./canvasLayer.js";
import { DOTTED, HATCHED, HIDDEN, type Paint } from "./cellPaint.js";
import type { Textures } from "./patterns.js";

export const DIMMED = 0.22;
export interface Painted {
  readonly shape: Hexagons;
  readonly paint: Paint;
}

/** What lies over a cell's colour. */
export function overlaid(kind: number, texture: Textures, light: boolean): CanvasPattern | null {
  if (kind === HATCHED) return texture.hatch(light);
  if (kind === DOTTED) return texture.dots(light);
  return kind === HIDDEN ? texture.crosses() : null;
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
  /** Or cells around which a border stands out, 1 for each that is meant. */
  readonly around?: Uint8Array | null;
}

const WHITE: Colour = [255, 255, 255, 1];
const UNDER: Colour = [255, 255, 255, 0.9];
const BORDER: Colour = [38, 50, 63, 1];
const FAINT: Strokes = [[[11, 37, 69, 0.3], 1]];
const CATCHMENT: Strokes = [[UNDER, 4.6], [[11, 37, 69, 1], 2.4]];
const CHOSEN: Strokes = [[WHITE, 7], [[11, 37, 69, 1], 4]];
const POINTED: Strokes = [[WHITE, 6], [[27, 39, 51, 1], 3]];
const SELECTED: Strokes = [[WHITE, 6], [[179, 0, 60, 1], 3]];

/** Borders and what stands out, pixel by pixel. */
export function drawMarks(hexagons: () => Hexagons | null, marks: () => Marks, outlines: () => Outlines | null): Draw {
  return (context, frame, region, box) => {
    const shape = hexagons();
    if (!shape) return;
    const part = partOf(frame, box);
    const image = new ImageData(part.width, part.height);
    const draw = (strokes: Strokes, add: (lines: Lines) => void) => {
      const lines = new Lines(part, strokes.map(([colour, width]) => [colour, width * frame.ratio]));
      add(lines);
      lines.over(image);
    };
    const stated = outlines();
    if (stated) draw(FAINT, (lines) => addEdges(lines, stated.faint));
    if (stated) draw(CATCHMENT, (lines) => addEdges(lines, stated.plain));
    const { borders, chosen, selected, live, pointed = -1 } = marks();
    // Where hexagons are small a full border would be all that is seen of them.
    const width = Math.min(1.8, Math.max(0.9, shape.reach / frame.resolution / 6));
    const near = live ? cellsNear(shape, region) : [];
    const border: Strokes = [[UNDER, 2.4 * width], [BORDER, width]];
    if (borders) draw(border, (lines) => addEdges(lines, borders));
    if (live) draw(border, (lines) => addBorders(lines, shape, near, live.owner));
    const [around, only] = live?.around ? [live.around, 1] : [live?.owner ?? [], live?.chosen ?? -1];
    if (only >= 0) draw(CHOSEN, (lines) => addBorders(lines, shape, near, around, only));
    if (chosen) draw(CHOSEN, (lines) => addEdges(lines, chosen));
    if (pointed >= 0 && pointed !== selected) draw(POINTED, (lines) => addOutline(lines, shape, pointed));
    if (selected >= 0) draw(SELECTED, (lines) => addOutline(lines, shape, selected));
    context.putImageData(image, box[0], box[1]);
  };
}

function addEdges(lines: Lines, edges: Float64Array): void {
  for (let k = 0; k < edges.length; k += 4) lines.add(edges[k], edges[k + 1], edges[k + 2], edges[k + 3]);
}

/** All edges of a cell. */
export function addOutline(lines: Lines, { start, x, y }: Hexagons, cell: number): void {
  const [first, end] = [start[cell], start[cell + 1]];
  for (let k = first, before = end - 1; k < end; before = k++) lines.add(x[before], y[before], x[k], y[k]);
}

/** Edges between cells of different owners, and where the ground ends; of one owner, if it is given. */
function addBorders(lines: Lines, { start, across, x, y }: Hexagons, cells: readonly number[], owner: ArrayLike<number>, only?: number): void {
  for (const cell of cells) {
    if (only !== undefined && owner[cell] !== only) continue;
    const [first, end] = [start[cell], start[cell + 1]];
    for (let k = first; k < end; k++) {
      const other = across[k];
      // Between two cells the edge is drawn once, by the lower one.
      if (other >= 0 && (owner[other] === owner[cell] || (only === undefined && other < cell))) continue;
      const next = k + 1 < end ? k + 1 : first;
      lines.add(x[k], y[k], x[next], y[next]);
    }
  }
}
