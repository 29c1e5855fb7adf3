// What the planner's room knows and how it changes: scenarios, the chosen one on its cells, work under way. No document.

import type * as Api from "./api-types.js";
import type { Problem } from "./contract.js";
import type { EditGround } from "./edit.js";
import type { Hexagons } from "./hexagons.js";
import type { CellTable } from "./state.js";

export type Head = Api.ScenarioHead;
export type Scenario = Api.Scenario;
export type ScenarioCells = Api.ScenarioCells;
export type Planned = Api.PlannedTerritory;
export type Job = Pick<Api.Job, "id" | "state" | "step" | "progress" | "cancel_asked" | "result" | "error" | "created_at" | "finished_at" | "params">;
export type Checked = Pick<Api.DraftChecked, "feasible" | "smallest_tolerance_percent"> & { findings: readonly Finding[] };
export type Tab = "balance" | "gains" | "handover" | "conflicts" | "enclaves" | "compare" | "log" | "history";
export const TABS: readonly Tab[] = ["balance", "gains", "handover", "conflicts", "enclaves", "compare", "log", "history"];
/** States in which the service lets a scenario be changed. */
const OPEN: readonly string[] = ["draft", "rejected", "rolled_back"];

export interface Finding {
  readonly branches: readonly string[];
  readonly territory: string | null;
  readonly measure: string | null;
  readonly smallest_tolerance_percent: number | null;
  readonly message: string;
}

/** What went wrong last, and whether somebody else's change was the reason. */
export interface Trouble {
  readonly problem: Problem;
  readonly stale: boolean;
}

export interface Chosen {
  readonly scenario: Scenario;
  /** For If-Match. */
  readonly tag: string;
  readonly ground: PlanGround;
  readonly checked: Checked | null;
}

export interface PlanState {
  /** Null until they have come. */
  readonly heads: readonly Head[] | null;
  readonly name: string | null;
  readonly chosen: Chosen | null;
  readonly job: Job | null;
  readonly trouble: Trouble | null;
  /** What a question that is not kept cannot reach, asked before solving. */
  readonly asked: Checked | null;
  readonly tab: Tab;
  /** Work that a button began and that is not answered yet. */
  readonly busy: boolean;
}

export const firstPlanState = (): PlanState => ({
  heads: null,
  name: null,
  chosen: null,
  job: null,
  trouble: null,
  asked: null,
  tab: "balance",
  busy: false,
});

export type PlanAction = (state: PlanState) => PlanState;

/** A scenario that is gone is not chosen any more. */
export const headsCame =
  (heads: readonly Head[]): PlanAction =>
  (state) => {
    const there = heads.some(({ scenario }) => scenario === state.name);
    return { ...state, heads, name: there ? state.name : null, chosen: there ? state.chosen : null };
  };

export const nameChosen =
  (name: string | null): PlanAction =>
  (state) =>
    state.name === name ? state : { ...state, name, chosen: null, trouble: null };

/** Keeps an answer about the scenario that is still the chosen one. */
export const scenarioCame =
  (chosen: Chosen): PlanAction =>
  (state) => {
    if (chosen.scenario.scenario !== state.name || isOlder(chosen.scenario, state.chosen?.scenario)) return state;
    const heads = state.heads?.map((one) => (one.scenario === state.name ? { ...one, ...headOf(chosen.scenario) } : one));
    return { ...state, chosen, heads: heads ?? null };
  };

/** Answers may come in another order than they were given; one under the name of another that was deleted begins anew. */
const isOlder = (came: Scenario, known: Scenario | undefined): boolean =>
  known !== undefined && known.created_at === came.created_at && came.revision < known.revision;

/** Painted strokes were kept: figures and revision are new, the cells are as they were painted. */
export const strokesSaved =
  (scenario: Scenario, tag: string): PlanAction =>
  (state) =>
    state.chosen ? scenarioCame({ ...state.chosen, scenario, tag })(state) : state;

