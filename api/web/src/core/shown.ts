// What the map shows of the scores besides one measure as it is today: two measures at once, or an earlier publication.

import { problemFrom, type Read } from "./api.js";
import { classOf } from "./classes.js";
import type { CellColumns, MeasureColumn, Problem, PublicationLine } from "./contract.js";
import type { Action, CellTable, State } from "./state.js";
import type { Store } from "./store.js";

/** Two measures in three classes each; columns are null while they are on their way. */
export interface Pair {
  readonly first: string;
  readonly second: string;
  readonly columns: readonly [MeasureColumn, MeasureColumn] | null;
}

/** An earlier publication, in the classes of today, or what has changed since. */
export interface Past {
  readonly publication: number;
  readonly measure: string;
  readonly difference: boolean;
  readonly column: MeasureColumn | null;
}

export const PAIR_CLASSES = 3;

export const pairChosen =
  (second: string | null): Action =>
  (state) => {
    if (second === (state.pair?.second ?? null)) return state;
    const pair = second === null ? null : { first: state.measure, second, columns: null };
    return { ...state, pair, past: null, mode: "scores" };
  };

export const pairLoaded =
  (first: string, second: string, columns: readonly [MeasureColumn, MeasureColumn]): Action =>
  (state) =>
    state.pair?.second === second && state.measure === first ? { ...state, pair: { first, second, columns } } : state;

export const pastChosen =
  (publication: number | null): Action =>
  (state) => {
    if (publication === (state.past?.publication ?? null)) return state;
    const difference = state.past?.difference ?? false;
    const past = publication === null ? null : { publication, measure: state.measure, difference, column: null };
    return { ...state, past, pair: null, mode: "scores" };
  };

export const differenceChosen =
  (difference: boolean): Action =>
  (state) =>
    state.past ? { ...state, past: { ...state.past, difference } } : state;

export const pastLoaded =
  (publication: number, measure: string, column: MeasureColumn): Action =>
  (state) => {
    if (state.past?.publication !== publication || state.measure !== measure) return state;
    return { ...state, past: { ...state.past, measure, column } };
  };

/** What could not be had is not waited for: the map goes back to one measure of today. */
export const shownFailed =
  (problem: Problem): Action =>
  (state) => {
    if (problem.status === 401) return { ...state, phase: "signedOut", problem };
    return { ...state, pair: null, past: null, measureProblem: problem };
  };

/** The two measures that are shown, null while one is or they are still to come. */
export function shownPair({ pair, measure }: State): readonly [MeasureColumn, MeasureColumn] | null {
  return pair?.first === measure ? pair.columns : null;
}

const made = new WeakMap<MeasureColumn, { now: MeasureColumn; difference: boolean; column: MeasureColumn }>();

/** The column that the map is coloured by: today's, an earlier one in today's classes, or what has changed. */
export function shownColumn({ columns, measure, past }: State): MeasureColumn | undefined {
  const now = columns.get(measure);
  if (!now || !past?.column || past.measure !== measure) return now;
  const { column, difference } = past;
  const known = made.get(column);
  if (known?.now === now && known.difference === difference) return known.column;
  const shown = difference ? differenceOf(now, column) : { ...column, breaks: now.breaks };
  made.set(column, { now, difference, column: shown });
  return shown;
}

/** Whether colours say more or less, and not much or little. */
export const showsDifference = ({ past, measure }: State): boolean =>
  past !== null && past.difference && past.column !== null && past.measure === measure;

/** Today's values less the earlier ones, in classes that mirror each other; a cell without one of them has none. */
export function differenceOf(now: MeasureColumn, before: MeasureColumn): MeasureColumn {
  const values = now.values.map((value, cell) => {
    const earlier = before.values[cell] ?? null;
    return value === null || earlier === null ? null : value - earlier;
  });
  const reasons = now.reasons ?? before.reasons;
  return { values, low: null, high: null, evidence: now.evidence, reasons, breaks: mirroredBreaks(values) };
}

