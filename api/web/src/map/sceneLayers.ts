// The cells of a map and the lines above them, each on a canvas of its own.

import type { Hexagons } from "../core/hexagons.js";
import type { Outlines } from "../core/outlines.js";
import { CanvasLayer, type Frame } from "./canvasLayer.js";
import { drawMarks, extentsOf, type Marks, type Painted } from "./cellLayer.js";
import { drawCells } from "./cellPixels.js";

export interface SceneSource {
  readonly shape: () => Hexagons | null;
  readonly painted: (frame: Frame) => Painted | null;
  readonly marks: () => Marks;
  /** Of catchments; null while they are switched off. */
  readonly outlines: () => Outlines | null;
  /** A frame was drawn. */
  readonly drawn?: () => void;
}

export class SceneLayers {
  readonly cells: CanvasLayer;
  readonly lines: CanvasLayer;

  constructor(private readonly source: SceneSource) {
    const { shape, painted, marks, outlines, drawn } = source;
    this.cells = new CanvasLayer(drawCells(painted), drawn, "map-cells");
    this.lines = new CanvasLayer(drawMarks(shape, marks, outlines));
  }

  /** Another scene is shown. */
  changed(): void {
    this.cells.changed();
    this.lines.changed();
  }

  /** Draws cells again whose colour or owner was changed in place; at once, and nothing else. */
  repaint(cells: Iterable<number>): void {
    const shape = this.source.shape();
    if (!shape) return;
    const changed = [...extentsOf(shape, cells)];
    this.cells.redraw(changed);
    this.lines.redraw(changed);
  }
}
