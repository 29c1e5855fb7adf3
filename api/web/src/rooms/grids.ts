// Where a branch manager draws and keeps area grids.

import { cellToLatLng } from "h3-js";
import { integer } from "../core/format.js";
import * as grids from "../core/grids.js";
import { storedWord, type Catalogue } from "../core/i18n.js";
import { initialGrids, type GridsState } from "../core/grids.js";
import { actOf, type KeyUse } from "../core/keys.js";
import { branchChosen, type State } from "../core/state.js";
import { Store } from "../core/store.js";
import { fact, given, make, quiet, replace, say } from "../ui/dom.js";
import { problemText } from "../ui/pages.js";
import { PAINT_KEYS } from "../ui/paintKeys.js";
import { planPage, type PlanPage } from "./grids/card.js";
import { CatchmentCard } from "./grids/catchment.js";
import { Desk } from "./grids/desk.js";
import { Draft } from "./grids/draft.js";
import { chosenForms, editing, previewCard } from "./grids/edit.js";
import { amount, drawer, measureNames, SHOWN, unknown } from "./grids/list.js";
import { LayersCard } from "./grids/layers.js";
import { Painting } from "./grids/paint.js";
import { button, field, follow, mayEdit, wordsOf } from "./grids/parts.js";
import { Scene } from "./grids/scene.js";
import type { App, Room, RoomView } from "./room.js";

type Act = "choose" | "more" | "undo" | "redo" | "back" | "end";

const KEYS: readonly KeyUse<Act>[] = [
  { act: "choose", keys: ["Enter"], words: (words) => words.gridsKeyChoose },
  { act: "more", keys: ["Shift+Enter"], words: (words) => words.gridsKeyMore },
  { act: "back", keys: ["Backspace"], words: (words) => words.gridsKeyBack },
  { act: "end", keys: ["Escape"], words: (words) => words.gridsKeyEnd },
  { act: "undo", keys: ["Ctrl+z"], words: (words) => words.toolsUndo },
  { act: "redo", keys: ["Ctrl+y"], words: (words) => words.toolsRedo },
];

/** What a shape that is drawn takes itself. */
const CORNER_KEYS: readonly KeyUse[] = [
  { act: "step", keys: [",", "."], words: (words) => words.gridsKeyStep },
  { act: "corner", keys: ["Insert", "Delete"], words: (words) => words.gridsKeyCorner },
];

/** Operations that are made of what is drawn. */
const OF_DRAWINGS: readonly string[] = ["split_line", "create_polygon"];

export const gridsRoom: Room = {
  id: "grids",
  name: (words) => words.roomGrids,
  roles: ["hq", "planner", "branch_manager"],
  keys: [...KEYS, ...CORNER_KEYS, ...PAINT_KEYS.filter(({ act }) => !["paint", "undo", "redo"].includes(act))],
  open,
};

