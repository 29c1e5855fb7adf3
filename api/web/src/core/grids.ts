// What the room of grids knows and how it changes: no document. Cells are positions in the branch's set of grids.

import { gridDisk } from "h3-js";
import type * as Api from "./api-types.js";
import type { Problem } from "./contract.js";
import type { Layer, Offered } from "./layers.js";

export type GridInfo = Pick<
  Api.GridInSet,
  "id" | "name" | "kind" | "owner_id" | "status" | "stage" | "has_boundary" | "has_border" | "cells"
>;
export type GridSet = Pick<Api.Grids, "branch_id" | "revision" | "resolution" | "cells" | "grid_index"> & {
  readonly grids: readonly GridInfo[];
};
export type GridCounts = Pick<Api.GridCounts, "counts" | "staff" | "revision">;
export type GridAfter = Api.GridAfter;
export type Preview = Pick<Api.GridPreview, "made" | "removed" | "changed" | "cells_moved" | "grids">;
export type LogEntry = Pick<Api.LogEntry, "seq" | "operation" | "actor" | "role" | "at" | "undoes" | "redoes" | "patch">;

export const COUNTED = ["people", "households", "customers", "merchants"] as const;
export type Counted = (typeof COUNTED)[number];
/** The size that a duty area should have, in households. */
export const GUIDE = { low: 500, high: 1000 } as const;
export type Totals = Readonly<Record<Counted, number | null>> & { readonly cells: number };

