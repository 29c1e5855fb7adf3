// What each cell is filled with, worked out once a change and not once a frame.

import type { MeasureColumn } from "../core/contract.js";
import { classColours, classOf } from "../core/classes.js";
import { HIDDEN_VALUE, NO_VALUE, isLight, pairColours, paled, territoryColour } from "../core/palette.js";
import { pairClass, shownColumn, shownPair, showsDifference } from "../core/shown.js";
import { inChosenBranch, type State } from "../core/state.js";

export const SOLID = 0;
export const HATCHED = 1;
export const DOTTED = 2;
export const BLANK = 3;
export const HIDDEN = 4;

export interface Paint {
  /** Colours that `index` points into. */
  readonly colours: readonly string[];
  readonly index: Uint8Array;
  /** SOLID, HATCHED (weak evidence), DOTTED (no evidence), BLANK (no value) or HIDDEN (not for this reader). */
  readonly texture: Uint8Array;
  /** Whether lines over the colour must be dark to be seen. */
  readonly light: readonly boolean[];
  readonly dimmed: Uint8Array;
}

/** How much of a colour is taken away where there is no evidence. */
export const NO_EVIDENCE_PALE = 0.6;
export const TERRITORY_PALE = 0.4;

export function territoryFill(colour: number): string {
  return paled(territoryColour(colour), TERRITORY_PALE);
}

export function paintFrom(state: State): Paint {
  const count = state.cells?.ids.length ?? 0;
  const texture = new Uint8Array(count);
  const index = new Uint8Array(count);
  const colours = state.mode === "scores" ? paintScores(state, index, texture) : paintOwners(state, index, texture);
  const inside = inChosenBranch(state);
  const dimmed = Uint8Array.from({ length: count }, (_, cell) => (inside(cell) ? 0 : 1));
  return { colours, index, texture, light: colours.map(isLight), dimmed };
}

/** Colours are the classes, then the same paled for cells without evidence, then the one for no value. */
function paintScores(state: State, index: Uint8Array, texture: Uint8Array): string[] {
  const pair = shownPair(state);
  if (pair) return paintPair(pair, index, texture);
  const column = shownColumn(state);
  if (!column) return [NO_VALUE];
  const classes = classColours(column, showsDifference(state));
  const colours = [...classes, ...classes.map((colour) => paled(colour, NO_EVIDENCE_PALE)), HIDDEN_VALUE, NO_VALUE];
  for (let cell = 0; cell < index.length; cell++) {
    const value = column.values[cell] ?? null;
    const evidence = column.evidence?.[cell] ?? null;
    const at = value === null ? 0 : classOf(column.breaks, value);
    if (value === null && column.reasons?.[cell]) [index[cell], texture[cell]] = [colours.length - 2, HIDDEN];
    else if (value === null) [index[cell], texture[cell]] = [colours.length - 1, BLANK];
    else if (evidence === "none") [index[cell], texture[cell]] = [classes.length + at, DOTTED];
    else [index[cell], texture[cell]] = [at, evidence === "weak" ? HATCHED : SOLID];
  }
  return colours;
}

function paintPair(pair: readonly [MeasureColumn, MeasureColumn], index: Uint8Array, texture: Uint8Array): string[] {
  const colours = [...pairColours(), HIDDEN_VALUE, NO_VALUE];
  for (let cell = 0; cell < index.length; cell++) {
    const at = pairClass(pair, cell);
    const poor = pair.some(({ evidence }) => evidence?.[cell] === "weak" || evidence?.[cell] === "none");
    if (at !== null) [index[cell], texture[cell]] = [at, poor ? HATCHED : SOLID];
    else if (pair.some(({ reasons }) => reasons?.[cell])) [index[cell], texture[cell]] = [colours.length - 2, HIDDEN];
    else [index[cell], texture[cell]] = [colours.length - 1, BLANK];
  }
  return colours;
}

function paintOwners(state: State, index: Uint8Array, texture: Uint8Array): string[] {
  const territories = state.plan?.territories ?? [];
  const colours = [...territories.map(({ colour }) => territoryFill(colour)), NO_VALUE];
  for (let cell = 0; cell < index.length; cell++) {
    const owner = state.plan?.owner[cell] ?? -1;
    index[cell] = owner < 0 ? colours.length - 1 : owner;
    texture[cell] = owner < 0 ? BLANK : SOLID;
  }
  return colours;
}