function open(app: App): RoomView {
  const room = new Store<GridsState>(initialGrids);
  const scene = new Scene(app, room);
  const desk: Desk = new Desk(app, room, (found) => scene.outline(found), (operation) => {
    // A line that somebody has begun meanwhile is of another edit.
    if (OF_DRAWINGS.includes(operation)) draft.stop();
    app.announce(wordsOf(app.store).gridsDone(storedWord(app.store.now.language, "ops", operation)));
  });
  const draft = new Draft(app, desk, scene);
  const plan = planPage(app, room, desk);
  const painting = new Painting(app, room, desk, scene);
  const layers = new LayersCard(app, room);
  const catchment = new CatchmentCard(app, room, desk, scene, draft);
  let shown = false;
  const enter = ({ branch, branches }: State) => {
    if (!shown) return;
    const wanted = branch ?? room.now.branch ?? branches[0]?.id;
    if (wanted === undefined) return;
    app.store.apply(branchChosen(wanted));
    painting.stop();
    draft.stop();
    void desk.enter(wanted);
  };
  app.store.watch((state) => [state.branch, state.branches], enter);
  // Reasons why something is not known come in the language that was asked in.
  app.store.watch((state) => [state.language], () => {
    // One after the other: the service works out one thing at a time for a person.
    if (shown && room.now.set) void desk.again().then(() => catchment.again());
  });
  room.watch((state) => [state.set, state.busy, state.pending], markState);
  return {
    side: [
      ...branchCard(app, room, desk),
      previewCard(app, room, desk, (at) => scene.touchedColour(at)),
      draft.element,
      painting.element,
      chosenCard(app, room, desk, plan),
      layers.element,
      editing(app, room, desk, draft),
      catchment.element,
    ],
    stage: [plan.element, drawer(app, room, scene)],
    entered: () => {
      shown = true;
      scene.show(true);
      catchment.show(true);
      layers.show(true);
      app.view.use(scene);
      enter(app.store.now);
    },
    left: () => {
      shown = false;
      painting.stop();
      draft.stop();
      scene.show(false);
      catchment.show(false);
      layers.show(false);
    },
    anywhere: (event) => painting.anywhere(event),
    key: (event) => painting.key(event) || draft.key(event) || catchment.key(event) || onKey(event, app, room, desk, scene, plan),
  };
}

/** For whoever waits for the room: the revision that is shown, and whether something is on its way. */
function markState({ set, busy, pending }: GridsState): void {
  const { dataset } = document.body;
  dataset["gridsRevision"] = set ? `${set.branch_id} ${set.revision}` : "";
  dataset["gridsBusy"] = String(busy);
  dataset["gridsPending"] = pending?.operation ?? "";
}

function onKey(event: KeyboardEvent, app: App, room: Store<GridsState>, desk: Desk, scene: Scene, plan: PlanPage): boolean {
  const act = actOf(KEYS, event);
  if (act === "end") return plan.close();
  if (act === "undo" || act === "redo") {
    if (mayEdit(app.store.now)) void desk.undo(act);
    return true;
  }
  return (act === "choose" || act === "more") && chooseAtCell(app, room, scene, act === "more");
}

/** Chooses the grid under the selected cell. */
function chooseAtCell(app: App, room: Store<GridsState>, scene: Scene, more: boolean): boolean {
  const { cells, selected } = app.store.now;
  const cell = cells?.ids[selected];
  if (cell === undefined) return false;
  const [lat, lng] = cellToLatLng(cell);
  const grid = scene.gridAt(lng, lat);
  if (!grid) return false;
  room.apply(grids.gridChosen(grid.id, more));
  app.announce(wordsOf(app.store).gridsSaid(grid.name, integer(app.store.now.language, grid.cells)));
  return true;
}

function branchCard(app: App, room: Store<GridsState>, desk: Desk): HTMLElement[] {
  const { store } = app;
  const select = make("select", { name: "grids-branch" });
  select.addEventListener("change", () => store.apply(branchChosen(select.value)));
  store.watch((state) => [state.branches, state.branch], ({ branches, branch }) => {
    replace(select, ...branches.map(({ id, name }) => make("option", { value: id, translate: "no" }, name)));
    select.value = branch ?? "";
  });
  const message = make("p", { role: "status", class: "grids-message" });
  const begin = button(store, "begin", (words) => words.gridsBegin, () => void desk.begin(), "primary");
  const undo = button(store, "undo", (words) => words.toolsUndo, () => void desk.undo("undo"));
  const redo = button(store, "redo", (words) => words.toolsRedo, () => void desk.undo("redo"));
  const log = button(store, "log", (words) => words.gridsShowLog, () => {
    if (room.now.log) room.apply(grids.logLoaded(null));
    else void desk.log();
  });
  const hexagons = make("input", { type: "checkbox", name: "hexagons" });
  hexagons.addEventListener("change", () => room.apply(grids.hexagonsSwitched(hexagons.checked)));
  const tick = make("label", { class: "tick" }, hexagons, say(store, make("span"), (words) => words.gridsHexagons));
  const tools = make("div", { class: "row" }, undo, redo, log);
  const says = make("section", { class: "card grids-says" }, message, begin);
  const shown = (state: GridsState) => [state.set, state.missing, state.loading, state.problem, state.busy, state.log];
  follow(store, room, shown, () => {
    const { set, missing, busy } = room.now;
    begin.hidden = !missing || !mayEdit(store.now);
    [tools.hidden, tick.hidden] = [!set, !set];
    undo.hidden = redo.hidden = !mayEdit(store.now);
    for (const one of [begin, undo, redo]) one.disabled = busy;
    log.setAttribute("aria-pressed", String(room.now.log !== null));
    message.textContent = messageOf(app, room.now);
    says.hidden = message.textContent === "" && begin.hidden;
    // Where to begin is no news: it would lie over the form of the catchment.
    says.classList.toggle("grids-news", !missing);
    message.classList.toggle("problem", room.now.problem !== null);
  });
  return [make("section", { class: "card" }, field(store, (words) => words.branch, select), tools, tick), says];
}

