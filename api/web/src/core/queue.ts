// The queue of doubtful locations: what is known of it and how it changes; no document, no requests.

import type * as Api from "./api-types.js";
import type { Problem } from "./contract.js";

export type Waiting = Api.LocationFields;
export type Location = Api.LocationItem;
export type Entry = Api.LocationEntry;
export type Decision = Api.LocationDecision;
export type Done = Pick<Api.LocationDecided, "id" | "kind" | "revision" | "house">;
export type Place = readonly [lng: number, lat: number];

export interface QueueState {
  /** Worst first, as far as they were read; what was decided here is gone from it. */
  readonly items: readonly Waiting[];
  /** How many wait in all, read or not. */
  readonly open: number;
  /** Leads to the page behind the last item; null when there is none. */
  readonly next: string | null;
  readonly loading: boolean;
  /** Why the list could not be read. */
  readonly problem: Problem | null;
  /** Number of the location that is looked at. */
  readonly at: number | null;
  readonly item: Location | null;
  readonly itemProblem: Problem | null;
  readonly skipped: ReadonlySet<number>;
  /** Where the reader has put the location; nothing is decided by that yet. */
  readonly pin: Place | null;
  /** The last decision made here, which can be taken back. */
  readonly last: Done | null;
  /** A decision that was not taken, and why. */
  readonly refused: { readonly house: string; readonly problem: Problem } | null;
  readonly tab: "waiting" | "decided";
  readonly log: readonly Entry[] | null;
  readonly logNext: number | null;
  readonly logProblem: Problem | null;
}

export const EMPTY_QUEUE: QueueState = {
  items: [],
  open: 0,
  next: null,
  loading: true,
  problem: null,
  at: null,
  item: null,
  itemProblem: null,
  skipped: new Set(),
  pin: null,
  last: null,
  refused: null,
  tab: "waiting",
  log: null,
  logNext: null,
  logProblem: null,
};

export type QueueAction = (state: QueueState) => QueueState;

/** Tiers of an answer that stands for a place; the middle of a street or a town does not. */
const PLACES = ["exact", "typo", "interpolated", "nearest", "place", "given"];

export function acceptable({ tier, lng }: Pick<Waiting, "tier" | "lng">): boolean {
  return lng !== null && tier !== null && PLACES.includes(tier);
}

export const houseOf = ({ house, id }: Pick<Waiting, "house" | "id">): string => house ?? `#${id}`;

export const pageAwaited =
  (fresh: boolean): QueueAction =>
  (state) => {
    const waiting = { ...state, loading: true, problem: null };
    return fresh ? { ...waiting, items: [], open: 0, next: null, skipped: new Set(), refused: null } : waiting;
  };

/** Adds a page; a location that stands in the list already, since it was put back, stays where it is. */
export const pageLoaded =
  (page: Pick<Api.LocationQueue, "open" | "items" | "next">): QueueAction =>
  (state) => {
    const known = new Set(state.items.map(({ id }) => id));
    const items = [...state.items, ...page.items.filter(({ id }) => !known.has(id))];
    const here = items.some(({ id }) => id === state.at);
    const loaded = { ...state, items, open: page.open, next: page.next, loading: false, problem: null };
    return here ? loaded : chosen(items[0]?.id ?? null)(loaded);
  };

export const pageFailed =
  (problem: Problem): QueueAction =>
  (state) => ({ ...state, loading: false, problem });

export const chosen =
  (at: number | null): QueueAction =>
  (state) =>
    at === state.at ? state : { ...state, at, item: null, itemProblem: null, pin: null };

/** Goes on or back in the list; stays at its ends. */
export const stepped =
  (by: number): QueueAction =>
  (state) => {
    const to = state.items[state.items.findIndex(({ id }) => id === state.at) + by];
    return to ? chosen(to.id)(state) : state;
  };

/** Leaves the location for later and goes on to one that was not left. */
export const leftForLater = (): QueueAction => (state) => {
  if (state.at === null) return state;
  const skipped = new Set(state.skipped).add(state.at);
  return chosen(following(state.items, state.at, skipped))({ ...state, skipped });
};

/** The location after this one, first of those not left for later; null when it is the only one. */
function following(items: readonly Waiting[], at: number, skipped: ReadonlySet<number>): number | null {
  const here = items.findIndex(({ id }) => id === at);
  const round = [...items.slice(here + 1), ...items.slice(0, Math.max(here, 0))].filter(({ id }) => id !== at);
  return (round.find(({ id }) => !skipped.has(id)) ?? round[0])?.id ?? null;
}

export const itemLoaded =
  (item: Location): QueueAction =>
  (state) =>
    state.at === item.id ? { ...state, item, itemProblem: null } : state;

export const itemFailed =
  (id: number, itemProblem: Problem): QueueAction =>
  (state) =>
    state.at === id ? { ...state, itemProblem } : state;

export const pinned =
  (pin: Place | null): QueueAction =>
  (state) =>
    state.at === null ? state : { ...state, pin };

/** A decision is on its way: the next location comes at once. */
export const decisionSent =
  (id: number): QueueAction =>
  (state) => {
    const items = state.items.filter((one) => one.id !== id);
    const going = { ...state, items, open: Math.max(0, state.open - 1), refused: null };
    return state.at === id ? chosen(following(state.items, id, state.skipped))(going) : going;
  };

export const decisionTaken =
  (last: Done): QueueAction =>
  (state) => ({ ...state, last, log: null });

/** Nothing was decided; a location that still waits comes back to its place in the list. */
export const decisionRefused =
  (item: Waiting, problem: Problem, waits: boolean): QueueAction =>
  (state) => {
    const refused = { house: houseOf(item), problem };
    return waits ? { ...putBack(item)(state), refused } : { ...state, refused, log: null };
  };

/** A location waits again, by its effect among the others; it is looked at, unless another is being placed by hand. */
export const putBack =
  (item: Waiting): QueueAction =>
  (state) => {
    const others = state.items.filter(({ id }) => id !== item.id);
    const after = others.findIndex((one) => (one.effect ?? 0) < (item.effect ?? 0));
    const place = after < 0 ? others.length : after;
    const items = [...others.slice(0, place), item, ...others.slice(place)];
    const waiting = { ...state, items, open: state.open + 1 };
    return state.pin ? waiting : chosen(item.id)(waiting);
  };

export const lastForgotten = (): QueueAction => (state) => ({ ...state, last: null, log: null });

export const noticeClosed = (): QueueAction => (state) => (state.refused ? { ...state, refused: null } : state);

export const tabChosen =
  (tab: QueueState["tab"]): QueueAction =>
  (state) =>
    state.tab === tab ? state : { ...state, tab };

export const logLoaded =
  (page: Api.LocationHistory, fresh: boolean): QueueAction =>
  (state) => ({
    ...state,
    log: [...(fresh ? [] : (state.log ?? [])), ...page.decisions],
    logNext: page.next,
    logProblem: null,
  });

export const logFailed =
  (logProblem: Problem): QueueAction =>
  (state) => ({ ...state, logProblem });

/** Decisions that hold: of each location the newest, unless it took another back. */
export function standing(log: readonly Entry[]): ReadonlySet<number> {
  const newest = new Map<number, Entry>();
  for (const entry of log) if (!newest.has(entry.id)) newest.set(entry.id, entry);
  return new Set([...newest.values()].filter(({ kind }) => kind !== "undo").map(({ decision }) => decision));
}
