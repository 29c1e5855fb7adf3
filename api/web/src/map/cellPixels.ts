// Fills cells pixel by pixel; the colours come out of a canvas once, textures and all.

import { Lines, type Part } from "../core/lines.js";
import { cellsNear } from "../core/near.js";
import { fillCell, type Ink } from "../core/pixels.js";
import { partOf, type Draw, type Frame } from "./canvasLayer.js";
import { addOutline, DIMMED, overlaid, type Painted } from "./cellLayer.js";
import { BLANK, type Paint } from "./cellPaint.js";
import { PATTERN_PX, textures } from "./patterns.js";

const OUTLINE_PX = 0.75;
/** Hexagons wider than this many pixels get a thin outline. */
const OUTLINE_FROM_PX = 14;

export function drawCells(painted: (frame: Frame) => Painted | null): Draw {
  return (context, frame, region, box) => {
    const found = painted(frame);
    if (!found) return;
    const { shape, paint } = found;
    const part = partOf(frame, box);
    const image = new ImageData(part.width, part.height);
    const picture = { ...part, pixels: new Uint32Array(image.data.buffer) };
    const inkOf = inks(paint, frame.ratio);
    const cells = cellsNear(shape, region);
    for (const cell of cells) fillCell(picture, shape, cell, inkOf(cell));
    // Smaller ones would be all outline.
    if ((2 * shape.reach) / frame.resolution > OUTLINE_FROM_PX) outline(image, part, frame.ratio, found, cells);
    context.putImageData(image, box[0], box[1]);
  };
}

/** Outlines cells: those without a value in grey, others in white, dimmed ones faintly. */
function outline(image: ImageData, part: Part, ratio: number, { shape, paint }: Painted, cells: readonly number[]): void {
  for (const blank of [true, false]) {
    for (const dimmed of [0, 1]) {
      const alike = cells.filter((cell) => paint.dimmed[cell] === dimmed && (paint.texture[cell] === BLANK) === blank);
      if (!alike.length) continue;
      const opaque = dimmed ? DIMMED : 1;
      const lines = new Lines(part, [[blank ? [223, 227, 232, opaque] : [255, 255, 255, 0.9 * opaque], OUTLINE_PX * ratio]]);
      for (const cell of alike) addOutline(lines, shape, cell);
      lines.over(image);
    }
  }
}

/** Made once for all paints that share their colours. */
const made = new WeakMap<readonly string[], Map<number, Ink>>();

function inks(paint: Paint, ratio: number): (cell: number) => Ink {
  const { colours, index, texture, dimmed } = paint;
  const known = made.get(colours) ?? new Map<number, Ink>();
  made.set(colours, known);
  return (cell) => {
    const key = 1e6 * ratio + 16 * index[cell] + 2 * texture[cell] + dimmed[cell];
    const ink = known.get(key) ?? inkFrom(paint, cell, ratio);
    known.set(key, ink);
    return ink;
  };
}

function inkFrom(paint: Paint, cell: number, ratio: number): Ink {
  const canvas = document.createElement("canvas");
  const side = (canvas.width = canvas.height = Math.round(PATTERN_PX * ratio));
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const at = paint.index[cell];
  const over = overlaid(paint.texture[cell], textures(context, ratio), paint.light[at]);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  for (const fill of over ? [paint.colours[at], over] : [paint.colours[at]]) {
    context.fillStyle = fill;
    context.fillRect(0, 0, side, side);
  }
  const { data } = context.getImageData(0, 0, side, side);
  if (paint.dimmed[cell]) for (let k = 3; k < data.length; k += 4) data[k] *= DIMMED;
  return { side: over ? side : 1, pixels: new Uint32Array(data.buffer) };
}
