// The panel with everything published about the selected cell.

import type { CellDetail, CellMeasure, Evidence, Explanation, Kind } from "../core/contract.js";
import { decimal, degrees, figure, integer, share } from "../core/format.js";
import { catalogue, type Catalogue, type Language, unitName } from "../core/i18n.js";
import { panelClosed } from "../core/panel.js";
import { branchName, measureName, type State } from "../core/state.js";
import type { Store } from "../core/store.js";
import { fact, figureElement, given, label, make, quiet, replace, say } from "./dom.js";
import { problemText } from "./pages.js";
import { why } from "./why.js";

export interface Details {
  readonly element: HTMLElement;
  /** Moves the keyboard to the panel. */
  focus(): void;
}

export function details(store: Store<State>): Details {
  const heading = make("h2", { id: "details", tabindex: "-1" });
  const close = label(store, make("button", { type: "button", class: "close" }, "×"), "aria-label", (w) => w.close);
  close.addEventListener("click", () => store.apply(panelClosed()));
  const body = make("div", { class: "details-body" });
  const element = make("section", { class: "card details", "aria-labelledby": "details", hidden: true });
  element.append(make("div", { class: "card-head" }, say(store, heading, (words) => words.details), close), body);
  store.watch(
    (state) => [state.panel, state.reasons, state.language, state.measure, state.measures, state.branches],
    (state) => {
      element.hidden = !state.panel;
      replace(body, ...panelBody(state));
    },
  );
  return { element, focus: () => heading.focus() };
}

function panelBody(state: State): HTMLElement[] {
  const words = catalogue(state.language);
  if (!state.panel) return [];
  const { cell, body, problem } = state.panel;
  if (problem) return [make("p", { class: "problem", role: "alert" }, problemText(problem, state.language))];
  if (!body) return [cellName(cell), quiet(words.loading)];
  return [cellName(cell), facts(state, body, words), ...why(state), figures(state, body, words)];
}

function cellName(cell: string): HTMLElement {
  return make("p", { class: "cell-name" }, make("code", { translate: "no" }, cell));
}

function facts(state: State, body: CellDetail, words: Catalogue): HTMLElement {
  const { language } = state;
  const branch = branchName(state, body.branch_id);
  const travel = body.explain.travel_s;
  const pairs: [string, HTMLElement | string][] = [
    [words.branch, given(branch)],
    [words.territory, body.territory ? given(body.territory.name) : words.evidenceNone],
    [words.manager, body.territory?.rm_name ? given(body.territory.rm_name) : words.nothing],
    [words.travel, travel === null ? words.nothing : words.minutes(decimal(language, travel / 60, 1))],
    [words.area, words.squareKm(decimal(language, body.area_km2, 3))],
    [words.position, words.pointer(degrees(language, body.lng), degrees(language, body.lat))],
  ];
  const rows = pairs.map(([name, value]) => fact(name, value));
  return make("dl", { class: "facts" }, ...rows);
}

function figures(state: State, body: CellDetail, words: Catalogue): HTMLElement {
  const head = [words.measure, words.value, words.band, words.evidence].map((text) => make("th", { scope: "col" }, text));
  const rows = Object.entries(body.measures).map(([id, measure]) => {
    const kind = state.measures.find((one) => one.id === id)?.kind ?? "index";
    return figureRow(id, measure, kind, body.explain.measures[id], state);
  });
  return make(
    "table",
    { class: "figures" },
    make("caption", { class: "unseen" }, words.figures),
    make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, ...rows),
  );
}

function figureRow(
  id: string,
  measure: CellMeasure,
  kind: Kind,
  explanation: Explanation | undefined,
  state: State,
): HTMLElement {
  const { language } = state;
  const words = catalogue(language);
  const name = make("th", { scope: "row" }, measureName(measure, language));
  const raw = rawText(explanation, language);
  if (raw) name.append(make("small", {}, raw));
  return make(
    "tr",
    { "data-figure": id, class: id === state.measure ? "current" : undefined },
    name,
    make("td", { "data-field": "value" }, ...valueOf(measure, kind, language)),
    make("td", { "data-field": "band" }, bandOf(measure, kind, words, language)),
    make("td", { "data-field": "evidence" }, evidenceName(measure.evidence, words)),
  );
}

function valueOf(measure: CellMeasure, kind: Kind, language: Language): (HTMLElement | string)[] {
  const hidden = language === "zh" ? measure.reason_zh : measure.reason_en;
  if (measure.value === null) return hidden === null ? [catalogue(language).nothing] : [make("small", { class: "hidden-why" }, hidden)];
  const shown = figure(language, kind, measure.value);
  const unit = unitName(language, measure.unit, shown);
  const value = figureElement(measure.value, shown);
  return unit ? [value, make("small", {}, unit)] : [value];
}

function bandOf(measure: CellMeasure, kind: Kind, words: Catalogue, language: Language): HTMLElement | string {
  if (measure.low === null || measure.high === null) return words.nothing;
  const [low, high] = [figure(language, kind, measure.low), figure(language, kind, measure.high)];
  return make("span", { "data-low": String(measure.low), "data-high": String(measure.high) }, words.bandRange(low, high));
}

function evidenceName(evidence: Evidence | null, words: Catalogue): HTMLElement | string {
  if (evidence === null) return words.nothing;
  const names = { firm: words.evidenceFirm, weak: words.evidenceWeak, none: words.evidenceNone };
  return make("span", { class: `evidence ${evidence}` }, names[evidence]);
}

/** What stood there before neighbours were taken into account. */
function rawText(explanation: Explanation | undefined, language: Language): string | null {
  if (!explanation || explanation.numerator === null || explanation.denominator === null) return null;
  if (explanation.raw === null) return null;
  const { numerator, denominator, raw } = explanation;
  const count = (value: number) => (Number.isInteger(value) ? integer(language, value) : decimal(language, value, 1));
  return catalogue(language).rawRate(count(numerator), count(denominator), share(language, raw));
}
