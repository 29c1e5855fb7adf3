// The territories as a table: loads, targets, distance from the target.

import { certificateFrom, type Certificate } from "../core/certificate.js";
import type { Territory } from "../core/contract.js";
import { figure, integer, signedPercent, percent } from "../core/format.js";
import { catalogue, type Catalogue } from "../core/i18n.js";
import { measureName, territoryChosen, type State } from "../core/state.js";
import type { Store } from "../core/store.js";
import { territoryFill } from "../map/cellPaint.js";
import { figureElement, given, make, swatch } from "./dom.js";

/** Columns before those of the measures: manager and cells. */
const FIRST_COLUMNS = 2;

/** Measures that have targets, in the order of the measure table. */
export function targetMeasures(state: State): string[] {
  const named = new Set((state.plan?.territories ?? []).flatMap(({ targets }) => Object.keys(targets)));
  return state.measures.map(({ id }) => id).filter((id) => named.has(id));
}

export function territoryTable(store: Store<State>, state: State): HTMLElement {
  const words = catalogue(state.language);
  const measures = targetMeasures(state);
  const certificates = new Map(
    Object.entries(state.plan?.certificates ?? {}).map(([branch, body]) => [branch, certificateFrom(body)]),
  );
  const wanted = state.branches.filter(({ id }) => state.branch === null || id === state.branch);
  const bodies = wanted.map(({ id, name }) => {
    const rows = (state.plan?.territories ?? []).flatMap((territory, at) =>
      territory.branch_id === id ? [territoryRow(store, state, territory, at, measures, certificates.get(id))] : [],
    );
    const span = String(FIRST_COLUMNS + 2 * measures.length);
    const head = make("th", { scope: "rowgroup", colspan: span, class: "branch" }, given(name));
    return make("tbody", {}, make("tr", {}, head), ...rows);
  });
  return make(
    "table",
    { class: "territories" },
    make("caption", { class: "unseen" }, words.tableCaption),
    ...tableHead(state, measures, words),
    ...bodies,
  );
}

function tableHead(state: State, measures: string[], words: Catalogue): HTMLElement[] {
  const tall = [words.manager, words.cells].map((text) =>
    make("th", { scope: "col", rowspan: "2" }, text),
  );
  const groups = measures.map((id) => {
    const measure = state.measures.find((one) => one.id === id);
    const name = measure ? measureName(measure, state.language) : id;
    return make("th", { scope: "colgroup", colspan: "2", class: "group" }, name);
  });
  const parts = measures.flatMap(() =>
    [words.load, words.imbalance].map((text) => make("th", { scope: "col" }, text)),
  );
  return [make("thead", {}, make("tr", {}, ...tall, ...groups), make("tr", {}, ...parts))];
}

function territoryRow(
  store: Store<State>,
  state: State,
  territory: Territory,
  at: number,
  measures: string[],
  certificate: Certificate | undefined,
): HTMLElement {
  const words = catalogue(state.language);
  const name = territory.rm_name ?? territory.name;
  const button = make("button", { type: "button", class: "link", "aria-label": words.showOnMap(name) }, given(name));
  button.addEventListener("click", () => store.apply(territoryChosen(at)));
  const square = swatch((context, size) => {
    context.fillStyle = territoryFill(territory.colour);
    context.fillRect(0, 0, size, size);
  });
  return make(
    "tr",
    { "data-territory": territory.id, class: state.territory === at ? "current" : undefined },
    make("th", { scope: "row" }, make("span", { class: "named" }, square, button)),
    make("td", { class: "number" }, integer(state.language, territory.cells)),
    ...measures.flatMap((id) => measureCells(state, territory, id, certificate?.tolerancePercent.get(id))),
  );
}

function measureCells(state: State, territory: Territory, id: string, tolerance: number | undefined): HTMLElement[] {
  const { language } = state;
  const words = catalogue(language);
  const kind = state.measures.find((one) => one.id === id)?.kind ?? "count";
  const amount = (value: number | null | undefined) =>
    value === undefined || value === null ? words.nothing : figureElement(value, figure(language, kind, value));
  const imbalance = territory.imbalance_percent[id];
  const outside = imbalance !== undefined && tolerance !== undefined && Math.abs(imbalance) > tolerance + 1e-6;
  const shown = imbalance === undefined ? words.nothing : figureElement(imbalance, signedPercent(language, imbalance));
  const last = make("td", { class: outside ? "number outside" : "number" }, shown);
  if (outside) last.append(make("small", {}, words.outside(percent(language, tolerance))));
  const target = territory.targets[id];
  const load = make("td", { class: "number", "data-field": `load-${id}` }, amount(territory.loads[id]));
  if (target !== undefined) load.append(make("small", {}, words.targetIs(figure(language, kind, target))));
  return [load, last];
}