const headOf = ({ status, revision, feasible, bound_gap_percent }: Scenario) => ({
  status,
  revision,
  feasible,
  bound_gap_percent,
});

export const jobChanged =
  (job: Job | null): PlanAction =>
  (state) => ({ ...state, job });

export const troubled =
  (problem: Problem | null): PlanAction =>
  (state) => {
    const stale = problem !== null && (problem.status === 412 || problem.status === 428);
    return { ...state, trouble: problem ? { problem, stale } : null };
  };

export const questionChecked =
  (asked: Checked | null): PlanAction =>
  (state) => ({ ...state, asked });

export const tabChosen =
  (tab: Tab): PlanAction =>
  (state) =>
    state.tab === tab ? state : { ...state, tab };

export const busied =
  (busy: boolean): PlanAction =>
  (state) =>
    state.busy === busy ? state : { ...state, busy };

export const isOpen = (scenario: Pick<Head, "status"> | undefined | null): boolean =>
  scenario !== undefined && scenario !== null && OPEN.includes(scenario.status);

export const isUnderWay = (job: Job | null): boolean => job?.state === "queued" || job?.state === "running";

/** A scenario laid over the cells of the page; whatever is outside of it has owner -1 and no weight. */
export interface PlanGround {
  readonly answer: ScenarioCells;
  /** Position on the page of each cell of the scenario, -1 where the page has none. */
  readonly place: Int32Array;
  readonly owner: Int32Array;
  /** One column a measure, in the order of `answer.measures`. */
  readonly weights: readonly Float64Array[];
  /** Area grid of each cell of the page, -1 for none. */
  readonly grid: Int32Array;
  /** Branches' joint plan that each cell is of, -1 outside of the scenario. */
  readonly group: Int16Array;
  /** Neighbours as the service counts them: without those across a river, with listed bridges. */
  readonly links: EditGround;
  /** Cells that the page does not have: the scenario was made on another ground. */
  readonly missing: number;
}

export function groundFrom(answer: ScenarioCells, cells: CellTable): PlanGround {
  const count = cells.ids.length;
  const place = Int32Array.from(answer.cells, (id) => cells.position.get(id) ?? -1);
  const spread = (column: readonly number[]): Float64Array => {
    const found = new Float64Array(count);
    place.forEach((at, from) => at >= 0 && (found[at] = column[from]));
    return found;
  };
  const owner = new Int32Array(count).fill(-1);
  const grid = new Int32Array(count).fill(-1);
  const group = new Int16Array(count).fill(-1);
  place.forEach((at, from) => {
    if (at < 0) return;
    [owner[at], grid[at], group[at]] = [answer.territory_index[from], answer.grid_index[from], answer.group_index[from]];
  });
  const paired = (pairs: readonly number[][]) =>
    pairs.map(([a, b]) => [place[a], place[b]] as const).filter(([a, b]) => a >= 0 && b >= 0);
  return {
    answer,
    place,
    owner,
    weights: answer.measures.map((measure) => spread(answer.weights[measure] ?? [])),
    grid,
    group,
    links: linked(cells.hexagons, paired(answer.cut), paired(answer.bridges)),
    missing: place.filter((at) => at < 0).length,
  };
}

/** Whether the service can give a cell to a territory: branches that are planned apart exchange no cells. */
export const mayHave = ({ group, answer }: PlanGround, territory: number, cell: number): boolean =>
  group[cell] === answer.territories[territory].group;

type Pair = readonly [number, number];

