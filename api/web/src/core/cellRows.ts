// Which cells a table shows, and in which order; the same cells, values and classes as on the map.

import { classOf } from "./classes.js";
import type { Evidence } from "./contract.js";
import { shownColumn } from "./shown.js";
import { inChosenBranch, type State } from "./state.js";

export const SORTS = ["cell", "branch", "territory", "value", "class", "evidence"] as const;
export type Sort = (typeof SORTS)[number];
export const ROWS_A_PAGE = 50;
const EVIDENCE: readonly (Evidence | null)[] = [null, "none", "weak", "firm"];

export interface Rows {
  /** Position in the plan, -1 for cells without a territory, null for all. */
  readonly territory: number | null;
  /** Class of the measure that is shown, -1 for cells without a value, null for all. */
  readonly class: number | null;
  readonly evidence: Evidence | null;
  readonly sort: Sort;
  readonly descending: boolean;
  readonly page: number;
}

export const ALL_ROWS: Rows = { territory: null, class: null, evidence: null, sort: "value", descending: true, page: 0 };

/** Class of a cell's value of the measure that is shown; -1 where it has none. */
export function classOfCell(state: State, cell: number): number {
  const column = shownColumn(state);
  const value = column?.values[cell] ?? null;
  return !column || value === null ? -1 : classOf(column.breaks, value);
}

/** Positions of the cells that pass the filters and lie in the chosen branch, in the order asked for. */
export function rowsOf(state: State, rows: Rows): Int32Array {
  const inside = inChosenBranch(state);
  const column = shownColumn(state);
  const passes = (cell: number) =>
    inside(cell) &&
    (rows.territory === null || (state.plan?.owner[cell] ?? -1) === rows.territory) &&
    (rows.class === null || classOfCell(state, cell) === rows.class) &&
    (rows.evidence === null || column?.evidence?.[cell] === rows.evidence);
  const found = Int32Array.from({ length: state.cells?.ids.length ?? 0 }, (_, cell) => cell).filter(passes);
  const rank = ranks(state, rows.sort);
  const way = rows.descending ? -1 : 1;
  // What has no rank comes last in both ways; cells of one rank keep the order of the ground.
  return found.sort((a, b) => {
    const [x, y] = [rank[a], rank[b]];
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) return a - b;
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    return way * (x - y);
  });
}

/** What cells are sorted by, one number a cell; NaN where there is nothing to sort by. */
function ranks(state: State, sort: Sort): Float64Array {
  const { cells, plan } = state;
  const column = shownColumn(state);
  const by: Record<Sort, (cell: number) => number> = {
    cell: (cell) => cell,
    branch: (cell) => cells?.branch[cell] ?? NaN,
    territory: (cell) => known(plan?.owner[cell] ?? -1),
    value: (cell) => column?.values[cell] ?? NaN,
    class: (cell) => known(classOfCell(state, cell)),
    evidence: (cell) => known(EVIDENCE.indexOf(column?.evidence?.[cell] ?? null) - 1),
  };
  return Float64Array.from({ length: cells?.ids.length ?? 0 }, (_, cell) => by[sort](cell));
}

const known = (at: number) => (at < 0 ? NaN : at);

/** Sorts by another column, or turns the order of the same one. */
export function sortedBy(rows: Rows, sort: Sort): Rows {
  return { ...rows, sort, descending: rows.sort === sort ? !rows.descending : sort === "value", page: 0 };
}

export const pagesOf = (count: number): number => Math.max(1, Math.ceil(count / ROWS_A_PAGE));

/** The page that holds a cell; the one that is shown where the filters leave the cell out. */
export function pageWith(order: Int32Array, cell: number, shown: number): number {
  const at = cell < 0 ? -1 : order.indexOf(cell);
  return at < 0 ? Math.min(shown, pagesOf(order.length) - 1) : Math.floor(at / ROWS_A_PAGE);
}
