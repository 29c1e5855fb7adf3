// Textures over a colour: diagonal lines for weak evidence, dots for none, crosses for what is hidden.

import { HATCH, HATCH_ON_LIGHT } from "../core/palette.js";

export const PATTERN_PX = 5;

export interface Textures {
  hatch(onLight: boolean): CanvasPattern;
  dots(onLight: boolean): CanvasPattern;
  crosses(): CanvasPattern;
}

const kept = new Map<string, CanvasPattern>();

/** Returns textures for a context; they are as sharp as the screen. */
export function textures(context: CanvasRenderingContext2D, ratio: number): Textures {
  const get = (name: string, onLight: boolean, draw: (tile: CanvasRenderingContext2D) => void) => {
    const key = `${name} ${String(onLight)} ${ratio}`;
    const known = kept.get(key);
    if (known) return known;
    const made = pattern(context, ratio, onLight ? HATCH_ON_LIGHT : HATCH, draw);
    kept.set(key, made);
    return made;
  };
  return {
    hatch: (onLight) => get("hatch", onLight, lines),
    dots: (onLight) => get("dots", onLight, dots),
    crosses: () => get("crosses", true, crosses),
  };
}

function pattern(
  context: CanvasRenderingContext2D,
  ratio: number,
  colour: string,
  draw: (tile: CanvasRenderingContext2D) => void,
): CanvasPattern {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.round(PATTERN_PX * ratio);
  const tile = canvas.getContext("2d") as CanvasRenderingContext2D;
  tile.scale(canvas.width / PATTERN_PX, canvas.height / PATTERN_PX);
  tile.strokeStyle = tile.fillStyle = colour;
  draw(tile);
  const made = context.createPattern(canvas, "repeat") as CanvasPattern;
  made.setTransform(new DOMMatrix([1 / ratio, 0, 0, 1 / ratio, 0, 0]));
  return made;
}

function lines(tile: CanvasRenderingContext2D): void {
  tile.lineWidth = 1;
  tile.beginPath();
  // The line runs through three copies of the tile, so that its ends meet at the corners.
  for (const shift of [-PATTERN_PX, 0, PATTERN_PX]) {
    tile.moveTo(shift - 1, PATTERN_PX + 1);
    tile.lineTo(shift + PATTERN_PX + 1, -1);
  }
  tile.stroke();
}

function crosses(tile: CanvasRenderingContext2D): void {
  tile.lineWidth = 1;
  tile.beginPath();
  tile.moveTo(1, 1);
  tile.lineTo(PATTERN_PX - 1, PATTERN_PX - 1);
  tile.moveTo(1, PATTERN_PX - 1);
  tile.lineTo(PATTERN_PX - 1, 1);
  tile.stroke();
}

function dots(tile: CanvasRenderingContext2D): void {
  tile.beginPath();
  tile.arc(PATTERN_PX / 2, PATTERN_PX / 2, 0.75, 0, 2 * Math.PI);
  tile.fill();
}
