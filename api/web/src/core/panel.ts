// The details of the selected cell, and how a figure of it came about.

import type { CellDetail, Explained, Problem } from "./contract.js";
import type { Action } from "./state.js";

/** The details panel; `body` comes later than the panel opens. */
export interface Panel {
  readonly cell: string;
  readonly body: CellDetail | null;
  readonly problem: Problem | null;
}

/** How the figure of the panel's cell came about, for the measure that is shown. */
export interface Reasons {
  readonly cell: string;
  readonly measure: string;
  readonly body: Explained | null;
  readonly problem: Problem | null;
}

export const panelOpened = (): Action => (state) => {
  const cell = state.cells?.ids[state.selected];
  if (cell === undefined || state.panel?.cell === cell) return state;
  return { ...state, panel: { cell, body: null, problem: null } };
};

export const panelFilled =
  (body: CellDetail): Action =>
  (state) =>
    state.panel?.cell === body.cell ? { ...state, panel: { cell: body.cell, body, problem: null } } : state;

export const panelFailed =
  (cell: string, problem: Problem): Action =>
  (state) => {
    if (problem.status === 401) return { ...state, phase: "signedOut", problem };
    return state.panel?.cell === cell ? { ...state, panel: { cell, body: null, problem } } : state;
  };

/** The reasons of a figure are on their way; null closes them. */
export const reasonsAsked =
  (cell: string | null, measure: string): Action =>
  (state) => {
    if (cell === null) return state.reasons ? { ...state, reasons: null } : state;
    return { ...state, reasons: { cell, measure, body: null, problem: null } };
  };

export const reasonsFilled =
  (cell: string, measure: string, body: Explained | null, problem: Problem | null): Action =>
  (state) => {
    if (problem?.status === 401) return { ...state, phase: "signedOut", problem };
    const still = state.reasons?.cell === cell && state.reasons.measure === measure;
    return still ? { ...state, reasons: { cell, measure, body, problem } } : state;
  };

export const panelClosed = (): Action => (state) => (state.panel ? { ...state, panel: null } : state);