/** An operation as the service takes it. */
export interface Operation {
  readonly operation: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface Pending extends Operation {
  readonly preview: Preview;
}

export interface GridsState {
  readonly branch: string | null;
  readonly loading: boolean;
  readonly problem: Problem | null;
  /** Null while it is not there; `missing` says that the branch has none. */
  readonly set: GridSet | null;
  readonly missing: boolean;
  readonly position: ReadonlyMap<string, number>;
  readonly counts: GridCounts | null;
  /** Ids of the chosen grids, the one whose figures are shown first. */
  readonly chosen: readonly string[];
  readonly hexagons: boolean;
  readonly pending: Pending | null;
  readonly busy: boolean;
  readonly log: readonly LogEntry[] | null;
  /** Industry and cohort grids that are kept; null until they are known. */
  readonly offered: readonly Offered[] | null;
  /** Those that are shown, each in the place that gives it its mark; null where a place is free. */
  readonly layers: readonly (Layer | null)[];
}

export const initialGrids: GridsState = {
  branch: null,
  loading: false,
  problem: null,
  set: null,
  missing: false,
  position: new Map(),
  counts: null,
  chosen: [],
  hexagons: false,
  pending: null,
  busy: false,
  log: null,
  offered: null,
  layers: [],
};

export type GridsAction = (state: GridsState) => GridsState;

export const branchEntered =
  (branch: string): GridsAction =>
  ({ hexagons }) => ({ ...initialGrids, hexagons, branch, loading: true });

/** A set that came, also after an edit: what was chosen stays chosen where it is still there, and what is tried as long as nothing was done. */
export const setLoaded =
  (set: GridSet, counts: GridCounts): GridsAction =>
  (state) => {
    // Answers may come in another order than they were given.
    if (state.branch !== set.branch_id || set.revision < (state.set?.revision ?? 0)) return state;
    const known = new Set(set.grids.map(({ id }) => id));
    return {
      ...state,
      set,
      counts,
      loading: false,
      missing: false,
      problem: null,
      position: new Map(set.cells.map((cell, at) => [cell, at])),
      chosen: state.chosen.filter((id) => known.has(id)),
      pending: state.set?.revision === set.revision ? state.pending : null,
    };
  };

export const setMissing =
  (branch: string): GridsAction =>
  (state) =>
    state.branch === branch
      ? { ...initialGrids, hexagons: state.hexagons, offered: state.offered, branch, missing: true }
      : state;

export const problemMet =
  (problem: Problem): GridsAction =>
  (state) => ({ ...state, problem, loading: false, busy: false });

export const problemForgotten = (): GridsAction => (state) => (state.problem ? { ...state, problem: null } : state);

export const busyNow =
  (busy: boolean): GridsAction =>
  (state) => ({ ...state, busy, problem: busy ? null : state.problem });

/** `more` adds to what is chosen, or takes it out again. */
export const gridChosen =
  (id: string, more: boolean): GridsAction =>
  (state) => {
    if (!state.set?.grids.some((grid) => grid.id === id)) return state;
    if (!more) return state.chosen.length === 1 && state.chosen[0] === id ? state : { ...state, chosen: [id] };
    const without = state.chosen.filter((one) => one !== id);
    return { ...state, chosen: without.length < state.chosen.length ? without : [...state.chosen, id] };
  };

export const nothingChosen = (): GridsAction => (state) => (state.chosen.length ? { ...state, chosen: [] } : state);

export const hexagonsSwitched =
  (hexagons: boolean): GridsAction =>
  (state) => ({ ...state, hexagons });

export const previewed =
  (pending: Pending): GridsAction =>
  (state) => ({ ...state, pending, busy: false, problem: null });

export const previewDropped = (): GridsAction => (state) => (state.pending ? { ...state, pending: null } : state);

export const logLoaded =
  (log: readonly LogEntry[] | null): GridsAction =>
  (state) => ({ ...state, log });

/** Cells that were painted and saved; grids are counted anew. */
export const cellsPainted =
  (moves: readonly { readonly to: string; readonly cells: readonly string[] }[], revision: number): GridsAction =>
  (state) => {
    if (!state.set) return state;
    const index = [...state.set.grid_index];
    for (const { to, cells } of moves) {
      const target = state.set.grids.findIndex(({ id }) => id === to);
      for (const cell of cells) index[state.position.get(cell) ?? -1] = target;
    }
    const held = state.set.grids.map(() => 0);
    for (const grid of index) held[grid] += 1;
    const now = state.set.grids.map((grid, at) => ({ ...grid, cells: held[at] }));
    return { ...state, set: { ...state.set, grid_index: index, grids: now, revision } };
  };

/** The grid whose figures are shown. */
export function chosenGrid(state: GridsState): GridInfo | undefined {
  return state.set?.grids.find(({ id }) => id === state.chosen[0]);
}

/** Sums of each grid of the set; a measure that is not known is null. */
export function totalsOf(set: GridSet, counts: GridCounts | null): Totals[] {
  const sums = COUNTED.map((name) => sumsOf(set.grid_index, counts?.counts[name]?.values, set.grids.length));
  return set.grids.map(({ cells }, at) => totalsFrom(cells, sums.map((sum) => sum?.[at] ?? null)));
}

function sumsOf(owner: readonly number[], values: readonly number[] | null | undefined, owners: number): Float64Array | null {
  if (!values || values.length !== owner.length) return null;
  const sums = new Float64Array(owners);
  owner.forEach((grid, cell) => (sums[grid] = sums[grid] + values[cell]));
  return sums;
}

/** Sums over some cells of the set, by position. */
export function totalsOver(state: Pick<GridsState, "counts">, cells: readonly number[]): Totals {
  const sums = COUNTED.map((name) => {
    const values = state.counts?.counts[name]?.values;
    return values ? cells.reduce((sum, cell) => sum + (values[cell] ?? 0), 0) : null;
  });
  return totalsFrom(cells.length, sums);
}

export function positionsOf(state: Pick<GridsState, "position">, cells: readonly string[]): number[] {
  return cells.flatMap((cell) => state.position.get(cell) ?? []);
}

function totalsFrom(cells: number, [people, households, customers, merchants]: (number | null)[]): Totals {
  return { cells, people, households, customers, merchants };
}

/** A typed list with one of its texts put in the place of another; what stands between its texts stays. */
export function listWith(list: string, given: string, text: string): string {
  const parts = list.split(/([、，,;；\t\r\n]+)/);
  if (parts.every((part) => part.trim() !== given)) return list.replace(given, () => text);
  return parts.map((part) => (part.trim() === given ? text : part)).join("");
}

/** Lines of a typed list that say something; the service takes them apart further. */
export const linesOf = (list: string) => list.split("\n").map((one) => one.trim()).filter(Boolean);

export type Size = "below" | "within" | "above";

/** Where a number of households lies against the guide. */
export function sizeOf(households: number | null): Size | null {
  if (households === null) return null;
  return households < GUIDE.low ? "below" : households > GUIDE.high ? "above" : "within";
}

/** A colour number for each grid, such that grids that touch differ wherever `colours` are enough for that. */
export function coloursOf(set: GridSet, colours: number): number[] {
  const touching = neighbours(set);
  const chosen: number[] = new Array<number>(set.grids.length).fill(-1);
  set.grids.forEach((_, grid) => {
    const taken = new Set([...touching[grid]].map((other) => chosen[other]));
    const free = Array.from({ length: colours }, (_unused, step) => (grid + step) % colours).find((one) => !taken.has(one));
    chosen[grid] = free ?? grid % colours;
  });
  return chosen;
}

function neighbours(set: GridSet): Set<number>[] {
  const owner = new Map(set.cells.map((cell, at) => [cell, set.grid_index[at]]));
  const touching = set.grids.map(() => new Set<number>());
  set.cells.forEach((cell, at) => {
    const mine = set.grid_index[at];
    for (const other of gridDisk(cell, 1)) {
      const theirs = owner.get(other);
      if (theirs !== undefined && theirs !== mine) touching[mine]?.add(theirs);
    }
  });
  return touching;
}

/** What a grid may become next, besides what it is. */
export const NEXT_STATUS: Readonly<Record<string, readonly string[]>> = {
  draft: ["review"],
  review: ["live", "draft"],
  live: ["draft"],
};

interface LoggedGrid {
  readonly id: string;
  readonly before: { readonly name?: string } | null;
  readonly after: { readonly name?: string; readonly status?: string; readonly owner_id?: string | null } | null;
}

/** Names of the grids that an entry of the log is about; as they are called now where the entry does not say, else the id. */
export function namesIn({ patch }: Pick<LogEntry, "patch">, now: readonly Pick<GridInfo, "id" | "name">[]): string[] {
  const logged = (patch["grids"] ?? []) as readonly LoggedGrid[];
  const named = (id: string) => now.find((grid) => grid.id === id)?.name ?? id;
  // Painting changes no grid, it moves cells between some.
  if (!logged.length) return ((patch["names"] ?? []) as readonly string[]).map(named);
  return logged.map(({ id, before, after }) => {
    const [old, fresh] = [before?.name, after?.name];
    return old !== undefined && fresh !== undefined && old !== fresh ? `${old} → ${fresh}` : (fresh ?? old ?? named(id));
  });
}

/** What an entry of the log set, of every grid the same: a status or an owner. */
export function setIn({ operation, patch }: Pick<LogEntry, "operation" | "patch">): { status?: string; owner_id?: string | null } {
  const after = ((patch["grids"] ?? []) as readonly LoggedGrid[])[0]?.after;
  return (operation === "status" || operation === "owner") && after ? after : {};
}
