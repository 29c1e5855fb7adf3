// The pointer as a painting tool: brush, fill, lasso, rectangle, parent cell, boundary. What is painted is the caller's matter.

import { disk, inLasso, inRectangle, neighboursIn, piece, pointOf, siblings, stretch } from "../core/brush.js";
import type { Ground, Point, ToolState } from "../core/brush.js";
import type { Hexagons } from "../core/hexagons.js";
import type { Draw, Frame } from "./canvasLayer.js";
import { tracePath } from "./cellLayer.js";
import type { Tool } from "./tool.js";
import type { Pointed } from "./view.js";

export interface Brushwork {
  ground(): Ground | null;
  tool(): ToolState;
  owner(): Int32Array;
  /** The administrative boundary of each cell, -1 for none; null while they are not known. */
  boundaries(): Int32Array | null;
  /** Whether the pointer moves the map for the moment. */
  panning(): boolean;
  begin(): void;
  paint(cells: readonly number[]): void;
  end(): void;
  sketch(draw: Draw | null): void;
}

/** Points of a lasso nearer than this many metres to the last are left out. */
const LASSO_STEP_M = 5;

export class PaintTool implements Tool {
  private last = -1;
  private line: Point[] = [];
  private hovered = -2;

  constructor(private readonly work: Brushwork) {}

  down(at: Pointed, event: PointerEvent): boolean {
    const ground = this.work.ground();
    if (!ground || this.work.panning() || event.button !== 0) return false;
    this.leave();
    this.line = [pointOf(at)];
    this.last = at.cell;
    this.work.begin();
    const cells = taken(ground, this.work, at.cell);
    if (cells.length) this.work.paint(cells);
    return true;
  }

  drag(at: Pointed): void {
    const ground = this.work.ground();
    const { shape, size } = this.work.tool();
    if (!ground) return;
    if (shape === "brush" && at.cell >= 0 && at.cell !== this.last) {
      this.work.paint(stretch(ground, this.last, at.cell, size));
    }
    this.last = at.cell;
    if (shape !== "lasso" && shape !== "rectangle") return;
    const point = pointOf(at);
    const [x, y] = this.line[this.line.length - 1];
    if (shape === "rectangle") this.line = [this.line[0], point];
    else if (Math.hypot(point[0] - x, point[1] - y) > LASSO_STEP_M) this.line.push(point);
    this.work.sketch(lineSketch(shape === "rectangle" ? corners(this.line[0], point) : this.line));
  }

  up(): void {
    const ground = this.work.ground();
    const { shape } = this.work.tool();
    if (ground && shape === "lasso" && this.line.length > 2) this.work.paint(inLasso(ground, this.line));
    if (ground && shape === "rectangle" && this.line.length > 1) this.work.paint(inRectangle(ground, this.line[0], this.line[1]));
    this.line = [];
    this.leave();
    this.work.end();
  }

  /** Two quick presses paint twice; the map does not zoom under the brush. */
  doubleClick(): void {
    // The presses themselves have painted.
  }

  /** Shows what a press would take. */
  hover(at: Pointed): void {
    const ground = this.work.ground();
    if (!ground || at.cell === this.hovered) return;
    const { shape, size } = this.work.tool();
    const whole = shape === "parent" || shape === "boundary";
    const shown = whole ? taken(ground, this.work, at.cell) : disk(ground, at.cell, shape === "brush" ? size : 0);
    this.hovered = at.cell;
    this.work.sketch(shown.length ? cellSketch(ground.hexagons, shown) : null);
  }

  leave(): void {
    this.hovered = -2;
    this.work.sketch(null);
  }
}

type Taking = Pick<Brushwork, "tool" | "owner" | "boundaries">;

/** What one press takes at once: nothing for shapes that are drawn first. */
function taken(ground: Ground, { tool, owner, boundaries }: Taking, cell: number): number[] {
  const { shape, size } = tool();
  if (shape === "boundary") return neighboursIn(boundaries(), cell);
  if (shape === "brush") return disk(ground, cell, size);
  if (shape === "fill") return piece(ground, owner(), cell);
  return shape === "parent" ? siblings(ground, cell) : [];
}

/** What Enter takes at the cursor; a lasso or rectangle without an extent is the brush. */
export function takenByKey(ground: Ground, work: Taking, cell: number): number[] {
  const cells = taken(ground, work, cell);
  const { shape, size } = work.tool();
  return cells.length || shape === "boundary" ? cells : disk(ground, cell, size);
}

/** Outlines of cells. */
export function cellSketch(shape: Hexagons, cells: readonly number[]): Draw {
  return (context, frame) => {
    context.beginPath();
    for (const cell of cells) tracePath(context, frame, shape, cell);
    strokeSketch(context);
  };
}

function lineSketch(line: readonly Point[]): Draw {
  return (context, frame) => {
    context.beginPath();
    for (const point of line) context.lineTo(...onScreen(frame, point));
    context.closePath();
    strokeSketch(context);
  };
}

function strokeSketch(context: CanvasRenderingContext2D): void {
  context.lineJoin = "round";
  for (const [colour, width] of [["#ffffff", 4], ["#10243e", 2]] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}

function corners([west, south]: Point, [east, north]: Point): Point[] {
  return [[west, south], [east, south], [east, north], [west, north]];
}

function onScreen({ west, north, resolution }: Frame, [x, y]: Point): [number, number] {
  return [(x - west) / resolution, (north - y) / resolution];
}
