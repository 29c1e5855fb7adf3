// Where to work next: the service's lists by branch, those that are still to come, and what of them is shown.

import type { NextCell, NextList, Problem } from "./contract.js";

export interface NextState {
  /** Whether the list is unfolded; it is asked for when it is first opened. */
  readonly open: boolean;
  /** The branch that the lists are of; undefined before anything was asked. */
  readonly branch: string | null | undefined;
  readonly lists: readonly NextList[] | null;
  readonly problem: Problem | null;
  /** Only cells whose gap rests on firm evidence; stays when the branch changes. */
  readonly firmOnly: boolean;
}

export const nothingNext: NextState = { open: false, branch: undefined, lists: null, problem: null, firmOnly: false };

type Action = (state: NextState) => NextState;

export const unfolded =
  (open: boolean): Action =>
  (state) => ({ ...state, open });

export const firmOnlyChosen =
  (firmOnly: boolean): Action =>
  (state) => ({ ...state, firmOnly });

/** Asks for the lists of a branch, or again for the same one. */
export const nextAsked =
  (branch: string | null): Action =>
  (state) => ({ ...state, branch, lists: null, problem: null });

export const nextCame =
  (branch: string | null, lists: readonly NextList[]): Action =>
  (state) =>
    state.branch === branch ? { ...state, lists } : state;

export const nextFailed =
  (branch: string | null, problem: Problem): Action =>
  (state) =>
    state.branch === branch ? { ...state, problem } : state;

/** The lists as they are shown: the filter kept, branches without a cell left out. */
export function shownLists({ lists, firmOnly }: NextState): { branch: string; cells: readonly NextCell[] }[] {
  return (lists ?? [])
    .map(({ branch_id, cells }) => ({
      branch: branch_id,
      cells: firmOnly ? cells.filter(({ evidence }) => evidence === "firm") : cells,
    }))
    .filter(({ cells }) => cells.length > 0);
}

/** Fewer cells of each while all branches are shown. */
export function nextPath(branch: string | null): string {
  return branch === null ? "/api/v1/where-next?limit=5" : `/api/v1/where-next?limit=20&branch_id=${encodeURIComponent(branch)}`;
}
