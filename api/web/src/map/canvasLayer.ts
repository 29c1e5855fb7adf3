// A map layer that draws onto a canvas of its own, without a source and without WebGL.

import Layer from "ol/layer/Layer.js";
import type { FrameState } from "ol/Map.js";

/** Where the canvas stands: CSS pixel = (x - west) / resolution, (north - y) / resolution. */
export interface Frame {
  readonly west: number;
  readonly north: number;
  readonly east: number;
  readonly south: number;
  readonly resolution: number;
  readonly ratio: number;
}

export type Draw = (context: CanvasRenderingContext2D, frame: Frame) => void;

/** Returns a layer that calls `draw` with a cleared canvas, its units CSS pixels; the map never rotates. */
export function canvasLayer(draw: Draw): Layer {
  const canvas = document.createElement("canvas");
  canvas.className = "map-canvas";
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const render = (state: FrameState): HTMLElement => {
    const [width, height] = state.size as [number, number];
    const ratio = state.pixelRatio;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(context, frameFrom(state, width, height, ratio));
    return canvas;
  };
  return new Layer({ render });
}

function frameFrom(state: FrameState, width: number, height: number, ratio: number): Frame {
  const { center, resolution } = state.viewState;
  const [x, y] = center as [number, number];
  const [halfWidth, halfHeight] = [(width * resolution) / 2, (height * resolution) / 2];
  return {
    west: x - halfWidth,
    east: x + halfWidth,
    north: y + halfHeight,
    south: y - halfHeight,
    resolution,
    ratio,
  };
}
