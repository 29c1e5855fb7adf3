// Larger hexagons in place of the cells, where more cells are in view than can be told apart or drawn in time.

import { cellToParent } from "h3-js";
import type { MeasureColumn } from "./contract.js";
import { hexagonsFromCells } from "./hexagons.js";
import type { CellTable, Plan, State } from "./state.js";

/** With more cells in view their parents are drawn. */
export const MOST_IN_VIEW = 20_000;
export const MOST_LEVELS = 3;

export interface Parents {
  readonly table: CellTable;
  /** Position of the parent of each cell. */
  readonly of: Int32Array;
  /** Cells of each parent. */
  readonly size: Int32Array;
}

const kept = new WeakMap<CellTable, Map<number, Parents>>();

/** The parents some levels above the cells of a table; made once for each table. */
export function parentsOf(cells: CellTable, levels: number): Parents {
  const known = kept.get(cells) ?? new Map<number, Parents>();
  kept.set(cells, known);
  const found = known.get(levels) ?? makeParents(cells, levels);
  known.set(levels, found);
  return found;
}

function makeParents(cells: CellTable, levels: number): Parents {
  const resolution = cells.resolution - levels;
  const position = new Map<string, number>();
  const of = Int32Array.from(cells.ids, (id) => {
    const parent = cellToParent(id, resolution);
    const at = position.get(parent) ?? position.size;
    position.set(parent, at);
    return at;
  });
  const ids = [...position.keys()];
  const size = new Int32Array(ids.length);
  for (const at of of) size[at] = size[at] + 1;
  const branch = Int16Array.from(mostOf(of, cells.branch, ids.length));
  const table = { ...cells, resolution, ids, position, branch, hexagons: hexagonsFromCells(ids) };
  return { table, of, size };
}

/** The value that most cells of each parent have; of equally many the one met first. */
function mostOf(of: Int32Array, values: Int16Array, count: number): number[] {
  const counts = Array.from({ length: count }, () => new Map<number, number>());
  of.forEach((at, cell) => counts[at].set(values[cell], (counts[at].get(values[cell]) ?? 0) + 1));
  return counts.map((found) => [...found].reduce((best, one) => (one[1] > best[1] ? one : best), [-1, 0] as [number, number])[0]);
}

interface Rolled {
  readonly means: MeasureColumn;
  readonly sums: readonly (number | null)[];
}

const rolled = new WeakMap<MeasureColumn, Rolled & { readonly parents: Parents }>();

/**
 * Sums and means of a column by parent. Cells without a value count in neither; a parent with a hidden cell is hidden,
 * since what the others add up to would be taken for all of it. Evidence is that of most cells with a value.
 */
export function byParent(column: MeasureColumn, parents: Parents): Rolled {
  const known = rolled.get(column);
  if (known?.parents === parents) return known;
  const made = { parents, ...rollUp(column, parents) };
  rolled.set(column, made);
  return made;
}

function rollUp(column: MeasureColumn, { of, size }: Parents): Rolled {
  const count = size.length;
  const [sum, known] = [new Float64Array(count), new Int32Array(count)];
  const poor = new Int32Array(count);
  const reasons: NonNullable<MeasureColumn["reasons"]> = new Array(count).fill(null);
  of.forEach((at, cell) => {
    const value = column.values[cell] ?? null;
    const reason = column.reasons?.[cell] ?? null;
    if (reason) reasons[at] = reason;
    if (value === null) return;
    sum[at] = sum[at] + value;
    known[at] = known[at] + 1;
    const evidence = column.evidence?.[cell] ?? "firm";
    if (evidence !== "firm") poor[at] = poor[at] + 1;
  });
  const some = (at: number) => known[at] > 0 && reasons[at] === null;
  const sums = Array.from(sum, (value, at) => (some(at) ? value : null));
  const values = sums.map((value, at) => (value === null ? null : value / known[at]));
  const evidence = column.evidence && values.map((value, at) => (value === null ? null : 2 * poor[at] > known[at] ? "weak" : "firm"));
  return { means: { values, low: null, high: null, evidence, reasons: column.reasons && reasons, breaks: column.breaks }, sums };
}

/** The state with parents in the place of cells: each shows the mean of its cells, and belongs to who has most of them. */
export function coarser(state: State, levels: number): State {
  if (!state.cells) return state;
  const parents = parentsOf(state.cells, levels);
  const means = (column: MeasureColumn) => byParent(column, parents).means;
  const column = state.columns.get(state.measure);
  const { pair, past, plan } = state;
  return {
    ...state,
    cells: parents.table,
    columns: new Map(column ? [[state.measure, means(column)]] : []),
    pair: pair?.columns ? { ...pair, columns: [means(pair.columns[0]), means(pair.columns[1])] } : pair,
    past: past?.column ? { ...past, column: means(past.column) } : past,
    plan: plan && ownersOf(plan, parents),
  };
}

function ownersOf(plan: Plan, { of, size }: Parents): Plan {
  return { ...plan, owner: Int16Array.from(mostOf(of, plan.owner, size.length)) };
}