function mirroredBreaks(values: readonly (number | null)[]): number[] {
  const sizes = values.flatMap((value) => (value === null || value === 0 ? [] : [Math.abs(value)])).sort((a, b) => a - b);
  if (sizes.length === 0) return values.some((value) => value !== null) ? [0, 0] : [];
  const large = sizes[Math.floor(0.9 * (sizes.length - 1))];
  const most = Math.max(sizes[sizes.length - 1], large * 1.001);
  const upper = [large / 10, large / 2, large, most];
  return [...upper.map((limit) => -limit).reverse(), ...upper];
}

/** Class of a cell of two measures, 0 to 8: three of the first, for each of the three of the second; null for none. */
export function pairClass([first, second]: readonly [MeasureColumn, MeasureColumn], cell: number): number | null {
  const [a, b] = [first.values[cell] ?? null, second.values[cell] ?? null];
  if (a === null || b === null) return null;
  return PAIR_CLASSES * classOf(second.breaks, b) + classOf(first.breaks, a);
}

/** A column of another answer in the order of the table; cells that the answer does not have have no value. */
export function inOrderOf(cells: CellTable, answer: CellColumns, measure: string): MeasureColumn | null {
  const column = answer.measures[measure];
  if (!column) return null;
  const at = new Map(answer.cells.map((id, position) => [id, position]));
  const picked = <T>(values: readonly (T | null)[] | null) =>
    values && cells.ids.map((id) => values[at.get(id) ?? -1] ?? null);
  return {
    values: picked(column.values) ?? [],
    low: picked(column.low),
    high: picked(column.high),
    evidence: picked(column.evidence),
    reasons: picked(column.reasons),
    breaks: column.breaks,
  };
}

/** The publications whose scores differ, the earliest first: of those with the same scores the newest. */
export function scoredAnew(lines: readonly PublicationLine[], resolution: number): PublicationLine[] {
  const byScore = new Map<number, PublicationLine>();
  for (const line of lines) {
    if (line.resolution === resolution && (line.live || !byScore.has(line.score))) byScore.set(line.score, line);
  }
  return [...byScore.values()].sort((a, b) => a.id - b.id);
}

/** Brings the second measure or the earlier publication, and again whenever another measure is shown. */
export function followShown(store: Store<State>, read: Read): void {
  store.watch(
    (state) => [state.measure, state.pair?.second, state.cells],
    (state) => void loadPair(store, read, state),
  );
  store.watch(
    (state) => [state.measure, state.past?.publication, state.cells],
    (state) => void loadPast(store, read, state),
  );
}

async function loadPair(store: Store<State>, read: Read, { measure, pair, cells }: State): Promise<void> {
  if (!pair || !cells || (pair.columns && pair.first === measure)) return;
  const names = [measure, pair.second].map(encodeURIComponent).join(",");
  try {
    const answer = await read<CellColumns>(`/api/v1/cells?measures=${names}&scheme=tertile`);
    const columns = [measure, pair.second].map((name) => inOrderOf(cells, answer, name));
    const [first, second] = columns;
    if (first && second) store.apply(pairLoaded(measure, pair.second, [first, second]));
  } catch (error) {
    if (store.now.pair?.second === pair.second) store.apply(shownFailed(problemFrom(error)));
  }
}

async function loadPast(store: Store<State>, read: Read, { measure, past, cells }: State): Promise<void> {
  if (!past || !cells || (past.column && past.measure === measure)) return;
  const { publication } = past;
  try {
    const path = `/api/v1/cells?measures=${encodeURIComponent(measure)}&publication=${publication}`;
    const column = inOrderOf(cells, await read<CellColumns>(path), measure);
    if (column) store.apply(pastLoaded(publication, measure, column));
  } catch (error) {
    if (store.now.past?.publication === publication) store.apply(shownFailed(problemFrom(error)));
  }
}
