// All that the page knows and how it changes: plain values and pure actions, no document. Drawing and painting will
// change `plan.owner` through actions of this module.

import { countClasses, type ClassCounts } from "./classes.js";
import type {
  Branch,
  Catchments,
  CellColumns,
  Measure,
  MeasureColumn,
  Problem,
  Scheme,
  Session,
  Territories,
  Territory,
} from "./contract.js";
import { shownColumn, type Pair, type Past } from "./shown.js";
import { hexagonsFromCells, neighbourTowards, type Hexagons } from "./hexagons.js";
import type { Language } from "./i18n.js";
import { measured } from "./measured.js";
import type { Panel, Reasons } from "./panel.js";

/** What the page is open at; rooms are described in `rooms`. */
export type RoomId = "map" | "grids" | "plan" | "queue";
export type Mode = "scores" | "territories";
export type Phase = "loading" | "ready" | "signedOut" | "empty" | "failed";
export const LAYERS = ["base", "buildings", "streets", "boundaries", "catchments", "branches"] as const;
export type LayerName = (typeof LAYERS)[number];
export type Direction = "left" | "right" | "up" | "down";
const STEPS: Record<Direction, [number, number]> = { left: [-1, 0], right: [1, 0], up: [0, 1], down: [0, -1] };

/** The cells of the ground; everything else refers to them by position. */
export interface CellTable {
  readonly version: number;
  readonly resolution: number;
  readonly ids: readonly string[];
  readonly position: ReadonlyMap<string, number>;
  /** Position in `branches` of each cell. */
  readonly branch: Int16Array;
  readonly branches: readonly string[];
  readonly hexagons: Hexagons;
}

export interface Plan {
  readonly territories: readonly Territory[];
  /** Territory of each cell, -1 for none. */
  readonly owner: Int16Array;
  readonly certificates: Readonly<Record<string, unknown>>;
}

export interface State {
  readonly language: Language;
  readonly room: RoomId;
  readonly phase: Phase;
  readonly problem: Problem | null;
  readonly session: Session | null;
  readonly measures: readonly Measure[];
  readonly branches: readonly Branch[];
  readonly catchments: Catchments | null;
  readonly cells: CellTable | null;
  readonly columns: ReadonlyMap<string, MeasureColumn>;
  readonly plan: Plan | null;
  readonly mode: Mode;
  readonly measure: string;
  readonly scheme: Scheme;
  /** What `columns` have their limits from; another one than `scheme` while that is on its way. */
  readonly columnScheme: Scheme;
  /** A second measure beside it. */
  readonly pair: Pair | null;
  /** An earlier publication in place of the live one. */
  readonly past: Past | null;
  /** Measure that was asked for and is on its way. */
  readonly awaited: string | null;
  /** Why the last measure that was asked for did not come. */
  readonly measureProblem: Problem | null;
  readonly branch: string | null;
  readonly territory: number;
  /** Position of the selected cell, -1 for none. */
  readonly selected: number;
  /** Position of the cell that a list points at, -1 for none. */
  readonly pointed: number;
  readonly panel: Panel | null;
  readonly reasons: Reasons | null;
  readonly layers: Readonly<Record<LayerName, boolean>>;
  readonly tableOpen: boolean;
  /** The cells are shown as a table, in the map's place. */
  readonly cellsAsTable: boolean;
  /** How many levels above the cells the hexagons are that the map draws; 0 where it draws the cells. */
  readonly levels: number;
}

export interface Publication {
  readonly session: Session;
  readonly measures: readonly Measure[];
  readonly branches: readonly Branch[];
  readonly catchments: Catchments;
  readonly columns: CellColumns;
  readonly territories: Territories;
}

export function initialState(language: Language): State {
  return {
    language,
    room: "map",
    phase: "loading",
    problem: null,
    session: null,
    measures: [],
    branches: [],
    catchments: null,
    cells: null,
    columns: new Map(),
    plan: null,
    mode: "scores",
    measure: "",
    scheme: "quantile",
    columnScheme: "quantile",
    pair: null,
    past: null,
    awaited: null,
    measureProblem: null,
    branch: null,
    territory: -1,
    selected: -1,
    pointed: -1,
    panel: null,
    reasons: null,
    layers: { base: true, buildings: true, streets: true, boundaries: true, catchments: true, branches: true },
    tableOpen: true,
    cellsAsTable: false,
    levels: 0,
  };
}

