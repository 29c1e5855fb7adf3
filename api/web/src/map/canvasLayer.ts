// A map layer that draws onto a canvas of its own, without a source and without WebGL. What stands on the canvas is kept:
// a moved map shifts it and draws only what came into view, and a changed cell is drawn alone.

import Layer from "ol/layer/Layer.js";
import type { FrameState } from "ol/Map.js";
import type { Extent } from "../core/hexagons.js";
import type { Part } from "../core/lines.js";

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

/** Draws what lies in the region; the canvas is cleared and clipped to the box, its units are CSS pixels. */
export type Draw = (context: CanvasRenderingContext2D, frame: Frame, region: Extent, box: Box) => void;

/** A part of the canvas in whole pixels of the screen: left, top, right, bottom. */
export type Box = readonly [number, number, number, number];

/** Lines and the soft edges of shapes reach this many CSS pixels beyond a changed place. */
const SPILL_PX = 5;

export class CanvasLayer {
  readonly layer: Layer;
  private readonly box = document.createElement("div");
  readonly canvas = document.createElement("canvas");
  private readonly context = this.canvas.getContext("2d") as CanvasRenderingContext2D;
  private frame: Frame | null = null;
  private stale = true;

  /** With no `draw` there is no canvas. `shown` is told of every frame of the map, drawn or kept. The map never rotates. */
  constructor(
    private draw: Draw | null,
    shown: () => void = () => undefined,
    name = "",
  ) {
    // In a box of its own: OpenLayers would draw the layers above onto a bare canvas.
    const { box } = this;
    box.className = `map-canvas ${name}`;
    if (draw) box.append(this.canvas);
    this.layer = new Layer({
      render: (state: FrameState): HTMLElement => {
        this.show(frameFrom(state));
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
    const boxes = Array.from(regions, (region) => boxOf(frame, region)).filter(hasArea);
    if (boxes.length) this.drawBox(frame, around(boxes));
  }

  /** Draws something else at once, without a frame of the map's other layers; null takes the canvas away. */
  use(draw: Draw | null): void {
    const { frame, canvas } = this;
    this.draw = draw;
    if (!draw) return canvas.remove();
    this.box.append(canvas);
    if (!frame || this.stale) return;
    this.fit(frame);
    this.drawBox(frame, [0, 0, frame.width, frame.height]);
  }

  private show(next: Frame): void {
    const { frame, stale } = this;
    this.frame = next;
    this.stale = false;
    if (!this.draw) return;
    this.fit(next);
    if (!frame || stale || !sameScale(frame, next)) this.drawBox(next, [0, 0, next.width, next.height]);
    else this.shift(frame, next);
  }

  private fit({ width, height, ratio }: Frame): void {
    const { canvas } = this;
    if (canvas.width === width && canvas.height === height) return;
    canvas.width = width;
    canvas.height = height;
    // The map may be some fraction of a pixel larger: a canvas stretched to it would be blurred.
    canvas.style.width = `${width / ratio}px`;
    canvas.style.height = `${height / ratio}px`;
  }

  private shift(from: Frame, to: Frame): void {
    const pixels = to.ratio / to.resolution;
    const [right, down] = [Math.round((from.west - to.west) * pixels), Math.round((to.north - from.north) * pixels)];
    if (right === 0 && down === 0) return;
    const { width, height } = to;
    if (Math.abs(right) >= width || Math.abs(down) >= height) return this.drawBox(to, [0, 0, width, height]);
    const { context } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalCompositeOperation = "copy";
    context.drawImage(this.canvas, right, down);
    context.globalCompositeOperation = "source-over";
    if (down !== 0) this.drawBox(to, down > 0 ? [0, 0, width, down] : [0, height + down, width, height]);
    if (right !== 0) this.drawBox(to, right > 0 ? [0, 0, right, height] : [width + right, 0, width, height]);
  }

  private drawBox(frame: Frame, box: Box): void {
    const { context } = this;
    const [left, top, right, bottom] = box;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(left, top, right - left, bottom - top);
    context.clip();
    context.clearRect(left, top, right - left, bottom - top);
    context.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
    this.draw?.(context, frame, extentOfBox(frame, box, SPILL_PX), box);
    context.restore();
  }
}

/** Frames of one scale lie whole pixels from each other, so that a moved map is a shifted picture and the same ground looks the same. */
function frameFrom(state: FrameState): Frame {
  const { center, resolution } = state.viewState;
  const [x, y] = center as [number, number];
  const ratio = state.pixelRatio;
  const [width, height] = state.size as [number, number];
  const size = resolution / ratio;
  const whole = (metres: number) => Math.round(metres / size) * size;
  const [west, north] = [whole(x - (width * resolution) / 2), whole(y + (height * resolution) / 2)];
  return { west, north, resolution, ratio, width: Math.round(width * ratio), height: Math.round(height * ratio) };
}

export const extentOfFrame = (frame: Frame): Extent => extentOfBox(frame, [0, 0, frame.width, frame.height]);

/** What ground a part of the canvas shows, and so many CSS pixels around it. */
export function extentOfBox({ west, north, resolution, ratio }: Frame, [left, top, right, bottom]: Box, around = 0): Extent {
  const size = resolution / ratio;
  const spill = around * resolution;
  return [west + left * size - spill, north - bottom * size - spill, west + right * size + spill, north - top * size + spill];
}

/** A part of the canvas in pixels that are counted over the whole ground. */
export function partOf({ west, north, resolution, ratio }: Frame, [left, top, right, bottom]: Box): Part {
  const scale = ratio / resolution;
  return { left: Math.round(west * scale) + left, top: Math.round(-north * scale) + top, width: right - left, height: bottom - top, scale };
}

function sameScale(a: Frame, b: Frame): boolean {
  return a.resolution === b.resolution && a.ratio === b.ratio && a.width === b.width && a.height === b.height;
}

/** The part of the canvas that shows a region, and lines that reach beyond it. */
function boxOf(frame: Frame, [west, south, east, north]: Extent): Box {
  const pixels = frame.ratio / frame.resolution;
  const spill = SPILL_PX * frame.ratio;
  return [
    Math.max(0, Math.floor((west - frame.west) * pixels - spill)),
    Math.max(0, Math.floor((frame.north - north) * pixels - spill)),
    Math.min(frame.width, Math.ceil((east - frame.west) * pixels + spill)),
    Math.min(frame.height, Math.ceil((frame.north - south) * pixels + spill)),
  ];
}

function hasArea([left, top, right, bottom]: Box): boolean {
  return left < right && top < bottom;
}

function around(boxes: readonly Box[]): Box {
  return boxes.reduce((a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]);
}
