// Painting cells between grids: owners on the map's cells, and what the service does not know of yet. No document.

import { Edit, type EditGround } from "./edit.js";
import { COUNTED, type GridsState, type Totals } from "./grids.js";
import type { CellTable } from "./state.js";
import type { Operation } from "./strokes.js";

export interface Move {
  readonly from: string;
  readonly to: string;
  readonly cells: readonly string[];
}

/** Erasing gives a cell back to the grid it was in when painting began: no cell of a catchment is without a grid. */
export class GridEdit extends Edit {
  private first: Int32Array;

  constructor(ground: EditGround, weights: readonly ArrayLike<number>[], owner: Int32Array, owners: number) {
    super(ground, weights, owner, owners);
    this.first = owner.slice();
  }

  override paint(cells: Iterable<number>, to: number): number[] {
    if (to >= 0) return super.paint(cells, to);
    const given = [...cells];
    return this.assign(given, given.map((cell) => this.first[cell]));
  }

  /** The same grids as somebody else has left them: strokes can still be undone. */
  renew(owner: Int32Array): void {
    this.first = owner.slice();
    this.adopt(owner);
  }
}

type Painted = Pick<GridsState, "set" | "counts">;
type Ground = Pick<CellTable, "ids" | "position" | "hexagons">;

/** Whether both are the same grids over the same cells and figures; only who has which cell differs, and names. */
export function isSameGround(one: Painted, other: Painted): boolean {
  const kind = ({ set, counts }: Painted) =>
    JSON.stringify([set?.cells, set?.grids.map(({ id }) => id), COUNTED.map((name) => counts?.counts[name]?.values)]);
  return kind(one) === kind(other);
}

/** Grid of each cell of the map, -1 for none; null where grids have cells that the map does not show. */
export function ownersOn(ground: Ground, { set }: Painted): Int32Array | null {
  const owner = new Int32Array(ground.ids.length).fill(-1);
  for (const [at, cell] of (set?.cells ?? []).entries()) {
    const position = ground.position.get(cell);
    if (position === undefined) return null;
    owner[position] = set?.grid_index[at] ?? -1;
  }
  return owner;
}

export function editFrom(ground: Ground, state: Painted, owner: Int32Array): GridEdit {
  const at = state.set?.cells.map((cell) => ground.position.get(cell) ?? -1) ?? [];
  const weights = COUNTED.map((name) => {
    const column = new Float64Array(ground.ids.length);
    state.counts?.counts[name]?.values?.forEach((value, cell) => (column[at[cell]] = value));
    return column;
  });
  const edit = new GridEdit(ground.hexagons, weights, owner, state.set?.grids.length ?? 0);
  edit.limit = (cell) => owner[cell] >= 0;
  return edit;
}

/** Sums of a grid as it is painted at the moment. */
export function paintedTotals(edit: Edit, { counts }: Painted, grid: number): Totals {
  const sums = COUNTED.map((name, measure) => (counts?.counts[name]?.values ? edit.total(measure, grid) : null));
  const [people, households, customers, merchants] = sums;
  return { cells: edit.cells(grid), people, households, customers, merchants };
}

/** A painted stroke as the service takes it: cells by where they come from and where they go. */
export function movesOf({ cells, from, to }: Pick<Operation, "cells" | "from" | "to">): Move[] {
  const moves = new Map<string, { from: string; to: string; cells: string[] }>();
  cells.forEach((cell, at) => {
    const [left, joined] = [from[at], to[at]];
    if (left === null || joined === null) return;
    const key = `${left} ${joined}`;
    const move = moves.get(key) ?? { from: left, to: joined, cells: [] };
    move.cells.push(cell);
    moves.set(key, move);
  });
  return [...moves.values()];
}
