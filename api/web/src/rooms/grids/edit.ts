// Changing grids: name, owner, status, merge, split, new ones; what an edit would do is shown before it is done.

import { integer } from "../../core/format.js";
import * as grids from "../../core/grids.js";
import type { GridsState } from "../../core/grids.js";
import { storedWord } from "../../core/i18n.js";
import type { Store } from "../../core/store.js";
import { given, headRow, make, quiet, renew, replace, say } from "../../ui/dom.js";
import { filled } from "../../ui/fields.js";
import type { App } from "../room.js";
import type { Desk } from "./desk.js";
import { amount, measureNames, SHOWN, square } from "./list.js";
import { button, field, follow, fold, mayEdit, wordsOf, type Phrase } from "./parts.js";
import type { Draft } from "./draft.js";
import { unclearNames } from "./names.js";

const STATUS_WORDS: Record<string, Phrase> = {
  review: (words) => words.gridsToReview,
  live: (words) => words.gridsToLive,
  draft: (words) => words.gridsToDraft,
};
const WEIGHTS = ["cells", "households", "people", "customers", "merchants"] as const;

export function editing(app: App, room: Store<GridsState>, desk: Desk, draft: Draft): HTMLElement {
  const forms = make(
    "section",
    { class: "card grids-forms" },
    dividing(app, room, desk, draft),
    creating(app, room, desk, draft),
  );
  follow(app.store, room, (state) => [state.set], () => (forms.hidden = !mayEdit(app.store.now) || !room.now.set));
  return forms;
}

/** Name, owner and status of the chosen grid; merging when several are chosen. */
export function chosenForms(app: App, room: Store<GridsState>, desk: Desk): HTMLElement {
  const { store } = app;
  const name = make("input", { type: "text", name: "grid-name", maxlength: "120", required: true });
  /** The grid and the name that stands in the field unless somebody has typed another. */
  let stood = "";
  const rename = button(store, "rename", (words) => words.gridsRename, () => {
    const grid = grids.chosenGrid(room.now);
    if (grid && filled(name)) void desk.edit({ operation: "rename", args: { grid: grid.id, name: name.value.trim() } });
  });
  name.addEventListener("keydown", (event) => event.key === "Enter" && rename.click());
  const owner = make("select", { name: "grid-owner" });
  owner.addEventListener("change", () => {
    const args = { grids: room.now.chosen, owner_id: owner.value || null };
    void desk.edit({ operation: "owner", args });
  });
  const status = make("div", { class: "row" });
  const merge = button(store, "merge", (words) => words.gridsMerge, () => {
    void desk.preview({ operation: "merge", args: { grids: room.now.chosen } });
  });
  const mergeHint = say(store, quiet(), (words) => words.gridsMergeHint);
  const form = make(
    "div",
    { class: "grids-chosen-forms" },
    make("div", { class: "row" }, field(store, (words) => words.gridsName, name), rename),
    field(store, (words) => words.gridsOwner, owner),
    status,
    make("div", { class: "row" }, merge, mergeHint),
  );
  follow(store, room, (state) => [state.set, state.counts, state.chosen], () => {
    const grid = grids.chosenGrid(room.now);
    form.hidden = !grid || !mayEdit(store.now);
    if (!grid) return;
    const stands = JSON.stringify([grid.id, grid.name]);
    if (stands !== stood && document.activeElement !== name) [stood, name.value] = [stands, grid.name];
    const words = wordsOf(store);
    const staff = (room.now.counts?.staff ?? []).map(({ id, name: said }) => make("option", { value: id, translate: "no" }, said));
    renew(owner, make("option", { value: "" }, words.conflictNobody), ...staff);
    owner.value = grid.owner_id ?? "";
    renew(status, ...statusButtons(app, room, desk, grid.status));
    [merge.hidden, mergeHint.hidden] = [room.now.chosen.length < 2, room.now.chosen.length >= 2];
  });
  return form;
}

function statusButtons(app: App, room: Store<GridsState>, desk: Desk, now: string): HTMLElement[] {
  const words = wordsOf(app.store);
  const buttons = (grids.NEXT_STATUS[now] ?? []).map((next) => {
    const act = make("button", { type: "button", class: "small-button", "data-act": `to-${next}` }, STATUS_WORDS[next](words));
    act.addEventListener("click", () => void desk.edit({ operation: "status", args: { grids: room.now.chosen, status: next } }));
    return act;
  });
  const note = now === "live" ? [] : [quiet(words.gridsTwoPeople)];
  const shown = make("p", { class: "grids-status" }, `${words.gridsStatus}${words.colon}${storedWord(app.store.now.language, "statuses", now)}`);
  return [shown, ...buttons, ...note];
}

function dividing(app: App, room: Store<GridsState>, desk: Desk, draft: Draft): HTMLElement {
  const { store } = app;
  const parts = make("input", { type: "number", name: "grid-parts", min: "2", max: "200", value: "2", required: true });
  const weight = make("select", { name: "grid-weight" });
  const one = (act: (grid: string) => void) => () => {
    const grid = grids.chosenGrid(room.now);
    if (grid && room.now.chosen.length === 1) act(grid.id);
    else draft.say((words) => words.gridsNeedOne);
  };
  const line = button(store, "split-line", (words) => words.gridsSplitLine, one((grid) => {
    draft.begin("line", (line_, datum) => ({ operation: "split_line", args: { grid, line: line_, datum } }));
  }));
  const split = button(store, "split-parts", (words) => words.gridsSplitParts, one((grid) => {
    if (!filled(parts)) return;
    const args = { grid, parts: Number(parts.value), weight: weight.value };
    void desk.preview({ operation: "split_parts", args });
  }));
  follow(store, room, (state) => [state.counts], () => {
    const words = wordsOf(store);
    const [households, people, customers, merchants] = measureNames(words);
    const names = { cells: words.gridsWeightCells, households, people, customers, merchants };
    const kept = weight.value || "cells";
    const known = WEIGHTS.filter((id) => id === "cells" || room.now.counts?.counts[id]?.values);
    replace(weight, ...known.map((id) => make("option", { value: id }, names[id])));
    weight.value = kept;
  });
  const pair = make("div", { class: "row" }, field(store, (w) => w.gridsParts, parts), field(store, (w) => w.gridsWeight, weight));
  return fold(store, "divide", (words) => words.gridsDivide, line, pair, split);
}