function messageOf(app: App, { loading, missing, problem }: GridsState): string {
  const words = wordsOf(app.store);
  if (problem?.status === 412) return `${words.gridsStale} ${problem.detail}`;
  if (problem) return problemText(problem, app.store.now.language);
  if (loading) return words.loading;
  return missing ? (mayEdit(app.store.now) ? words.gridsNone : words.gridsNoneToRead) : "";
}

function chosenCard(app: App, room: Store<GridsState>, desk: Desk, plan: PlanPage): HTMLElement {
  const { store } = app;
  const title = say(store, make("h2"), (words) => words.gridsChosen);
  const body = make("div");
  const open = button(store, "plan-page", (words) => words.gridsPlanPage, () => {
    const grid = grids.chosenGrid(room.now);
    if (grid) void plan.open(grid.id);
  });
  const card = make("section", { class: "card" }, title, body, open, chosenForms(app, room, desk));
  follow(store, room, (state) => [state.set, state.counts, state.chosen], () => {
    const grid = grids.chosenGrid(room.now);
    card.hidden = room.now.set === null;
    open.hidden = grid === undefined;
    replace(body, ...(grid ? chosenFacts(app, room, grid) : [quiet(wordsOf(store).gridsChosenNone)]));
  });
  return card;
}

function boundaryOf(words: Catalogue, { has_border, has_boundary }: grids.GridInfo): string {
  if (has_border) return words.gridsBoundaryStreet;
  return has_boundary ? words.gridsBoundaryOwn : words.gridsBoundaryCells;
}

function chosenFacts(app: App, room: Store<GridsState>, grid: grids.GridInfo): HTMLElement[] {
  const { set, counts, chosen } = room.now;
  if (!set) return [];
  const words = wordsOf(app.store);
  const { language } = app.store.now;
  const totals = grids.totalsOf(set, counts)[set.grids.indexOf(grid)];
  const names = measureNames(words);
  const facts = SHOWN.map((measure, at) => {
    const reason = counts?.counts[measure]?.reason;
    const said = totals[measure] === null ? unknown(words, reason) : amount(words, language, totals, measure);
    return make("div", {}, make("dt", {}, names[at]), make("dd", { "data-total": measure }, ...said));
  });
  const guide = words.gridsGuide(integer(language, grids.GUIDE.low), integer(language, grids.GUIDE.high));
  const many = chosen.length > 1 ? [quiet(words.gridsChosenMany(integer(language, chosen.length)))] : [];
  return [
    ...many,
    make("p", { class: "grids-name" }, given(grid.name)),
    quiet(`${boundaryOf(words, grid)} · ${words.gridsHouseholds}${words.colon}${guide}`),
    make("dl", { class: "facts" }, fact(words.cells, integer(language, totals.cells)), ...facts),
  ];
}
