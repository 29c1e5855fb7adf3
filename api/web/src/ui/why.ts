// How the figure of the opened cell came about: remarks, formula, and every number in it.

import type { Explained } from "../core/contract.js";
import { decimal, figure, integer } from "../core/format.js";
import { catalogue, type Language, unitName } from "../core/i18n.js";
import { measureName, measureOf, type State } from "../core/state.js";
import { make, quiet } from "./dom.js";
import { problemText } from "./pages.js";

export function why(state: State): HTMLElement[] {
  const { reasons, language } = state;
  const measure = measureOf(state);
  if (!reasons || !measure || reasons.measure !== measure.id) return [];
  const words = catalogue(language);
  const heading = make("h3", {}, words.mapWhy(measureName(measure, language)));
  const section = make("section", { class: "why", "data-why": reasons.body ? measure.id : undefined }, heading);
  if (reasons.problem) section.append(make("p", { class: "problem" }, problemText(reasons.problem, language)));
  else if (!reasons.body) section.append(quiet(words.loading));
  else section.append(...explained(reasons.body, language));
  return [section];
}

function explained(body: Explained, language: Language): HTMLElement[] {
  const words = catalogue(language);
  const hidden = language === "zh" ? body.reason_zh : body.reason_en;
  const said = [...(hidden === null ? [] : [hidden]), ...body.notes.map((note) => note[language])];
  if (body.comparable_cells.length) said.push(words.mapWhyComparable(integer(language, body.comparable_cells.length)));
  const found: HTMLElement[] = said.map((text) => make("p", {}, text));
  if (body.formula) found.push(make("p", {}, make("code", { translate: "no" }, body.formula)));
  if (body.parts.length) {
    const rows = body.parts.map((part) => partRow(part, language));
    const summary = make("summary", {}, words.mapWhyParts(integer(language, body.parts.length)));
    found.push(make("details", {}, summary, make("table", { class: "parts" }, make("tbody", {}, ...rows))));
  }
  return found;
}

function partRow(part: Explained["parts"][number], language: Language): HTMLElement {
  const name = make("th", { scope: "row" }, language === "zh" ? part.name_zh : part.name_en);
  name.append(make("small", { translate: "no" }, part.symbol));
  const value = typeof part.value === "number" ? number(part.value, part.unit, language) : (part.value ?? "–");
  const unit = unitName(language, part.unit, value);
  return make("tr", { "data-part": part.symbol }, name, make("td", {}, unit ? `${value} ${unit}` : value));
}

function number(value: number, unit: string, language: Language): string {
  if (unit === "share") return figure(language, "share", value);
  return Number.isInteger(value) ? integer(language, value) : decimal(language, value, Math.abs(value) < 1 ? 4 : 2);
}
