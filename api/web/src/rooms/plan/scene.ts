// What the map shows in the planner's room: a plan, another one, or what changes hands between them.

import { bordersOf, extentOf, type Hexagons } from "../../core/hexagons.js";
import type { Territory } from "../../core/contract.js";
import { NO_VALUE, isLight, paled, territoryColour } from "../../core/palette.js";
import type { State } from "../../core/state.js";
import { BLANK, DOTTED, HATCHED, SOLID, territoryFill, type Paint } from "../../map/cellPaint.js";
import { overlay, showNames, type Overlay } from "../../map/overlays.js";
import type { Scene } from "../../map/view.js";
import type { App } from "../room.js";

/** PuOr by Cynthia Brewer (colorbrewer2.org): gains and losses of one territory. */
export const GETS = "#8073ac";
export const GIVES = "#e08214";
const PALE = 0.85;
/** Colours that territories are counted in; more territories than that share them, apart on the map. */
const COLOURS = 8;

/** A plan over the cells of the page. */
export interface Shown {
  readonly territories: readonly Territory[];
  readonly owner: ArrayLike<number>;
}

/** Two plans over the same cells; `changed` tells of each cell whether it changes hands. */
export interface Difference extends Shown {
  readonly changed: Uint8Array;
  /** Territory of each cell before, by the numbers of this plan; -1 for one that is not in it. */
  readonly before: ArrayLike<number>;
}

/** A scene whose cells are changed in place while somebody paints. */
interface Changing extends Scene {
  marks: Scene["marks"];
}

export class Scenery {
  private readonly names: Overlay = overlay(8, true);
  private readonly app: App;
  private chosen = -1;
  private scene: Changing | null = null;
  private last: { shown: Shown; difference: Difference | null } | null = null;

  constructor(app: App) {
    this.app = app;
    this.names.setVisible(false);
    app.view.add(this.names);
    app.store.watch((state) => [state.selected], () => this.last && this.names.getVisible() && this.put());
  }

  plan(shown: Shown, chosen: number): void {
    [this.last, this.chosen] = [{ shown, difference: null }, chosen];
    this.put();
  }

  difference(difference: Difference, chosen: number): void {
    [this.last, this.chosen] = [{ shown: difference, difference }, chosen];
    this.put();
  }

  /** Cells changed hands in the plan that is shown: their colours and the borders follow in place. */
  paint(cells: ArrayLike<number>): void {
    const hexagons = this.app.store.now.cells?.hexagons;
    if (!this.last || this.last.difference || !this.scene || !hexagons) return;
    const { shown } = this.last;
    const { index, texture } = this.scene.paint;
    for (let at = 0; at < cells.length; at++) [index[cells[at]], texture[cells[at]]] = fillOf(shown, cells[at]);
    this.scene.marks = marksOf(hexagons, shown, this.chosen, this.app.store.now.selected);
  }

  /** Gives the map back. */
  clear(): void {
    this.names.setVisible(false);
    this.app.view.show(null);
  }

  fit(wanted: (cell: number) => boolean): void {
    const { cells } = this.app.store.now;
    const extent = cells ? extentOf(cells.hexagons, wanted) : null;
    if (extent) this.app.view.showExtent(extent);
  }

  private put(): void {
    const state = this.app.store.now;
    if (!this.last || !state.cells) return;
    const { shown, difference } = this.last;
    this.scene = sceneOf(state, shown, difference, this.chosen);
    this.app.view.show(this.scene);
    const owner = Int16Array.from(shown.owner);
    const plan = { territories: shown.territories, owner, certificates: {} };
    showNames(this.names, { ...state, mode: "territories", branch: null, plan });
    this.names.setVisible(true);
  }
}

export function sceneOf(state: State, shown: Shown, difference: Difference | null, chosen: number): Scene {
  const hexagons = state.cells?.hexagons;
  const paint = difference ? differencePaint(difference, chosen) : planPaint(shown);
  return { paint, marks: hexagons ? marksOf(hexagons, shown, chosen, state.selected) : { borders: null, chosen: null, selected: -1 } };
}

function marksOf(hexagons: Hexagons, { owner }: Shown, chosen: number, selected: number): Scene["marks"] {
  const one = chosen < 0 ? null : bordersOf(hexagons, Uint8Array.from(owner, (each) => Number(each === chosen)));
  return { borders: bordersOf(hexagons, owner), chosen: one, selected };
}

/** Colour and texture of a cell by who has it. */
function fillOf({ territories, owner }: Shown, cell: number): [number, number] {
  const one = owner[cell];
  return one < 0 ? [COLOURS, BLANK] : [territories[one].colour % COLOURS, SOLID];
}

export function planPaint(shown: Shown): Paint {
  const colours = [...Array.from({ length: COLOURS }, (_, at) => territoryFill(at)), NO_VALUE];
  const count = shown.owner.length;
  const [index, texture] = [new Uint8Array(count), new Uint8Array(count)];
  for (let cell = 0; cell < count; cell++) [index[cell], texture[cell]] = fillOf(shown, cell);
  return { colours, index, texture, light: colours.map(isLight), dimmed: new Uint8Array(count) };
}

/** Pale where nothing changes; striped where it does, dotted where the chosen territory gives. */
export function differencePaint({ territories, owner, changed, before }: Difference, chosen: number): Paint {
  const own = Array.from({ length: COLOURS }, (_, at) => territoryColour(at));
  const colours = [...own.map((colour) => paled(colour, PALE)), ...own, GETS, GIVES, NO_VALUE];
  const [gets, gives, none] = [2 * COLOURS, 2 * COLOURS + 1, 2 * COLOURS + 2];
  const index = new Uint8Array(owner.length);
  const texture = new Uint8Array(owner.length);
  for (let cell = 0; cell < owner.length; cell++) {
    const to = owner[cell];
    const colour = to < 0 ? 0 : territories[to].colour % COLOURS;
    if (to < 0) [index[cell], texture[cell]] = [none, BLANK];
    else if (changed[cell] !== 1) [index[cell], texture[cell]] = [colour, SOLID];
    else if (chosen < 0) [index[cell], texture[cell]] = [COLOURS + colour, HATCHED];
    else if (to === chosen) [index[cell], texture[cell]] = [gets, HATCHED];
    else if (before[cell] === chosen) [index[cell], texture[cell]] = [gives, DOTTED];
    else [index[cell], texture[cell]] = [colour, SOLID];
  }
  return { colours, index, texture, light: colours.map(isLight), dimmed: new Uint8Array(owner.length) };
}
