// One grid, one plan: all that is known of a grid on one page that can be printed.

import type * as Api from "../../core/api-types.js";
import { date, dateTime, decimal, integer, share } from "../../core/format.js";
import * as grids from "../../core/grids.js";
import type { GridsState } from "../../core/grids.js";
import { storedWord, type Catalogue, type Language } from "../../core/i18n.js";
import { latest } from "../../core/latest.js";
import { branchName } from "../../core/state.js";
import type { Store } from "../../core/store.js";
import { fact, given, label, make, quiet, replace } from "../../ui/dom.js";
import { problemText } from "../../ui/pages.js";
import type { App } from "../room.js";
import { problemFrom } from "../../core/api.js";
import type { Desk } from "./desk.js";
import { button, wordsOf } from "./parts.js";

interface Figure {
  readonly value: number | null;
  readonly reason: string | null;
  readonly evidence?: readonly { readonly source: string; readonly dated_on: string | null }[];
}

interface Section {
  readonly code: string;
  readonly name_zh: string;
  readonly name_en: string;
  readonly count: number;
}

/** The card as the service gives it; the described part is small, the figures are its further members. */
type Card = Api.GridCard & {
  readonly code: string | null;
  readonly owner_name: string | null;
  readonly status: string;
  readonly stage: string;
  readonly note: string | null;
  readonly cells: number;
  readonly area_km2: { readonly boundary: number | null; readonly cells: number };
  readonly people: Figure;
  readonly households: Figure;
  readonly businesses: Figure;
  readonly registered_households: Figure;
  readonly penetration: Figure;
  readonly customers: {
    readonly count: number;
    readonly by_tier: Readonly<Record<string, number>>;
    readonly do_not_contact: number;
    readonly prospects: number;
  };
  readonly merchants: { readonly count: number; readonly by_section: readonly Section[] };
  readonly versions: Readonly<Record<string, { readonly created_at: string }>>;
};

export interface PlanPage {
  readonly element: HTMLElement;
  open(grid: string): Promise<void>;
  close(): boolean;
}

export function planPage(app: App, room: Store<GridsState>, desk: Desk): PlanPage {
  const { store } = app;
  const body = make("div", { class: "plan-body" });
  const close = make("button", { type: "button", class: "close" }, make("span", { "aria-hidden": "true" }, "×"));
  label(store, close, "aria-label", (words) => words.close);
  const print = button(store, "print", (words) => words.gridsPrint, () => window.print());
  const element = make(
    "section",
    { class: "card grid-plan", tabindex: "-1", hidden: true, "data-state": "closed" },
    make("div", { class: "card-head plan-head" }, print, close),
    body,
  );
  label(store, element, "aria-label", (words) => words.gridsCardTitle);
  let card: Card | null = null;
  const asked = latest();
  const shut = () => {
    if (element.hidden) return false;
    asked();
    [element.hidden, card] = [true, null];
    element.dataset["state"] = "closed";
    return true;
  };
  close.addEventListener("click", shut);
  // It holds the keyboard while it is open, and gives it back to the map.
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shut()) app.view.focus();
  });
  store.watch((state) => [state.language], () => card && replace(body, ...page(app, card)));
  // A page about one grid beside another that is chosen by now would be taken for that one's.
  room.watch((state) => [state.branch, state.chosen.join()], shut);
  const open = async (grid: string) => {
    element.hidden = false;
    element.dataset["state"] = "loading";
    replace(body, make("p", { role: "status" }, wordsOf(store).loading));
    element.focus();
    // It may be closed meanwhile, or another grid's opened.
    const isLast = asked();
    try {
      const read = await app.read<Card>(desk.path(`/${encodeURIComponent(grid)}/card`));
      if (!isLast()) return;
      card = read;
      replace(body, ...page(app, card));
    } catch (error) {
      if (!isLast()) return;
      replace(body, make("p", { class: "problem", role: "alert" }, problemText(problemFrom(error), store.now.language)));
    }
    element.dataset["state"] = "open";
  };
  return { element, open, close: shut };
}

