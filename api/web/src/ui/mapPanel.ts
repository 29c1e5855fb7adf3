// The map with its buttons, scale, north, pointer, attribution, and its keys.

import { degrees, withUnit } from "../core/format.js";
import { catalogue } from "../core/i18n.js";
import { actOf } from "../core/keys.js";
import { panelOpened } from "../core/panel.js";
import * as actions from "../core/state.js";
import { measureName, measureOf, territoryOf, type Direction, type State } from "../core/state.js";
import { byParent, parentsOf, weightsOf } from "../core/parents.js";
import { shownColumn } from "../core/shown.js";
import type { Store } from "../core/store.js";
import type { Details } from "./details.js";
import { MapView, type Pointed } from "../map/view.js";
import { cellTable, type CellTable } from "./cellTable.js";
import { given, label, make, replace, say } from "./dom.js";
import { ARROWS, MAP_KEYS } from "./mapKeys.js";

export interface MapPanel {
  readonly element: HTMLElement;
  readonly view: MapView;
  focus(): void;
}

/** `announce` speaks to a screen reader; a key that `roomKey` has used does nothing else. */
export function mapPanel(
  store: Store<State>,
  details: Details,
  announce: (text: string) => void,
  roomKey: (event: KeyboardEvent) => boolean,
): MapPanel {
  const map = make("div", { class: "map", id: "map", tabindex: "0", role: "application", "aria-describedby": "map-help" });
  label(store, map, "aria-label", (words) => words.map);
  const pointer = make("output", { class: "pointer" });
  const scale = make("div", { class: "scale", translate: "no" });
  const point = pointerReadout(store, pointer);
  const lost = say(store, make("span", { class: "base-lost", role: "status", hidden: true }), (words) => words.mapBaseLost);
  const view = new MapView(map, scale, store, {
    drawn: () => markDrawn(store.now),
    moved: (lng, lat, resolution) => (map.dataset["view"] = `${lng} ${lat} ${resolution}`),
    clicked: (cell) => {
      store.apply(actions.cellSelected(cell));
      if (cell >= 0) store.apply(panelOpened());
    },
    changed: () => table.again(),
    pointed: point,
    base: (state) => {
      map.dataset["base"] = state;
      lost.hidden = state !== "lost";
    },
  }, () => coveredAtRight(map, details.element));
  map.addEventListener("keydown", (event) => {
    if (roomKey(event)) event.preventDefault();
    else onKey(event, store, view, details, announce);
  });
  const help = say(store, make("p", { id: "map-help", class: "unseen" }), (words) => words.mapHelp);
  const table: CellTable = cellTable(store, details, { key: roomKey, told: () => view.told });
  const frame = make("div", { class: "map-frame" }, map, approval(store, lost), buttons(store, view), table.element, details.element, help);
  showTable(store, frame, table.element, map);
  const bar = make("div", { class: "map-bar" }, tableSwitch(store), north(store), scale, pointer, attribution(store));
  return { element: make("div", { class: "map-panel" }, frame, bar), view, focus: () => map.focus() };
}

/** The table lies over the map, which stays as it was behind it. */
function showTable(store: Store<State>, frame: HTMLElement, table: HTMLElement, map: HTMLElement): void {
  store.watch(
    (state) => [state.cellsAsTable, state.room, state.panel !== null],
    (state) => {
      const [held, asTable] = [frame.contains(document.activeElement), state.cellsAsTable && actions.hasTable(state)];
      const turned = table.hidden === asTable;
      table.hidden = !asTable;
      // The keyboard goes along to what takes the place of what had it.
      if (turned && held) (asTable ? rowToHold(table) : map)?.focus();
      frame.classList.toggle("as-table", !table.hidden);
      frame.classList.toggle("with-details", state.panel !== null);
    },
  );
}

function rowToHold(table: HTMLElement): HTMLElement | null {
  return table.querySelector("tr.current button") ?? table.querySelector("tbody button");
}

function tableSwitch(store: Store<State>): HTMLElement {
  const button = make("button", { type: "button", class: "quiet-button as-switch", "data-act": "as-table" });
  button.addEventListener("click", () => store.apply(actions.cellsSwitched()));
  store.watch(
    (state) => [state.cellsAsTable, state.room, state.language],
    (state) => {
      const words = catalogue(state.language);
      button.hidden = !actions.hasTable(state);
      button.textContent = state.cellsAsTable ? words.tableAsMap : words.tableAsTable;
    },
  );
  return button;
}

/** Pixels of the map under the details; on a phone the details lie below the map and not over it. */
function coveredAtRight(map: HTMLElement, panel: HTMLElement): number {
  const [under, over] = [map.getBoundingClientRect(), panel.getBoundingClientRect()];
  return over.width > 0 && over.width < 0.8 * under.width ? Math.max(0, under.right - over.left) : 0;
}

/** What is on the screen, for whoever waits for it. */
function markDrawn(state: State): void {
  const { dataset } = document.body;
  dataset["measure"] = state.measure;
  dataset["mode"] = state.mode;
  dataset["version"] = String(state.cells?.version ?? "");
  dataset["ready"] = String(state.phase === "ready" && state.cells !== null && state.awaited === null);
}

