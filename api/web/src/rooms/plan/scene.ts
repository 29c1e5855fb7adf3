// What the map shows in the planner's room: a plan, or two of them as one map of what changes hands or as two maps.

import { mark, type Focus, type Owned, type TwoPlans } from "../../core/compared.js";
import { extentOf } from "../../core/hexagons.js";
import type { Territory } from "../../core/contract.js";
import { NO_VALUE, isLight, paled, territoryColour } from "../../core/palette.js";
import { catalogue } from "../../core/i18n.js";
import type { State } from "../../core/state.js";
import { BLANK, DOTTED, HATCHED, SOLID, territoryFill, type Paint } from "../../map/cellPaint.js";
import { overlay, showNames, type Overlay } from "../../map/overlays.js";
import type { Twin } from "../../map/twin.js";
import type { Scene } from "../../map/view.js";
import type { App } from "../room.js";
import { holder } from "./names.js";

/** PuOr by Cynthia Brewer (colorbrewer2.org): gains and losses of one territory. */
export const GETS = "#8073ac";
export const GIVES = "#e08214";
const PALE = 0.85;
/** Colours that territories are counted in; more territories than that share them, apart on the map. */
const COLOURS = 8;

export type Shown = Owned<Territory>;
export type Two = TwoPlans<Territory>;

/** What the map is asked to show. `chosen` is a territory, -1 for none; `focus` are cells that stand out. */
export type Look =
  | { readonly kind: "plan"; readonly shown: Shown; readonly chosen: number }
  | { readonly kind: "difference"; readonly shown: Two; readonly chosen: number; readonly focus: Focus | null }
  | { readonly kind: "both"; readonly shown: Two; readonly focus: Focus | null; readonly twin: Twin };

export class Scenery {
  private readonly names: Overlay = overlay(8, true);
  private readonly app: App;
  private look: Look | null = null;
  private scene: Scene | null = null;
  /** The other plan's, on the map beside. */
  private beside: Scene | null = null;

  constructor(app: App) {
    this.app = app;
    this.names.setVisible(false);
    app.view.add(this.names);
    app.store.watch((state) => [state.selected], () => this.look && this.names.getVisible() && this.put());
  }

  show(look: Look): void {
    this.look = look;
    this.put();
  }

  /** Cells changed hands in the plan that is shown: their colours and the borders follow in place. */
  paint(cells: ArrayLike<number>): void {
    const { look, scene, beside } = this;
    if (!look || !scene) return;
    for (let at = 0; at < cells.length; at++) {
      const cell = cells[at];
      if (look.kind !== "plan") mark(look.shown, cell);
      [scene.paint.index[cell], scene.paint.texture[cell]] = fillOf(look, cell);
      if (look.kind === "both" && beside) [beside.paint.index[cell], beside.paint.texture[cell]] = sideFill(look.shown, look.shown.before, cell);
    }
    if (look.kind === "both") look.twin.repaint(Array.from(cells));
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
    const { look } = this;
    if (!look || !state.cells) return;
    this.scene = sceneOf(state, look);
    this.app.view.show(this.scene);
    nameOwners(this.names, state, look.shown.territories, look.shown.owner);
    this.names.setVisible(true);
    if (look.kind !== "both") return;
    this.beside = besideOf(state, look);
    look.twin.show(this.beside);
    nameOwners(look.twin.names, state, look.shown.territories, look.shown.before);
  }
}

function nameOwners(names: Overlay, state: State, territories: readonly Territory[], owner: ArrayLike<number>): void {
  const plan = { territories, owner: Int16Array.from(owner), certificates: {} };
  showNames(names, { ...state, mode: "territories", branch: null, plan });
}

export function sceneOf(state: State, look: Look): Scene {
  const { territories, owner } = look.shown;
  const words = catalogue(state.language);
  const of = (cell: number) => (owner[cell] < 0 ? "" : holder(words, territories[owner[cell]]));
  return { paint: paintOf(look), marks: marksOf(state, look, owner), told: { head: (w) => w.tableScenario, of } };
}

/** The other plan as the second map shows it. */
function besideOf(state: State, look: Look & { kind: "both" }): Scene {
  const { shown } = look;
  const paint = filled(CHANGING, shown.before.length, (cell) => sideFill(shown, shown.before, cell));
  return { paint, marks: marksOf(state, look, shown.before) };
}

/** Borders are drawn from owners as they are at the moment: nothing is worked out while somebody paints. */
function marksOf({ selected }: State, look: Look, owner: ArrayLike<number>): Scene["marks"] {
  const around = look.kind === "plan" ? null : look.kind === "both" ? (look.focus ?? look.shown.changed) : look.focus;
  return { borders: null, chosen: null, selected, live: { owner, chosen: look.kind === "both" ? -1 : look.chosen, around } };
}

type Fill = readonly [colour: number, texture: number];
type Palette = readonly string[];

const PLAIN: Palette = [...Array.from({ length: COLOURS }, (_, at) => territoryFill(at)), NO_VALUE];
const OWN = Array.from({ length: COLOURS }, (_, at) => territoryColour(at));
/** Pale where nothing changes, then as they are, then gains and losses, then nobody's. */
const CHANGING: Palette = [...OWN.map((colour) => paled(colour, PALE)), ...OWN, GETS, GIVES, NO_VALUE];
const [GETTING, GIVING, NONE] = [2 * COLOURS, 2 * COLOURS + 1, 2 * COLOURS + 2];

function fillOf(look: Look, cell: number): Fill {
  if (look.kind === "plan") return ownerFill(look.shown, cell);
  return look.kind === "both" ? sideFill(look.shown, look.shown.owner, cell) : differenceFill(look.shown, look.chosen, cell);
}

/** Colour and texture of a cell by who has it. */
function ownerFill({ territories, owner }: Shown, cell: number): Fill {
  const one = owner[cell];
  return one < 0 ? [COLOURS, BLANK] : [territories[one].colour % COLOURS, SOLID];
}

/** On either of two maps: striped in the colour of who has it there where it changes hands, pale elsewhere. */
function sideFill({ territories, changed }: Two, owner: ArrayLike<number>, cell: number): Fill {
  const one = owner[cell];
  const moves = changed[cell] === 1;
  if (one < 0) return [NONE, moves ? HATCHED : BLANK];
  const colour = territories[one].colour % COLOURS;
  return moves ? [COLOURS + colour, HATCHED] : [colour, SOLID];
}

/** On one map: striped where it changes hands, dotted where the chosen territory gives. */
function differenceFill(two: Two, chosen: number, cell: number): Fill {
  if (chosen < 0 || two.changed[cell] !== 1) return sideFill(two, two.owner, cell);
  if (two.owner[cell] === chosen) return [GETTING, HATCHED];
  if (two.before[cell] === chosen) return [GIVING, DOTTED];
  return two.owner[cell] < 0 ? [NONE, BLANK] : [two.territories[two.owner[cell]].colour % COLOURS, SOLID];
}

export function paintOf(look: Look): Paint {
  return filled(look.kind === "plan" ? PLAIN : CHANGING, look.shown.owner.length, (cell) => fillOf(look, cell));
}

function filled(colours: Palette, count: number, fill: (cell: number) => Fill): Paint {
  const [index, texture] = [new Uint8Array(count), new Uint8Array(count)];
  for (let cell = 0; cell < count; cell++) [index[cell], texture[cell]] = fill(cell);
  return { colours, index, texture, light: colours.map(isLight), dimmed: new Uint8Array(count) };
}
