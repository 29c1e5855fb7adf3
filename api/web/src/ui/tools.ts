// The painting tools of a room: their bar, the pointer and the keys, over one `Edit`.

import type { BoundaryCells } from "../core/api-types.js";
import { problemFrom } from "../core/api.js";
import { between, erasingSwitched, FIRST_TOOL, shapeChosen, sizeStepped } from "../core/brush.js";
import type { Ground, Shape, ToolState } from "../core/brush.js";
import type { Edit, Stroke } from "../core/edit.js";
import { integer } from "../core/format.js";
import { catalogue, type Catalogue } from "../core/i18n.js";
import { actOf } from "../core/keys.js";
import { cellSelected, selectionMoved, type Direction, type State } from "../core/state.js";
import { Opened, Store } from "../core/store.js";
import { cellSketch, PaintTool, takenByKey, type Brushwork } from "../map/brush.js";
import type { App } from "../rooms/room.js";
import { ARROWS } from "./mapKeys.js";
import { problemText } from "./pages.js";
import { PAINT_KEYS, UNDO_KEYS, type PaintAct } from "./paintKeys.js";
import { toolBar, type ToolBar } from "./toolBar.js";

export interface PainterOptions {
  readonly app: App;
  /** Asked anew at every stroke: a room may give another one by a getter. */
  readonly edit: Edit;
  /** The owner to paint with. */
  readonly target: () => number;
  /** Cells changed hands: their colours are to be set in place; they are drawn after it. */
  readonly changed: (cells: number[] | Int32Array) => void;
  /** A stroke is whole: to be saved. */
  readonly stroke: (stroke: Stroke, kind: "paint" | "undo" | "redo") => void;
}

/** Pixels that the map moves by at a press of an arrow key. */
const PAN_PX = 80;
const PANS: Record<Direction, [number, number]> = {
  left: [-PAN_PX, 0],
  right: [PAN_PX, 0],
  up: [0, -PAN_PX],
  down: [0, PAN_PX],
};

export class Painter {
  readonly element: HTMLElement;
  private readonly bar: ToolBar;
  private readonly tool = new Store<ToolState>(FIRST_TOOL);
  private readonly opened: Opened<State>;
  private readonly pointer: PaintTool;
  private readonly work: Brushwork;
  private boundaries: Int32Array | null = null;
  private space = false;
  /** Cell from which Shift and the arrows mark a rectangle, and the cells marked. */
  private anchor = -1;
  private marked: number[] = [];

  constructor(private readonly options: PainterOptions) {
    const { app } = options;
    this.work = {
      ground: () => app.store.now.cells,
      tool: () => this.tool.now,
      owner: () => options.edit.owner,
      boundaries: () => this.boundaries,
      panning: () => this.space,
      begin: () => this.begin(),
      paint: (cells) => this.paint(cells),
      end: () => this.end(),
      sketch: (draw) => app.view.sketch(draw),
    };
    this.pointer = new PaintTool(this.work);
    this.opened = new Opened(app.store);
    this.bar = toolBar(this.opened, this.tool, { undo: () => this.undo(), redo: () => this.redo() });
    this.element = this.bar.element;
    this.tool.watch(
      (tool) => [tool.shape],
      () => {
        this.start();
        void this.learnBoundaries();
      },
    );
    this.opened.watch(
      (state) => [state.cells],
      () => {
        this.boundaries = null;
        void this.learnBoundaries();
      },
    );
    this.refresh();
  }

  /** Takes the pointer; a room calls it whenever it is entered, since the map is given back when a room is left. */
  start(): void {
    document.addEventListener("keyup", this.released);
    window.addEventListener("blur", this.released);
    this.options.app.view.use(this.tool.now.shape === "move" ? null : this.pointer);
  }

  /** Asked for once for the cells that are there, when it is first wanted. */
  private async learnBoundaries(): Promise<void> {
    const { read, store } = this.options.app;
    const ground = store.now.cells;
    if (this.boundaries || !ground || this.tool.now.shape !== "boundary") return;
    try {
      const found = await read<BoundaryCells>("/api/v1/boundaries/cells");
      if (store.now.cells !== ground) return;
      const known = new Int32Array(ground.ids.length).fill(-1);
      found.cells.forEach((id, at) => (known[ground.position.get(id) ?? -1] = found.boundary_index[at]));
      this.boundaries = known;
      this.element.dataset["boundaries"] = String(found.boundaries.length);
    } catch (error) {
      this.bar.say(problemText(problemFrom(error), store.now.language));
    }
  }

  /** Gives the pointer back to the map. */
  stop(): void {
    document.removeEventListener("keyup", this.released);
    window.removeEventListener("blur", this.released);
    this.space = false;
    this.unmark();
    this.options.app.view.use(null);
  }

  /** It is not wanted any more: its bar watches nothing from now on. */
  close(): void {
    this.stop();
    this.opened.close();
  }