function page(app: App, card: Card): HTMLElement[] {
  const words = wordsOf(app.store);
  const { language, session } = app.store.now;
  return [
    quiet(`${words.gridsCardTitle} · `, given(branchName(app.store.now, card.branch_id)), ` · ${words.gridsInternal}`),
    make("h2", {}, given(card.name)),
    facts(identity(words, language, card)),
    facts(figures(words, language, card)),
    breakdown(app, words.gridsByTier, Object.entries(card.customers.by_tier).map(([tier, count]) => [storedWord(language, "tiers", tier), count])),
    breakdown(
      app,
      words.gridsBySection,
      card.merchants.by_section.map((one) => [language === "zh" ? one.name_zh : one.name_en, one.count]),
    ),
    quiet(session?.notice[language] ?? ""),
    quiet(Object.values(card.versions).slice(-1).map(({ created_at: at }) => dateTime(language, at)).join()),
  ];
}

type Fact = readonly [term: string, ...said: (HTMLElement | string)[]];

function identity(words: Catalogue, language: Language, card: Card): Fact[] {
  const text = (value: string | null): HTMLElement | string => (value ? given(value) : words.nothing);
  return [
    [words.gridsKind, storedWord(language, "kinds", card.kind)],
    [words.gridsCode, text(card.code)],
    [words.gridsOwner, card.owner_name ? given(card.owner_name) : words.conflictNobody],
    [words.gridsStatus, storedWord(language, "statuses", card.status)],
    [words.gridsStage, storedWord(language, "stages", card.stage)],
    [words.area, words.squareKm(decimal(language, card.area_km2.boundary ?? card.area_km2.cells, 2))],
    [words.cells, integer(language, card.cells)],
    [words.gridsNote, text(card.note)],
  ];
}

function figures(words: Catalogue, language: Language, card: Card): Fact[] {
  const number = (figure: Figure): (HTMLElement | string)[] => {
    if (figure.value === null) return [make("span", { class: "quiet" }, figure.reason ?? words.gridsUnknown)];
    const from = figure.evidence?.[0];
    const source = from ? [make("small", { class: "quiet" }, words.gridsEvidence(from.source, from.dated_on ? date(language, from.dated_on) : words.nothing))] : [];
    return [integer(language, figure.value), ...source];
  };
  const { households } = card;
  const size = grids.sizeOf(households.value);
  const guide = size ? [make("small", {}, { below: words.gridsBelow, within: words.gridsWithin, above: words.gridsAbove }[size])] : [];
  const { penetration } = card;
  return [
    [words.gridsPeople, ...number(card.people)],
    [words.gridsHouseholds, ...number(households), ...guide],
    [words.gridsRegistered, ...number(card.registered_households)],
    [words.gridsBusinesses, ...number(card.businesses)],
    [words.gridsOwnCustomers, integer(language, card.customers.count)],
    [words.gridsPenetration, ...(penetration.value === null ? number(penetration) : [share(language, penetration.value)])],
    [words.gridsProspects, integer(language, card.customers.prospects)],
    [words.gridsNoContact, integer(language, card.customers.do_not_contact)],
    [words.gridsMerchants, integer(language, card.merchants.count)],
  ];
}

function facts(rows: readonly Fact[]): HTMLElement {
  const parts = rows.map(([term, ...said]) => fact(term, ...said));
  return make("dl", { class: "facts plan-facts" }, ...parts);
}

function breakdown({ store }: App, title: string, rows: readonly (readonly [string, number])[]): HTMLElement {
  const words = wordsOf(store);
  const items = rows.filter(([, count]) => count > 0).map(([name, count]) => make("li", {}, `${name}${words.colon}${integer(store.now.language, count)}`));
  return make(
    "div",
    { class: "plan-list" },
    make("h3", {}, title),
    items.length ? make("ul", {}, ...items) : quiet(words.evidenceNone),
  );
}
