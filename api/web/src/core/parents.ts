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

/**
 * What the mean of a measure over several cells is weighted by. A share is its numerator over its denominator (top over
 * bottom); without a top it is the mean weighted by the bottom. Null: every cell counts alike.
 */
export interface Weights {
  readonly top: MeasureColumn | null;
  readonly bottom: MeasureColumn;
}

/** The columns that means of the shown measures need, those that are not here yet. */
export function columnsMissing(state: State): string[] {
  const shown = state.pair ? [state.pair.first, state.pair.second] : [state.measure];
  const infos = state.measures.filter(({ id }) => shown.includes(id));
  const needed = infos.flatMap(({ kind, numerator, weight }) => (weight === null ? [] : [weight, ...(kind === "share" && numerator ? [numerator] : [])]));
  return [...new Set(needed)].filter((id) => !state.columns.has(id));
}

/** `ofToday`: whether the values are those of today, as the columns are; undefined while the weights are not here. */
export function weightsOf({ measures, columns }: State, measure: string, ofToday: boolean): Weights | null | undefined {
  const info = measures.find(({ id }) => id === measure);
  if (!info || info.weight === null) return null;
  const bottom = columns.get(info.weight);
  const top = (info.kind === "share" && ofToday && info.numerator !== null && columns.get(info.numerator)) || null;
  return bottom && { top, bottom };
}

const rolled = new WeakMap<MeasureColumn, Rolled & { readonly parents: Parents; readonly weights: Weights | null }>();

/**
 * Sums and means of a column by parent, the means weighted. Cells without a value count in neither; a parent with a hidden cell is hidden,
 * since what the others add up to would be taken for all of it. Evidence is that of most cells with a value.
 */
export function byParent(column: MeasureColumn, parents: Parents, weights: Weights | null = null): Rolled {
  const known = rolled.get(column);
  const same = known?.parents === parents && known.weights?.top === weights?.top && known.weights?.bottom === weights?.bottom;
  if (known && same) return known;
  const made = { parents, weights, ...rollUp(column, parents, weights) };
  rolled.set(column, made);
  return made;
}

function rollUp(column: MeasureColumn, { of, size }: Parents, weights: Weights | null): Rolled {
  const count = size.length;
  const [above, below] = [new Float64Array(count), new Float64Array(count)];
  const [sum, known] = [new Float64Array(count), new Int32Array(count)];
  const poor = new Int32Array(count);
  const reasons: NonNullable<MeasureColumn["reasons"]> = new Array(count).fill(null);
  of.forEach((at, cell) => {
    const value = column.values[cell] ?? null;
    const reason = column.reasons?.[cell] ?? null;
    if (reason) reasons[at] = reason;
    if (value === null) return;
    sum[at] = sum[at] + value;
    const weight = weights ? weights.bottom.values[cell] : 1;
    const part = weights?.top ? weights.top.values[cell] : value * (weight ?? 0);
    if (weight !== null && part !== null) [above[at], below[at]] = [above[at] + part, below[at] + weight];
    known[at] = known[at] + 1;
    const evidence = column.evidence?.[cell] ?? "firm";
    if (evidence !== "firm") poor[at] = poor[at] + 1;
  });
  const some = (at: number) => known[at] > 0 && reasons[at] === null;
  const sums = Array.from(sum, (value, at) => (some(at) ? value : null));
  const values = sums.map((value, at) => (value === null || !(below[at] > 0) ? null : above[at] / below[at]));
  const evidence = column.evidence && values.map((value, at) => (value === null ? null : 2 * poor[at] > known[at] ? "weak" : "firm"));
  return { means: { values, low: null, high: null, evidence, reasons: column.reasons && reasons, breaks: column.breaks }, sums };
}

/**
 * The state with parents in the place of cells: each shows the mean of its cells, and belongs to who has most of them.
 * While what a mean is weighted by is not here, a parent has no value: a plain mean would be another figure.
 */
export function coarser(state: State, levels: number): State {
  if (!state.cells) return state;
  const parents = parentsOf(state.cells, levels);
  const means = (column: MeasureColumn, measure: string, ofToday = true): MeasureColumn => {
    const weights = weightsOf(state, measure, ofToday);
    return weights === undefined ? nothingOf(column, parents) : byParent(column, parents, weights).means;
  };
  const column = state.columns.get(state.measure);
  const { pair, past, plan } = state;
  return {
    ...state,
    cells: parents.table,
    columns: new Map(column ? [[state.measure, means(column, state.measure)]] : []),
    pair: pair?.columns ? { ...pair, columns: [means(pair.columns[0], pair.first), means(pair.columns[1], pair.second)] } : pair,
    past: past?.column ? { ...past, column: means(past.column, state.measure, false) } : past,
    plan: plan && ownersOf(plan, parents),
  };
}

function nothingOf(column: MeasureColumn, { size }: Parents): MeasureColumn {
  const values = new Array<null>(size.length).fill(null);
  return { values, low: null, high: null, evidence: null, reasons: null, breaks: column.breaks };
}

function ownersOf(plan: Plan, { of, size }: Parents): Plan {
  return { ...plan, owner: Int16Array.from(mostOf(of, plan.owner, size.length)) };
}