export type Action = (state: State) => State;

export const languageChosen =
  (language: Language): Action =>
  (state) =>
    state.language === language ? state : { ...state, language };

/** Figures of a cell that were opened in one room do not lie over what another one shows. */
export const roomChosen =
  (room: RoomId): Action =>
  (state) =>
    state.room === room ? state : { ...state, room, panel: null };

export const loadingStarted = (): Action => (state) => ({
  ...initialState(state.language),
  room: state.room,
  layers: state.layers,
  scheme: state.scheme,
});

/** A failure of loading as a whole decides which page is shown. */
export const loadingFailed =
  (problem: Problem, whileAskingSession: boolean): Action =>
  (state) => ({ ...state, phase: phaseOf(problem, whileAskingSession), problem });

function phaseOf(problem: Problem, whileAskingSession: boolean): Phase {
  if (problem.status === 401) return "signedOut";
  return whileAskingSession && problem.status === 404 ? "empty" : "failed";
}

/** Nobody is signed in any more: what is here stays, behind a page that says so. */
export const sessionEnded =
  (problem: Problem): Action =>
  (state) =>
    state.phase === "ready" ? { ...state, phase: "signedOut", problem } : state;

/** The same person is signed in again; what was on its way when the session ended is asked for anew when it is wanted. */
export const sessionResumed =
  (session: Session): Action =>
  (state) => {
    if (state.phase !== "signedOut" || !state.cells) return state;
    return { ...state, phase: "ready", problem: null, session, awaited: null, panel: null };
  };

export const publicationLoaded =
  (loaded: Publication): Action =>
  (state) => {
    if (loaded.columns.cells.length === 0) return { ...state, phase: "empty" };
    const cells = cellTable(loaded.columns);
    const columns = new Map(Object.entries(loaded.columns.measures));
    return {
      ...state,
      phase: "ready",
      problem: null,
      session: loaded.session,
      measures: loaded.measures,
      branches: loaded.branches,
      catchments: loaded.catchments,
      cells,
      columns,
      plan: planOf(loaded.territories, cells),
      measure: [...columns.keys()][0] ?? "",
      columnScheme: state.scheme,
    };
  };

function cellTable(columns: CellColumns): CellTable {
  return {
    version: columns.version,
    resolution: columns.resolution,
    ids: columns.cells,
    position: new Map(columns.cells.map((id, at) => [id, at])),
    branch: Int16Array.from(columns.branch_index),
    branches: columns.branches,
    hexagons: measured("geometry", () => hexagonsFromCells(columns.cells)),
  };
}

function planOf(answer: Territories, cells: CellTable): Plan | null {
  if (answer.territories.length === 0) return null;
  const owner = new Int16Array(cells.ids.length).fill(-1);
  answer.cells.forEach((id, at) => {
    const position = cells.position.get(id);
    if (position !== undefined) owner[position] = answer.territory_index[at];
  });
  return { territories: answer.territories, owner, certificates: answer.certificates };
}

export const measureAwaited =
  (measure: string): Action =>
  (state) => {
    if (!state.measures.some(({ id }) => id === measure)) return state;
    const here = state.columns.has(measure) && state.columnScheme === state.scheme;
    return {
      ...state,
      mode: "scores",
      measureProblem: null,
      awaited: here ? null : measure,
      measure: here ? measure : state.measure,
    };
  };

/** Keeps a column that arrived; it is shown only if it is still the one that is waited for. */
export const measureLoaded =
  (measure: string, column: MeasureColumn, scheme: Scheme): Action =>
  (state) => {
    if (scheme !== state.scheme) return state;
    // Limits of two schemes are never mixed: the first column of a new one takes the place of all.
    const columns = new Map(scheme === state.columnScheme ? state.columns : []).set(measure, column);
    // Another measure that was chosen since is still awaited.
    const awaited = state.awaited === measure ? null : state.awaited;
    if (scheme !== state.columnScheme) return { ...state, columns, measure, columnScheme: scheme, awaited };
    return state.awaited === measure ? { ...state, columns, measure, awaited } : { ...state, columns };
  };