function creating(app: App, room: Store<GridsState>, desk: Desk, draft: Draft): HTMLElement {
  const { store } = app;
  const text = (name: string) => make("input", { type: "text", name, maxlength: "120" });
  const [name, road, other] = [text("new-name"), text("road"), text("other-road")];
  const places = make("textarea", { name: "places", rows: "3", required: true });
  const asOne = make("input", { type: "checkbox", name: "as-one" });
  // What is missing is said beside the field that it is missing in.
  for (const one of [name, road, other]) one.required = true;
  const named = (act: (called: string) => void) => () => filled(name) && act(name.value.trim());
  const draw = button(store, "draw", (words) => words.gridsDraw, named((called) => {
    draft.begin("polygon", (polygon, datum) => ({ operation: "create_polygon", args: { name: called, polygon, datum } }));
  }));
  const fromPlaces = () => {
    if (!filled(places)) return;
    const args = { places: grids.linesOf(places.value), ...(asOne.checked ? { as_one: name.value.trim() } : {}) };
    void desk.preview({ operation: "create_places", args });
  };
  const paste = button(store, "places", (words) => words.gridsFromPlaces, () => (asOne.checked ? named(fromPlaces)() : fromPlaces()));
  const between = button(store, "between", (words) => words.gridsBetween, named((called) => {
    if (filled(road, other)) void desk.preview({ operation: "create_between", args: { name: called, road: road.value.trim(), other_road: other.value.trim() } });
  }));
  const hint = say(store, quiet(), (words) => words.gridsPlacesHint);
  const unclear = make("div");
  const correct = (given: string, text: string) => {
    places.value = grids.listWith(places.value, given, text);
    for (const one of [road, other]) if (one.value.trim() === given) one.value = text;
  };
  follow(store, room, (state) => [state.problem], () => replace(unclear, ...unclearNames(wordsOf(store), room.now.problem, correct)));
  return fold(
    store,
    "create",
    (words) => words.gridsNew,
    field(store, (words) => words.gridsNewName, name),
    draw,
    field(store, (words) => words.gridsPlaces, places),
    hint,
    make("label", { class: "tick" }, asOne, say(store, make("span"), (words) => words.gridsAsOne)),
    paste,
    make("div", { class: "row" }, field(store, (w) => w.gridsRoad, road), field(store, (w) => w.gridsOtherRoad, other)),
    between,
    unclear,
  );
}

/** What an edit would do: the grids that it touches with their counts, before it is done. */
export function previewCard(app: App, room: Store<GridsState>, desk: Desk, colourOf: (at: number) => string): HTMLElement {
  const { store } = app;
  const body = make("div");
  const title = say(store, make("h2", { tabindex: "-1", id: "grids-preview" }), (words) => words.gridsPreview);
  const apply = button(store, "apply", (words) => words.gridsApply, () => void desk.apply(), "primary");
  const cancel = button(store, "cancel", (words) => words.gridsCancel, () => room.apply(grids.previewDropped()));
  const card = make(
    "section",
    { class: "card grids-preview", "aria-labelledby": "grids-preview" },
    title,
    body,
    make("div", { class: "row" }, apply, cancel),
  );
  follow(store, room, (state) => [state.pending, state.busy], () => {
    const { pending, busy, set } = room.now;
    const appeared = card.hidden && pending !== null;
    card.hidden = !pending || !set;
    [apply.disabled, cancel.disabled] = [busy, busy];
    if (!pending) return;
    replace(body, ...previewBody(app, room, pending, colourOf));
    if (appeared) title.focus();
  });
  return card;
}

function previewBody(app: App, room: Store<GridsState>, { operation, preview }: grids.Pending, colourOf: (at: number) => string): HTMLElement[] {
  const words = wordsOf(app.store);
  const { language } = app.store.now;
  const heads = [words.cells, ...measureNames(words)];
  const rows = preview.grids.map((grid, at) => {
    const totals = grids.totalsOver(room.now, grids.positionsOf(room.now, grid.cells));
    const name = make("span", { class: "named" }, square(colourOf(at)), given(grid.name));
    return make(
      "tbody",
      { "data-grid": grid.id },
      make("tr", {}, make("th", { scope: "rowgroup", colspan: String(heads.length) }, name)),
      make(
        "tr",
        {},
        make("td", { class: "number", "data-field": "cells" }, integer(language, totals.cells)),
        ...SHOWN.map((one) => make("td", { class: "number", "data-field": one }, ...amount(words, language, totals, one))),
      ),
    );
  });
  const gone = Object.values(preview.removed);
  return [
    make("p", {}, storedWord(language, "ops", operation)),
    make("div", { class: "grids-preview-scroll", tabindex: "0" }, make(
      "table",
      {},
      make("thead", {}, headRow(heads)),
      ...rows,
    )),
    quiet(words.gridsMoved(integer(language, preview.cells_moved))),
    ...(gone.length ? [quiet(words.gridsGone(gone.join(words.comma)))] : []),
  ];
}