function onKey(
  event: KeyboardEvent,
  store: Store<State>,
  view: MapView,
  details: Details,
  announce: (text: string) => void,
): void {
  const act = actOf(MAP_KEYS, event);
  const direction = ARROWS.get(event.key);
  if (act === null) return;
  event.preventDefault();
  if (act === "move" && direction) move(direction, store, view, announce);
  else if (act === "details") {
    store.apply(panelOpened());
    if (store.now.panel) details.focus();
  } else if (act === "table") store.apply(actions.cellsSwitched());
  else view.zoomBy(act === "in" ? 1 : -1);
}

/** Arrow keys move the selection; the first one selects the cell in the middle of what is seen. */
function move(direction: Direction, store: Store<State>, view: MapView, announce: (text: string) => void): void {
  const before = store.now.selected;
  store.apply(before < 0 ? actions.cellSelected(view.cellInMiddle()) : actions.selectionMoved(direction));
  if (store.now.selected === before) announce(catalogue(store.now.language).noNeighbour);
}

/** A selected cell in one sentence. */
export function cellSentence(state: State): string {
  const words = catalogue(state.language);
  const id = state.cells?.ids[state.selected];
  const measure = measureOf(state);
  if (id === undefined || !measure) return "";
  const value = shownColumn(state)?.values[state.selected] ?? null;
  const shown = value === null ? words.legendEmpty : withUnit(state.language, measure.kind, measure.unit, value);
  const said = words.cellSaid(id, measureName(measure, state.language), shown);
  const territory = territoryOf(state, state.selected);
  return territory ? `${said}; ${words.cellSaidIn(territory.rm_name ?? territory.name)}` : said;
}

/** The figure of a cell, or while larger hexagons are drawn that of the one it lies in: counts added up, else the mean. */
function valueUnder(state: State, cell: number): number | null | undefined {
  const { cells, levels } = state;
  const column = shownColumn(state);
  if (levels === 0 || !cells || !column) return column?.values[cell];
  const parents = parentsOf(cells, levels);
  const ofToday = column === state.columns.get(state.measure);
  const weights = weightsOf(state, state.measure, ofToday);
  if (weights === undefined) return null;
  const { means, sums } = byParent(column, parents, weights);
  const at = parents.of[cell];
  return measureOf(state)?.kind === "count" ? sums[at] : means.values[at];
}

function pointerReadout(store: Store<State>, output: HTMLElement): (at: Pointed | null) => void {
  let last: Pointed | null = null;
  const show = () => {
    const state = store.now;
    const words = catalogue(state.language);
    const measure = measureOf(state);
    const value = last && last.cell >= 0 ? valueUnder(state, last.cell) : undefined;
    const place = last
      ? words.pointer(degrees(state.language, last.lng), degrees(state.language, last.lat))
      : words.pointerNone;
    const parts = [make("span", {}, place)];
    if (measure && typeof value === "number") {
      const shown = withUnit(state.language, measure.kind, measure.unit, value);
      parts.push(make("span", { class: "under" }, `${measureName(measure, state.language)} ${shown}`));
    }
    replace(output, ...parts);
  };
  store.watch((state) => [state.language, shownColumn(state)], show);
  return (at) => {
    last = at;
    show();
  };
}

function buttons(store: Store<State>, view: MapView): HTMLElement {
  const group = make("div", { class: "map-buttons" });
  const add = (sign: string, name: string, phrase: Parameters<typeof label>[3], act: () => void) => {
    const button = make("button", { type: "button", "data-act": name }, make("span", { "aria-hidden": "true" }, sign));
    label(store, button, "aria-label", phrase);
    label(store, button, "title", phrase);
    button.addEventListener("click", act);
    group.append(button);
  };
  add("+", "in", (words) => words.zoomIn, () => view.zoomBy(1));
  add("−", "out", (words) => words.zoomOut, () => view.zoomBy(-1));
  add("⤢", "all", (words) => words.zoomAll, () => view.showAll());
  return group;
}

function north(store: Store<State>): HTMLElement {
  const arrow = make("div", { class: "north", role: "img" }, make("span", { translate: "no", "aria-hidden": "true" }, "▲ N"));
  return label(store, arrow, "aria-label", (words) => words.north);
}

/** Below on the left, whatever else the map shows, as the rules for public maps want it. */
function approval(store: Store<State>, lost: HTMLElement): HTMLElement {
  const number = make("span", { class: "approval-number" });
  const place = make("p", { class: "approval" }, number, lost);
  store.watch(
    (state) => [state.session, state.layers.base, state.language],
    ({ session, layers, language }) => {
      const server = layers.base ? session?.tile_server : null;
      const given = server?.approval_number;
      place.hidden = !server;
      number.textContent = given ? catalogue(language).mapApproval(given) : "";
    },
  );
  return place;
}

/** As the service writes it in any language. */
const OPEN_STREET_MAP = "© OpenStreetMap contributors";

function attribution(store: Store<State>): HTMLElement {
  const line = make("p", { class: "attribution" });
  store.watch(
    (state) => [state.session, state.layers.base, state.language],
    ({ session, layers, language }) => {
      const text = session?.attribution ?? OPEN_STREET_MAP;
      const own = text === OPEN_STREET_MAP ? catalogue(language).openStreetMap : given(text);
      const of = layers.base ? session?.tile_server?.attribution : null;
      replace(line, ...(of ? [given(of), " · ", own] : [own]));
    },
  );
  return line;
}
