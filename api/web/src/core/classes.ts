// Classes of the legend: limits come from the server, a value belongs to the class whose upper limit it does not pass.

import type { MeasureColumn, Reason } from "./contract.js";
import { diverging, NOTHING_THERE, ramp } from "./palette.js";

export interface ClassCounts {
  /** Cells with firm or weak evidence, or without evidence classes, by class. */
  readonly byClass: number[];
  readonly weak: number;
  readonly none: number;
  readonly empty: number;
  /** Cells whose value is hidden, by the reason; they are not among the empty ones. */
  readonly hidden: Readonly<Partial<Record<Reason, number>>>;
  readonly total: number;
}

export function classCount(breaks: readonly number[]): number {
  return Math.max(1, breaks.length - 1);
}

/** Class of a value, counted from 0; values outside the limits go to the first or last class. */
export function classOf(breaks: readonly number[], value: number): number {
  const last = classCount(breaks) - 1;
  for (let at = 0; at < last; at++) if (value <= breaks[at + 1]) return at;
  return last;
}

/** Whether the first class holds the lowest value alone, as where many cells have zero. */
export function lowestAlone({ breaks, values }: MeasureColumn): boolean {
  return values.every((value) => value === null || value === breaks[0] || classOf(breaks, value) > 0);
}

/** The colour of each class: zeros on their own stay nearly white, so that the map shows where something is. */
export function classColours(column: MeasureColumn, difference = false): string[] {
  const n = classCount(column.breaks);
  if (difference) return diverging(n);
  return n > 1 && column.breaks[0] === 0 && lowestAlone(column) ? [NOTHING_THERE, ...ramp(n - 1)] : ramp(n);
}

/** Counts the cells of each class and of each evidence class; `included` leaves cells out. */
export function countClasses(column: MeasureColumn, included: (cell: number) => boolean): ClassCounts {
  const byClass = new Array<number>(classCount(column.breaks)).fill(0);
  const counts = { weak: 0, none: 0, empty: 0, total: 0 };
  const hidden: Partial<Record<Reason, number>> = {};
  column.values.forEach((value, cell) => {
    if (!included(cell)) return;
    counts.total++;
    if (value === null) {
      const reason = column.reasons?.[cell];
      if (reason) hidden[reason] = (hidden[reason] ?? 0) + 1;
      else counts.empty++;
      return;
    }
    const at = classOf(column.breaks, value);
    byClass[at] = byClass[at] + 1;
    const evidence = column.evidence?.[cell];
    if (evidence === "weak") counts.weak++;
    if (evidence === "none") counts.none++;
  });
  return { byClass, ...counts, hidden };
}