export const measureFailed =
  (measure: string, problem: Problem): Action =>
  (state) => {
    if (problem.status === 401) return { ...state, phase: "signedOut", problem };
    if (state.awaited !== measure) return state;
    return { ...state, scheme: state.columnScheme, awaited: null, measureProblem: problem };
  };

/** Asks for the shown measure with other classes; what is shown stays until they come. */
export const schemeChosen =
  (scheme: Scheme): Action =>
  (state) => {
    if (scheme === state.scheme) return state;
    return measureAwaited(state.awaited ?? state.measure)({ ...state, scheme });
  };

export const levelsDrawn =
  (levels: number): Action =>
  (state) =>
    levels === state.levels ? state : { ...state, levels };

export const cellPointedAt =
  (pointed: number): Action =>
  (state) =>
    pointed === state.pointed ? state : { ...state, pointed };

export const modeChosen =
  (mode: Mode): Action =>
  (state) =>
    state.mode === mode ? state : { ...state, mode, awaited: null };

export const branchChosen =
  (branch: string | null): Action =>
  (state) => {
    const known = branch === null || state.branches.some(({ id }) => id === branch);
    return known && branch !== state.branch ? { ...state, branch, territory: -1 } : state;
  };

export const territoryChosen =
  (territory: number): Action =>
  (state) =>
    state.plan?.territories[territory] ? { ...state, territory, mode: "territories", awaited: null } : state;

export const layerSwitched =
  (layer: LayerName, shown: boolean): Action =>
  (state) => ({ ...state, layers: { ...state.layers, [layer]: shown } });

/** The room of locations has a list of its own. */
export const hasTable = ({ room }: State): boolean => room !== "queue";

export const cellsSwitched = (): Action => (state) => (hasTable(state) ? { ...state, cellsAsTable: !state.cellsAsTable } : state);

export const tableSwitched = (): Action => (state) => ({ ...state, tableOpen: !state.tableOpen });

/** Selects a cell; an open panel follows, with its figures still to come. */
export const cellSelected =
  (selected: number): Action =>
  (state) => {
    const id = state.cells?.ids[selected];
    if (id === undefined || selected === state.selected) return state;
    return { ...state, selected, panel: state.panel ? { cell: id, body: null, problem: null } : null };
  };

/** Moves the selection to a neighbour; nothing moves where the ground ends. */
export const selectionMoved =
  (direction: Direction): Action =>
  (state) => {
    if (!state.cells || state.selected < 0) return state;
    const next = neighbourTowards(state.cells.hexagons, state.selected, ...STEPS[direction]);
    return next < 0 ? state : cellSelected(next)(state);
  };

/** Escape takes one thing away at a time: the panel, then the selection, then the chosen territory. */
export const stepBack = (): Action => (state) => {
  if (state.panel) return { ...state, panel: null };
  if (state.selected >= 0) return { ...state, selected: -1 };
  return state.territory >= 0 ? { ...state, territory: -1 } : state;
};

/** Whether a cell belongs to the chosen branch; all do while none is chosen. */
export function inChosenBranch(state: State): (cell: number) => boolean {
  const { cells, branch } = state;
  if (!cells || branch === null) return () => true;
  const wanted = cells.branches.indexOf(branch);
  return (cell) => cells.branch[cell] === wanted;
}

export function measureOf(state: State): Measure | undefined {
  return state.measures.find(({ id }) => id === state.measure);
}

export function measureName(measure: Pick<Measure, "name_zh" | "name_en">, language: Language): string {
  return language === "zh" ? measure.name_zh : measure.name_en;
}

/** A branch by id, where the page knows a name. */
export function branchName({ branches }: Pick<State, "branches">, id: unknown): string {
  return branches.find((one) => one.id === id)?.name ?? String(id ?? "–");
}

/** The legend's counts over the chosen branch. */
export function legendCounts(state: State): ClassCounts | null {
  const column = shownColumn(state);
  return column ? countClasses(column, inChosenBranch(state)) : null;
}

export function territoryOf(state: State, cell: number): Territory | undefined {
  return state.plan?.territories[state.plan.owner[cell] ?? -1];
}
