// A map layer that draws onto a canvas of its own, without a source and without WebGL. What stands on the canvas is kept:
// a moved map shifts it and draws only what came into view, and a changed cell is drawn alone.

import Layer from "ol/layer/Layer.js";
import type { FrameState } from "ol/Map.js";
import type { Extent } from "../core/hexagons.js";

/** Where the canvas stands: CSS pixel = (x - west) / resolution, (north - y) / resolution. */
export interface Frame {
  readonly west: number;
  readonly north: number;
  readonly resolution: number;
  readonly ratio: number;
  /** Canvas in pixels of the screen. */
  readonly width: number;
  readonly height: number;
}

/** Draws what lies in the region; the canvas is cleared and clipped there, its units are CSS pixels. */
export type Draw = (context: CanvasRenderingContext2D, frame: Frame, region: Extent) => void;

/** A part of the canvas in pixels of the screen: left, top, right, bottom. */
type Box = readonly [number, number, number, number];

/** The canvas is drawn in squares of this many pixels of the screen, fixed to the ground. */
const SQUARE_PX = 128;
/** Lines and the soft edges of shapes reach this many CSS pixels beyond a changed place. */
const SPILL_PX = 5;

export class CanvasLayer {
  readonly layer: Layer;
  private readonly canvas = document.createElement("canvas");
  private readonly context = this.canvas.getContext("2d") as CanvasRenderingContext2D;
  private frame: Frame | null = null;
  private stale = true;

  /** `shown` is told of every frame of the map, drawn or kept. The map never rotates. */
  constructor(
    private readonly draw: Draw,
    shown: () => void = () => undefined,
  ) {
    // In a box of its own: OpenLayers would draw the layers above onto a bare canvas.
    const box = document.createElement("div");
    box.className = "map-canvas";
    box.append(this.canvas);
    this.layer = new Layer({
      render: (state: FrameState): HTMLElement => {
        this.show(frameFrom(state, this.frame));
        shown();
        return box;
      },
    });
  }

  /** What the canvas shows is out of date: it is drawn anew in the map's next frame. */
  changed(): void {
    this.stale = true;
    this.layer.changed();
  }

  /** Draws again at once what lies in these regions of the map. */
  redraw(regions: Iterable<Extent>): void {
    const { frame } = this;
    if (!frame || this.stale) return;
    const squares = new Map<string, Box>();
    for (const region of regions) addSquares(squares, frame, boxOf(frame, region));
    for (const square of squares.values()) this.drawSquare(frame, square);
  }

  /** Draws everything again at once, without a frame of the map's other layers. */
  redrawAll(): void {
    const { frame } = this;
    if (frame && !this.stale) this.drawBox(frame, [0, 0, frame.width, frame.height]);
  }

  private show(next: Frame): void {
    const { frame, canvas, stale } = this;
    this.frame = next;
    this.stale = false;
    if (canvas.width !== next.width || canvas.height !== next.height) {
      canvas.width = next.width;
      canvas.height = next.height;
      // The map may be some fraction of a pixel larger: a canvas stretched to it would be blurred.
      canvas.style.width = `${next.width / next.ratio}px`;
      canvas.style.height = `${next.height / next.ratio}px`;
    }
    if (!frame || stale || !sameScale(frame, next)) this.drawBox(next, [0, 0, next.width, next.height]);
    else this.shift(frame, next);
  }

  private shift(from: Frame, to: Frame): void {
    const pixels = to.ratio / to.resolution;
    const [right, down] = [Math.round((from.west - to.west) * pixels), Math.round((to.north - from.north) * pixels)];
    if (right === 0 && down === 0) return;
    const { width, height } = to;
    const { context } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalCompositeOperation = "copy";
    context.drawImage(this.canvas, right, down);
    context.globalCompositeOperation = "source-over";
    if (down !== 0) this.drawBox(to, down > 0 ? [0, 0, width, down] : [0, height + down, width, height]);
    if (right !== 0) this.drawBox(to, right > 0 ? [0, 0, right, height] : [width + right, 0, width, height]);
  }

  private drawBox(frame: Frame, box: Box): void {
    const squares = new Map<string, Box>();
    addSquares(squares, frame, box);
    for (const square of squares.values()) this.drawSquare(frame, square);
  }

  // Always by the same squares: the soft edges of shapes come out a shade differently when they are cut elsewhere, and
  // what was painted and undone must leave no trace.
  private drawSquare(frame: Frame, [left, top, right, bottom]: Box): void {
    const { context } = this;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(left, top, right - left, bottom - top);
    context.clip();
    context.clearRect(left, top, right - left, bottom - top);
    context.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
    const size = frame.resolution / frame.ratio;
    const [west, north] = [frame.west + left * size, frame.north - top * size];
    const [east, south] = [frame.west + right * size, frame.north - bottom * size];
    const spill = SPILL_PX * frame.resolution;
    this.draw(context, frame, [west - spill, south - spill, east + spill, north + spill]);
    context.restore();
  }
}

/** A frame of the same scale lies whole pixels from the one before, so that a moved map is a shifted picture. */
function frameFrom(state: FrameState, before: Frame | null): Frame {
  const { center, resolution } = state.viewState;
  const [x, y] = center as [number, number];
  const ratio = state.pixelRatio;
  const [width, height] = state.size as [number, number];
  const [west, north] = [x - (width * resolution) / 2, y + (height * resolution) / 2];
  const next = { west, north, resolution, ratio, width: Math.round(width * ratio), height: Math.round(height * ratio) };
  if (!before || !sameScale(before, next)) return next;
  const size = resolution / ratio;
  return {
    ...next,
    west: before.west + Math.round((west - before.west) / size) * size,
    north: before.north + Math.round((north - before.north) / size) * size,
  };
}

function sameScale(a: Frame, b: Frame): boolean {
  return a.resolution === b.resolution && a.ratio === b.ratio && a.width === b.width && a.height === b.height;
}

function boxOf(frame: Frame, [west, south, east, north]: Extent): Box {
  const pixels = frame.ratio / frame.resolution;
  const spill = SPILL_PX * frame.ratio;
  return [
    (west - frame.west) * pixels - spill,
    (frame.north - north) * pixels - spill,
    (east - frame.west) * pixels + spill,
    (frame.north - south) * pixels + spill,
  ];
}

/** Adds the squares that a box touches, each cut to the canvas. */
function addSquares(squares: Map<string, Box>, frame: Frame, [left, top, right, bottom]: Box): void {
  const size = frame.resolution / frame.ratio;
  const [x, y] = [Math.round(frame.west / size), Math.round(-frame.north / size)];
  const [west, north] = [Math.max(0, Math.floor(left)), Math.max(0, Math.floor(top))];
  const [east, south] = [Math.min(frame.width, Math.ceil(right)), Math.min(frame.height, Math.ceil(bottom))];
  if (east <= west || south <= north) return;
  for (let column = squareOf(x + west); column <= squareOf(x + east - 1); column++) {
    for (let row = squareOf(y + north); row <= squareOf(y + south - 1); row++) {
      const [cornerX, cornerY] = [column * SQUARE_PX - x, row * SQUARE_PX - y];
      squares.set(`${column} ${row}`, [
        Math.max(0, cornerX),
        Math.max(0, cornerY),
        Math.min(frame.width, cornerX + SQUARE_PX),
        Math.min(frame.height, cornerY + SQUARE_PX),
      ]);
    }
  }
}

function squareOf(pixel: number): number {
  return Math.floor(pixel / SQUARE_PX);
}
