// The grids of the branch as a table: size against the guide, owner, status.

import { dateTime, figure, integer } from "../../core/format.js";
import * as grids from "../../core/grids.js";
import type { GridInfo, GridsState, Totals } from "../../core/grids.js";
import { storedWord, type Catalogue, type Language } from "../../core/i18n.js";
import type { Store } from "../../core/store.js";
import { figureElement, given, headRow, make, quiet, renew, say, swatch } from "../../ui/dom.js";
import type { App } from "../room.js";
import { markSwatch } from "./layers.js";
import { follow, wordsOf } from "./parts.js";
import type { Scene } from "./scene.js";

export function drawer(app: App, room: Store<GridsState>, scene: Scene): HTMLElement {
  const { store } = app;
  const title = say(store, make("h2"), (words) => words.gridsTitle);
  const count = quiet();
  const body = make("div", { class: "scroll grids-scroll", tabindex: "0" });
  const toggle = make("button", { type: "button", class: "quiet-button", "aria-expanded": "true" });
  const showToggle = () => {
    toggle.textContent = body.hidden ? wordsOf(store).mapNextShow : wordsOf(store).mapNextHide;
    toggle.setAttribute("aria-expanded", String(!body.hidden));
  };
  toggle.addEventListener("click", () => {
    body.hidden = !body.hidden;
    showToggle();
  });
  const element = make(
    "section",
    { class: "drawer grids-drawer" },
    make("div", { class: "card-head" }, title, count, toggle),
    body,
  );
  follow(store, room, (state) => [state.set, state.counts, state.chosen, state.log, state.layers], () => {
    const { set, log } = room.now;
    element.hidden = set === null;
    if (!set) return;
    const { language } = store.now;
    const words = wordsOf(store);
    count.textContent = words.gridsCount(integer(language, set.grids.length), integer(language, set.cells.length));
    body.setAttribute("aria-label", log ? words.gridsShowLog : words.gridsTable);
    renew(body, log ? logTable(app, room, log) : gridTable(app, room, scene));
    showToggle();
  });
  return element;
}

function gridTable(app: App, room: Store<GridsState>, scene: Scene): HTMLElement {
  const words = wordsOf(app.store);
  const { set, counts } = room.now;
  if (!set) return make("p");
  const totals = grids.totalsOf(set, counts);
  const heads = [words.gridsName, words.gridsStatus, words.gridsOwner, words.cells, ...measureNames(words), words.gridsKind];
  const layers = room.now.layers.flatMap((layer, place) =>
    layer ? [make("th", { scope: "col", class: "number" }, make("span", { class: "named" }, markSwatch(place), given(layer.name)))] : [],
  );
  const rows = set.grids.map((grid, at) => gridRow(app, room, grid, totals[at], scene.colourOf(at)));
  return make(
    "table",
    { class: "territories grids-table" },
    make("caption", { class: "unseen" }, words.gridsTable),
    make("thead", {}, headRow(heads, [3, 4, 5, 6, 7], layers)),
    make("tbody", {}, ...rows),
  );
}

export function measureNames(words: Catalogue): string[] {
  return [words.gridsHouseholds, words.gridsPeople, words.gridsCustomers, words.gridsMerchants];
}

/** In the order of `measureNames`. */
export const SHOWN = ["households", "people", "customers", "merchants"] as const;

function gridRow(app: App, room: Store<GridsState>, grid: GridInfo, totals: Totals, colour: string): HTMLElement {
  const words = wordsOf(app.store);
  const { language } = app.store.now;
  const chosen = room.now.chosen.includes(grid.id);
  const name = make("button", { type: "button", class: "link", "aria-label": words.gridsChoose(grid.name) }, given(grid.name));
  name.addEventListener("click", (event) => room.apply(grids.gridChosen(grid.id, event.shiftKey || event.ctrlKey)));
  const also = make("input", { type: "checkbox", "aria-label": words.gridsAlso(grid.name) });
  also.checked = chosen;
  also.addEventListener("change", () => room.apply(grids.gridChosen(grid.id, true)));
  return make(
    "tr",
    { "data-grid": grid.id, class: chosen ? "current" : undefined },
    make("th", { scope: "row" }, make("span", { class: "named" }, also, square(colour), name)),
    make("td", { "data-field": "status" }, storedWord(language, "statuses", grid.status)),
    make("td", { "data-field": "owner" }, ownerOf(room, grid.owner_id, words)),
    make("td", { class: "number", "data-field": "cells" }, figureElement(totals.cells, integer(language, totals.cells))),
    ...SHOWN.map((measure) => make("td", { class: "number", "data-field": measure }, ...amount(words, language, totals, measure))),
    make("td", {}, storedWord(language, "kinds", grid.kind)),
    ...room.now.layers.flatMap((layer) => {
      if (!layer) return [];
      const members = layer.grids[grid.id] ?? 0;
      return [make("td", { class: "number", "data-layer-of": layer.feature_id }, figureElement(members, integer(language, members)))];
    }),
  );
}

/** A sum, and of households also where it lies against the guide; in words, not by colour alone. */
export function amount(
  words: Catalogue,
  language: Language,
  totals: Totals,
  measure: (typeof SHOWN)[number],
): (HTMLElement | string)[] {
  const value = totals[measure];
  if (value === null) return [words.nothing];
  const shown = figureElement(value, figure(language, "count", Math.round(value)));
  const size = measure === "households" ? grids.sizeOf(value) : null;
  if (!size) return [shown];
  const said = { below: words.gridsBelow, within: words.gridsWithin, above: words.gridsAbove }[size];
  return [shown, make("small", { class: size === "within" ? undefined : "bad" }, said)];
}

/** What is not known, and why. */
export const unknown = (words: Catalogue, reason: string | null | undefined): (HTMLElement | string)[] => [words.gridsUnknown, make("small", {}, reason ?? "")];

export function square(colour: string): HTMLElement {
  const made = swatch((context, size) => {
    context.fillStyle = colour;
    context.fillRect(0, 0, size, size);
  });
  made.dataset["colour"] = colour;
  return made;
}

/** The name of an owner. */
function ownerOf(room: Store<GridsState>, id: string | null | undefined, words: Catalogue): HTMLElement | string {
  return id ? given(room.now.counts?.staff.find((one) => one.id === id)?.name ?? id) : words.conflictNobody;
}

function logTable(app: App, room: Store<GridsState>, log: readonly grids.LogEntry[]): HTMLElement {
  const words = wordsOf(app.store);
  const { language } = app.store.now;
  const value = (entry: grids.LogEntry): (HTMLElement | string)[] => {
    const { status, owner_id: owner } = grids.setIn(entry);
    if (status !== undefined) return [words.colon, storedWord(language, "statuses", status)];
    return owner === undefined ? [] : [words.colon, ownerOf(room, owner, words)];
  };
  if (log.length === 0) return quiet(words.gridsLogEmpty);
  const heads = [words.gridsWhen, words.gridsWho, words.gridsWhat, words.roomGrids];
  const rows = log.map((entry) =>
    make(
      "tr",
      { "data-seq": String(entry.seq) },
      make("td", {}, dateTime(language, entry.at)),
      make("td", {}, given(entry.actor)),
      make("td", {}, storedWord(language, "ops", entry.operation), ...value(entry)),
      make("td", {}, given(grids.namesIn(entry, room.now.set?.grids ?? []).join(words.comma))),
    ),
  );
  return make(
    "table",
    { class: "territories grids-table grids-log" },
    make("caption", { class: "unseen" }, words.gridsShowLog),
    make("thead", {}, headRow(heads)),
    make("tbody", {}, ...rows),
  );
}
