// A line or a border that is being drawn: what to do, how many points there are, and the operation that is made of it.

import { cellToLatLng } from "h3-js";
import { integer } from "../../core/format.js";
import type { GridSet, GridsState, Operation, Totals } from "../../core/grids.js";
import type { Catalogue, Language } from "../../core/i18n.js";
import { countable, totalsInside, type Countable } from "../../core/inside.js";
import type { Store } from "../../core/store.js";
import { fact, make, replace } from "../../ui/dom.js";
import type { State } from "../../core/state.js";
import type { Tool } from "../../map/tool.js";
import type { App } from "../room.js";
import type { Desk } from "./desk.js";
import { amount, measureNames, SHOWN } from "./list.js";
import { button, wordsOf, type Phrase } from "./parts.js";
import { Shape, type Position, type ShapeKind } from "./shape.js";

export type MakeOperation = (geometry: unknown, datum: string) => Operation;
/** What is done with a drawing when it is closed. */
export type Ended = (geometry: { type: string; coordinates: unknown }) => void;

/** What is counted while a border is drawn. */
export interface Live {
  /** Null while it is not known. */
  counted(): Countable | null;
  /** Households, and where they lie against the guide. */
  households(words: Catalogue, language: Language, totals: Totals): (HTMLElement | string)[];
}

export class Draft {
  readonly element: HTMLElement;
  private readonly shape: Shape;
  private ended: Ended | null = null;
  private readonly end: HTMLButtonElement;
  private readonly takeOut: HTMLButtonElement;
  private kind: ShapeKind = "polygon";
  private live: Live;
  private readonly inGrids: Live;
  private readonly inside = make("dl", { class: "facts grids-inside" });
  private readonly help = make("p");
  private readonly count = make("p", { class: "quiet", role: "status" });

  constructor(
    private readonly app: App,
    private readonly desk: Desk,
    /** What the pointer does while nothing is drawn. */
    private readonly idle: Tool,
  ) {
    this.shape = new Shape(app.view, (ended) => this.changed(ended), () => this.showLive());
    this.inGrids = gridCounts(desk.room);
    this.live = this.inGrids;
    const end = button(app.store, "end", (words) => words.gridsEnd, () => this.shape.close());
    const cancel = button(app.store, "stop", (words) => words.gridsCancel, () => this.stop());
    this.end = end;
    this.takeOut = button(app.store, "take-out", (words) => words.gridsTakeOut, () => this.shape.takeOut());
    this.element = make("div", { class: "card grids-draft" }, this.help, this.count, this.inside, make("div", { class: "row" }, end, this.takeOut, cancel));
    this.element.hidden = true;
    app.store.watch((state) => [state.language], () => this.tell());
  }

  get drawing(): boolean {
    return this.ended !== null;
  }

  begin(kind: ShapeKind, operation: MakeOperation): void {
    this.draw(kind, (geometry) => void this.desk.preview(operation(geometry, this.desk.datum)));
  }

  /** `corners`: of a border that is there already and whose corners are to be moved. */
  draw(kind: ShapeKind, ended: Ended, corners: readonly Position[] = [], live: Live = this.inGrids): void {
    [this.kind, this.ended, this.live] = [kind, ended, live];
    this.shape.start(kind, corners);
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
    this.end.hidden = this.takeOut.hidden = true;
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
    this.app.announce(`${this.count.textContent ?? ""} ${this.inside.textContent ?? ""}`);
    const geometry = ended ? this.shape.geometry() : null;
    if (geometry) this.ended?.(geometry);
  }

  /** What lies inside of the border as it is seen at the moment. */
  showLive(): void {
    const ring = this.drawing ? this.shape.ring() : [];
    const counted = ring.length ? this.live.counted() : null;
    this.inside.hidden = counted === null;
    if (!counted) return;
    const words = wordsOf(this.app.store);
    const { language } = this.app.store.now;
    const totals = totalsInside(counted, ring);
    document.body.dataset["drawnCells"] = String(totals.cells);
    const names = measureNames(words);
    const of = (one: (typeof SHOWN)[number]) =>
      one === "households" ? this.live.households(words, language, totals) : amount(words, language, totals, one);
    replace(this.inside, fact(words.cells, integer(language, totals.cells)), ...SHOWN.map((one, at) => fact(names[at], ...of(one))));
  }

  private tell(): void {
    const words = wordsOf(this.app.store);
    this.element.hidden = !this.drawing;
    const { language } = this.app.store.now;
    const { closed, chosen, points } = this.shape;
    this.help.textContent = closed ? words.gridsEditingShape : this.kind === "line" ? words.gridsDrawingLine : words.gridsDrawingShape;
    const said = words.gridsPoints(integer(language, points.length));
    this.count.textContent = chosen < 0 ? said : `${said} · ${words.gridsCorner(integer(language, chosen + 1))}`;
    this.end.hidden = closed;
    this.takeOut.hidden = chosen < 0;
    this.showLive();
    document.body.dataset["drawn"] = this.drawing ? String(this.shape.points.length) : "";
  }
}

/** The grids' own cells; counted again when they change. */
function gridCounts(room: Store<GridsState>): Live {
  let known: { readonly set: GridSet; readonly counted: Countable } | null = null;
  return {
    counted: () => {
      const { set, counts } = room.now;
      if (!set || !counts) return null;
      if (known?.set !== set) known = { set, counted: countable(set.cells, counts.counts) };
      return known.counted;
    },
    households: (words, language, totals) => amount(words, language, totals, "households"),
  };
}

/** Centre of the cell that the keyboard stands on. */
export function selectedCentre({ cells, selected }: State): Position | null {
  const cell = cells?.ids[selected];
  if (cell === undefined) return null;
  const [lat, lng] = cellToLatLng(cell);
  return [lng, lat];
}