  /** Says anew how much can be undone, after the room changed the edit itself. */
  refresh(): void {
    this.bar.count(this.options.edit.undoable, this.options.edit.redoable);
  }

  /** A key pressed on the map; true when it was used. */
  key(event: KeyboardEvent): boolean {
    const direction = ARROWS.get(event.key);
    if (this.space && direction) {
      this.options.app.view.panBy(...PANS[direction]);
      return true;
    }
    if (event.key === "Escape" && this.marked.length) {
      // Only the mark is taken back, not the selection as well.
      event.stopPropagation();
      this.unmark();
      return true;
    }
    const act = actOf(PAINT_KEYS, event);
    if (act === null && direction) this.unmark();
    // Where the pointer is the map's own, so is Enter, unless cells are marked.
    const own = act === "paint" && this.tool.now.shape === "move" && !this.marked.length;
    if (act === null || own) return false;
    this.act(act, direction);
    return true;
  }

  /** A key pressed anywhere else; true when it was used. */
  anywhere(event: KeyboardEvent): boolean {
    const act = actOf(UNDO_KEYS, event);
    if (act !== null) this[act]();
    return act !== null;
  }

  undo(): void {
    this.step("undo");
  }

  redo(): void {
    this.step("redo");
  }

  private readonly released = (event: Event): void => {
    if (!(event instanceof KeyboardEvent) || event.key === " ") this.space = false;
  };

  private act(act: PaintAct, direction: Direction | undefined): void {
    if (act === "map") this.space = true;
    else if (act === "undo" || act === "redo") this[act]();
    else if (act === "smaller" || act === "larger") this.tool.apply(sizeStepped(act === "larger" ? 1 : -1));
    else if (act === "erase") this.tool.apply(erasingSwitched());
    else if (act === "paint") this.paintHere();
    else if (act !== "extend") this.tool.apply(shapeChosen(act satisfies Shape));
    else if (direction) this.extend(direction);
  }

  private paintHere(): void {
    const { store } = this.options.app;
    const ground = store.now.cells;
    if (!ground) return;
    this.select();
    const cells = this.marked.length ? this.marked : takenByKey(ground, this.work, store.now.selected);
    this.unmark();
    this.begin();
    this.paint(cells);
    this.end();
  }

  /** The cursor of the keyboard stands in the middle of the map until it is moved. */
  private select(): void {
    const { store, view } = this.options.app;
    if (store.now.selected < 0) store.apply(cellSelected(view.cellInMiddle()));
  }

  private extend(direction: Direction): void {
    const { store, view } = this.options.app;
    this.select();
    const ground: Ground | null = store.now.cells;
    if (this.anchor < 0) this.anchor = store.now.selected;
    store.apply(selectionMoved(direction));
    if (!ground || this.anchor < 0) return;
    this.marked = between(ground, this.anchor, store.now.selected);
    view.sketch(cellSketch(ground.hexagons, this.marked));
    this.say((words, count) => words.toolsExtent(count), this.marked.length);
  }

  private unmark(): void {
    this.anchor = -1;
    this.marked = [];
    this.options.app.view.sketch(null);
  }

  private begin(): void {
    this.options.edit.begin();
  }

  private paint(cells: readonly number[]): void {
    const { edit, target } = this.options;
    this.show(edit.paint(cells, this.tool.now.erasing ? -1 : target()));
  }

  private end(): void {
    const stroke = this.options.edit.end();
    this.refresh();
    if (!stroke) return this.say((words) => words.toolsNothing);
    const { erasing } = this.tool.now;
    this.say((words, count) => (erasing ? words.toolsErased : words.toolsPainted)(count), stroke.cells.length);
    this.options.stroke(stroke, "paint");
  }

  private step(kind: "undo" | "redo"): void {
    const { edit } = this.options;
    const there = kind === "undo" ? edit.undoable : edit.redoable;
    const stroke = edit[kind]();
    this.refresh();
    if (!stroke) return this.say((words) => (there ? words.toolsHeld : words.toolsNoUndo));
    this.show(stroke.cells);
    this.say((words, count) => (kind === "undo" ? words.toolsUndone : words.toolsRedone)(count), stroke.cells.length);
    this.options.stroke(stroke, kind);
  }

  private show(cells: number[] | Int32Array): void {
    if (!cells.length) return;
    this.options.changed(cells);
    this.options.app.view.repaint(cells);
  }

  private say(phrase: (words: Catalogue, count: string) => string, count = 0): void {
    const { language } = this.options.app.store.now;
    const text = phrase(catalogue(language), integer(language, count));
    this.bar.say(text);
    this.options.app.announce(text);
  }
}

/** Makes the painting tools of a room; they take the pointer at once. */
export function painter(options: PainterOptions): Painter {
  return new Painter(options);
}