/** The neighbours of the hexagons without the pairs that are cut apart, and with those that are bridged. */
export function linked(hexagons: Pick<Hexagons, "count" | "start" | "across">, cut: Pair[], bridges: Pair[]): EditGround {
  if (!cut.length && !bridges.length) return hexagons;
  const apart = new Set(cut.map(([a, b]) => key(a, b)));
  const joined = new Map<number, number[]>();
  for (const [a, b] of bridges) for (const [from, to] of [[a, b], [b, a]]) joined.set(from, [...(joined.get(from) ?? []), to]);
  const start = new Int32Array(hexagons.count + 1);
  const across: number[] = [];
  for (let cell = 0; cell < hexagons.count; cell++) {
    for (let k = hexagons.start[cell]; k < hexagons.start[cell + 1]; k++) {
      const other = hexagons.across[k];
      across.push(other >= 0 && apart.has(key(cell, other)) ? -1 : other);
    }
    across.push(...(joined.get(cell) ?? []));
    start[cell + 1] = across.length;
  }
  return { count: hexagons.count, start, across: Int32Array.from(across) };
}

const key = (a: number, b: number) => Math.min(a, b) * 2 ** 26 + Math.max(a, b);

/** One measure of a territory: what it holds, what it should, and how far that may lie apart. */
export interface Bar {
  readonly load: number;
  readonly target: number;
  readonly imbalance: number;
  /** In percent; null where the measure is told and not balanced. */
  readonly tolerance: number | null;
  readonly outside: boolean;
}

/** As the service counts: percent of the target, zero where there is none. */
export function barOf(load: number, target: number, tolerance: number | undefined): Bar {
  const imbalance = target > 0 ? 100 * (load / target - 1) : 0;
  const outside = tolerance !== undefined && Math.abs(imbalance) > tolerance + 1e-6;
  return { load, target, imbalance, tolerance: tolerance ?? null, outside };
}

/** How a territory stands now: from the service, or from the brush. */
export interface Standing {
  readonly cells: number;
  readonly pieces: number;
  readonly bars: readonly Bar[];
}

export type Totals = (measure: number, territory: number) => number;

export function standingOf(ground: PlanGround, territory: number, cells: number, pieces: number, total: Totals): Standing {
  const { measures, tolerance_percent, territories } = ground.answer;
  const { targets } = territories[territory];
  const bars = measures.map((measure, at) =>
    barOf(total(at, territory), targets[measure] ?? 0, tolerance_percent[measure]),
  );
  return { cells, pieces, bars };
}

/** As the service tells it. */
export function servedStanding(ground: PlanGround, territory: number): Standing {
  const told = ground.answer.territories[territory];
  const total: Totals = (measure) => told.loads[ground.answer.measures[measure]] ?? 0;
  return standingOf(ground, territory, told.cells, told.pieces, total);
}

/** Cells that have nobody: of no territory, or of one that no manager holds. */
export function unassigned(ground: PlanGround, owner: ArrayLike<number>): number[] {
  const { territories } = ground.answer;
  const found: number[] = [];
  for (let cell = 0; cell < owner.length; cell++) {
    if (ground.group[cell] >= 0 && !territories[owner[cell]]?.rm_id) found.push(cell);
  }
  return found;
}

/** The parts of territories that lie apart from the heaviest part of theirs, each by its cells, largest first. */
export function detached(ground: PlanGround, owner: ArrayLike<number>): number[][] {
  const { start, across, count } = ground.links;
  const part = new Int32Array(count).fill(-1);
  const parts: number[][] = [];
  for (let cell = 0; cell < count; cell++) {
    if (owner[cell] < 0 || part[cell] >= 0) continue;
    const members = [cell];
    part[cell] = parts.length;
    for (let at = 0; at < members.length; at++) {
      const here = members[at];
      for (let k = start[here]; k < start[here + 1]; k++) {
        const other = across[k];
        if (other < 0 || part[other] >= 0 || owner[other] !== owner[cell]) continue;
        part[other] = parts.length;
        members.push(other);
      }
    }
    parts.push(members);
  }
  const largest = new Map<number, number[]>();
  for (const members of parts) {
    const best = largest.get(owner[members[0]]);
    if (!best || members.length > best.length) largest.set(owner[members[0]], members);
  }
  const apart = parts.filter((members) => largest.get(owner[members[0]]) !== members);
  return apart.sort((a, b) => b.length - a.length);
}
