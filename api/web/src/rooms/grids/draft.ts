// A line or a border that is being drawn: what to do, how many points there are, and the operation that is made of it.

import { cellToLatLng } from "h3-js";
import { integer } from "../../core/format.js";
import type { Operation } from "../../core/grids.js";
import { make } from "../../ui/dom.js";
import type { State } from "../../core/state.js";
import type { Tool } from "../../map/tool.js";
import type { App } from "../room.js";
import type { Desk } from "./desk.js";
import { button, wordsOf, type Phrase } from "./parts.js";
import { Shape, type Position, type ShapeKind } from "./shape.js";

export type MakeOperation = (geometry: unknown, datum: string) => Operation;
/** What is done with a drawing when it is closed. */
export type Ended = (geometry: { type: string; coordinates: unknown }) => void;

export class Draft {
  readonly element: HTMLElement;
  private readonly shape: Shape;
  private ended: Ended | null = null;
  private kind: ShapeKind = "polygon";
  private readonly help = make("p");
  private readonly count = make("p", { class: "quiet", role: "status" });

  constructor(
    private readonly app: App,
    private readonly desk: Desk,
    /** What the pointer does while nothing is drawn. */
    private readonly idle: Tool,
  ) {
    this.shape = new Shape(app.view, (ended) => this.changed(ended));
    const end = button(app.store, "end", (words) => words.gridsEnd, () => this.shape.close());
    const cancel = button(app.store, "stop", (words) => words.gridsCancel, () => this.stop());
    this.element = make("div", { class: "card grids-draft" }, this.help, this.count, make("div", { class: "row" }, end, cancel));
    this.element.hidden = true;
    app.store.watch((state) => [state.language], () => this.tell());
  }

  get drawing(): boolean {
    return this.ended !== null;
  }

  begin(kind: ShapeKind, operation: MakeOperation): void {
    this.draw(kind, (geometry) => void this.desk.preview(operation(geometry, this.desk.datum)));
  }

  draw(kind: ShapeKind, ended: Ended): void {
    [this.kind, this.ended] = [kind, ended];
    this.shape.start(kind);
    this.app.view.use(this.shape);
    this.tell();
    this.app.announce(this.help.textContent ?? "");
    document.getElementById("map")?.focus();
  }

  /** Takes the drawing off the map; the pointer chooses grids again. */
  stop(): void {
    this.ended = null;
    this.shape.clear();
    this.app.view.use(this.idle);
    this.tell();
  }

  /** Says something where the drawing is told of, and to a screen reader. */
  say(phrase: Phrase): void {
    this.element.hidden = false;
    this.help.textContent = phrase(wordsOf(this.app.store));
    this.count.textContent = "";
    this.app.announce(this.help.textContent);
  }

  key(event: KeyboardEvent): boolean {
    if (!this.ended) return false;
    if (event.key === "Escape") this.stop();
    else return this.shape.key(event, selectedCentre(this.app.store.now));
    return true;
  }

  private changed(ended: boolean): void {
    this.tell();
    this.app.announce(this.count.textContent ?? "");
    const geometry = ended ? this.shape.geometry() : null;
    if (geometry) this.ended?.(geometry);
  }

  private tell(): void {
    const words = wordsOf(this.app.store);
    this.element.hidden = !this.drawing;
    this.help.textContent = this.kind === "line" ? words.gridsDrawingLine : words.gridsDrawingShape;
    this.count.textContent = words.gridsPoints(integer(this.app.store.now.language, this.shape.points.length));
    document.body.dataset["drawn"] = this.drawing ? String(this.shape.points.length) : "";
  }
}

/** Centre of the cell that the keyboard stands on. */
export function selectedCentre({ cells, selected }: State): Position | null {
  const cell = cells?.ids[selected];
  if (cell === undefined) return null;
  const [lat, lng] = cellToLatLng(cell);
  return [lng, lat];
}
