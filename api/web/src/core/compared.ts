// Two plans over the same cells: who has each in either, which change hands, what each territory gets and gives. No document.

import { extentOf, type Extent, type Hexagons } from "./hexagons.js";

/** What a plan needs to be compared: its territories, and the one of each cell, -1 for none. */
export interface Owned<T> {
  readonly territories: readonly T[];
  readonly owner: ArrayLike<number>;
}

/** Territories by number; `before` and `owner` say which has a cell in the other plan and in this one, -1 for none. */
export interface TwoPlans<T> extends Owned<T> {
  readonly before: Int32Array;
  /** 1 where a cell changes hands. */
  readonly changed: Uint8Array;
}

/**
 * Lays two plans over each other. Territories are the same where their ids are; those that only the other plan has come
 * last. Cells are compared as the service does: where either plan has them in a branch of those named.
 */
export function twoPlans<T extends { id: string; branch_id: string }>(
  one: Owned<T>,
  other: Owned<T>,
  branches: readonly string[],
): TwoPlans<T> {
  const territories = [...one.territories];
  const known = new Map(territories.map(({ id }, at) => [id, at]));
  const number = other.territories.map((territory) => known.get(territory.id) ?? territories.push(territory) - 1);
  const counts = territories.map(({ branch_id }) => branches.includes(branch_id));
  const before = Int32Array.from(other.owner, (at) => number[at] ?? -1);
  const two = { territories, owner: one.owner, before, changed: new Uint8Array(before.length) };
  before.forEach((from, cell) => {
    if (counts[from] !== true && counts[one.owner[cell]] !== true) before[cell] = one.owner[cell];
    mark(two, cell);
  });
  return two;
}

/** Says anew whether a cell changes hands, after somebody painted it. */
export function mark({ before, owner, changed }: TwoPlans<unknown>, cell: number): void {
  changed[cell] = Number(before[cell] !== owner[cell]);
}

/** What a territory had, gets, gives and has; cells first, then measure by measure. */
export interface Gain {
  readonly had: number;
  readonly gets: number;
  readonly gives: number;
  readonly has: number;
}

/** Territory -> its cells and measures; `weights` is one column a measure. */
export function gainsOf({ territories, owner, before, changed }: TwoPlans<unknown>, weights: readonly ArrayLike<number>[]): Gain[][] {
  const sums = territories.map(() => [null, ...weights].map(() => ({ had: 0, gets: 0, gives: 0, has: 0 })));
  for (let cell = 0; cell < before.length; cell++) {
    const [from, to] = [sums[before[cell]], sums[owner[cell]]];
    for (let at = 0; at <= weights.length; at++) {
      const weight = at === 0 ? 1 : weights[at - 1][cell];
      if (from) from[at].had += weight;
      if (to) to[at].has += weight;
      if (changed[cell] !== 1) continue;
      if (from) from[at].gives += weight;
      if (to) to[at].gets += weight;
    }
  }
  return sums;
}

/** What the reader looks at within a comparison: cells, one for each that is meant. */
export type Focus = Uint8Array;

/** Cells that a territory gets or gives; all of its cells in this plan where there are none. */
export function focusOf({ owner, before, changed }: TwoPlans<unknown>, territory: number): Focus {
  const moved = before.map((from, cell) => Number(changed[cell] === 1 && (from === territory || owner[cell] === territory)));
  const any = moved.some((one) => one === 1);
  return Uint8Array.from(moved, (one, cell) => (any ? one : Number(owner[cell] === territory)));
}

/** Cells that go from one territory to another. */
export function focusOfPair({ owner, before, changed }: TwoPlans<unknown>, from: number, to: number): Focus {
  return Uint8Array.from(before, (one, cell) => Number(changed[cell] === 1 && one === from && owner[cell] === to));
}

export const extentOfFocus = (hexagons: Hexagons, focus: Focus): Extent | null => extentOf(hexagons, (cell) => focus[cell] === 1);
