// A row a territory with a bar a measure against target and tolerance; the bars follow the brush.

import { figure, integer, percent, signedPercent } from "../../core/format.js";
import { catalogue, type Catalogue } from "../../core/i18n.js";
import { servedStanding, type Bar, type Chosen, type Standing } from "../../core/plan.js";
import type { State } from "../../core/state.js";
import { territoryFill } from "../../map/cellPaint.js";
import { given, headRow, make, replace, swatch } from "../../ui/dom.js";
import { findings } from "./form.js";
import { holder, nameOfMeasure } from "./names.js";
import { action } from "./redraw.js";

const SVG = "http://www.w3.org/2000/svg";
/** A bar is this long where a load is twice its target; the target stands in the middle. */
const FULL = 120;
const HEIGHT = 14;

export interface Balance {
  readonly element: HTMLElement;
  draw(chosen: Chosen | null, state: State, standing: (territory: number) => Standing | null): void;
  /** Says what was found that cannot work. */
  check(chosen: Chosen | null, state: State): void;
  /** Shows how territories stand now, those named only. */
  follow(chosen: Chosen, state: State, standing: (territory: number) => Standing, which: Iterable<number>): void;
  mark(territory: number): void;
}

interface Row {
  readonly row: HTMLElement;
  readonly cells: HTMLElement;
  readonly pieces: HTMLElement;
  readonly bars: readonly ShownBar[];
}

interface ShownBar {
  readonly data: HTMLDataElement;
  readonly share: HTMLElement;
  readonly load: SVGRectElement;
  readonly cell: HTMLElement;
}

export interface RowEvents {
  /** The reader chose a territory in the table. */
  pick(territory: number): void;
  /** Null where nothing may be locked. */
  isLocked(territory: number): boolean | null;
  lock(territory: number, locked: boolean): void;
  /** Leads to making a scenario; null for who may only read them. */
  readonly begin: (() => void) | null;
}

/** What stands here before a scenario is chosen. */
function firstSteps(words: Catalogue, begin: RowEvents["begin"]): HTMLElement {
  const item = (text: string, ...more: HTMLElement[]) => make("li", {}, text, " ", ...more);
  const changing = begin
    ? [item(words.planFirstMake, action("first", words.planMake, begin)), item(words.planFirstPaint)]
    : [];
  const last = begin ? [item(words.planFirstSubmit)] : [];
  const steps = make("ol", { class: "plan-lines" }, item(words.planFirstChoose), ...changing, item(words.planFirstCompare), ...last);
  return make("div", { class: "plan-first" }, make("h3", {}, words.planFirst), make("p", {}, words.planFirstLive), steps);
}

export function balance(events: RowEvents): Balance {
  const element = make("div", { class: "plan-balance" });
  let rows: Row[] = [];
  let notes = make("ul", { class: "plan-lines" });
  const found = make("div");
  let standings: Standing[] = [];
  const draw: Balance["draw"] = (chosen, state, standing) => {
    if (!chosen) return replace(element, firstSteps(catalogue(state.language), events.begin));
    standings = chosen.ground.answer.territories.map((_, at) => standing(at) ?? servedStanding(chosen.ground, at));
    rows = chosen.ground.answer.territories.map((_, at) => row(chosen, state, at, events));
    notes = make("ul", { class: "plan-lines", "data-warnings": "" });
    const heading = make("h3", {}, catalogue(state.language).planWarnings);
    replace(element, table(chosen, state, rows), make("div", { class: "plan-warnings" }, heading, notes, found));
    check(chosen, state);
    follow(chosen, state, (at) => standings[at], standings.keys());
  };
  const check: Balance["check"] = (chosen, state) => {
    const checked = chosen?.checked;
    replace(found, ...(checked?.findings.length ? findings(checked, state, catalogue(state.language)) : []));
  };
  const follow: Balance["follow"] = (chosen, state, standing, which) => {
    for (const at of which) {
      const next = standing(at);
      if (!rows[at].row.dataset["shown"] || differs(next, standings[at])) show(rows[at], next, state);
      standings[at] = next;
    }
    replace(notes, ...warnings(chosen, standings, state).map((warning) => warningLine(warning, events)));
  };
  const mark = (territory: number) => rows.forEach(({ row }, at) => row.classList.toggle("current", at === territory));
  return { element, draw, check, follow, mark };
}

function table({ ground }: Chosen, state: State, rows: readonly Row[]): HTMLElement {
  const words = catalogue(state.language);
  // Who may lock nothing has no column for it.
  const locks = rows.some(({ row }) => row.querySelector("[name=plan-lock]")) ? [words.planLocked] : [];
  const names = [words.manager, ...locks, words.cells, words.planParts, ...ground.answer.measures.map((id) => nameOfMeasure(state, id))];
  const head = headRow(names, [1 + locks.length, 2 + locks.length]);
  return make(
    "table",
    { class: "territories plan-bars" },
    make("caption", { class: "unseen" }, words.tableCaption),
    make("thead", {}, head),
    make("tbody", {}, ...rows.map(({ row }) => row)),
  );
}

function row({ ground }: Chosen, state: State, at: number, events: RowEvents): Row {
  const words = catalogue(state.language);
  const territory = ground.answer.territories[at];
  const name = holder(words, territory);
  const button = make("button", { type: "button", class: "link", "aria-label": words.showOnMap(name) }, given(name));
  button.addEventListener("click", () => events.pick(at));
  const square = swatch((context, size) => {
    context.fillStyle = territoryFill(territory.colour);
    context.fillRect(0, 0, size, size);
  });
  const [cells, pieces] = [make("td", { class: "number" }), make("td", { class: "number" })];
  const bars = ground.answer.measures.map((id) => shownBar(id));
  const head = make("th", { scope: "row" }, make("span", { class: "named" }, square, button));
  const line = make("tr", { "data-territory": territory.id }, head, ...lockBox(events, at, words.planLock(name)), cells, pieces, ...bars.map(({ cell }) => cell));
  return { row: line, cells, pieces, bars };
}

function lockBox(events: RowEvents, at: number, name: string): HTMLElement[] {
  const locked = events.isLocked(at);
  if (locked === null) return [];
  const box = make("input", { type: "checkbox", name: "plan-lock", "aria-label": name });
  box.checked = locked;
  box.addEventListener("change", () => events.lock(at, box.checked));
  return [make("td", {}, box)];
}

function shownBar(measure: string): ShownBar {
  const data = make("data");
  const share = make("small");
  const drawing = shape("svg", { width: FULL, height: HEIGHT, viewBox: `0 0 ${FULL} ${HEIGHT}`, "aria-hidden": "true", class: "plan-bar" });
  const load = shape("rect", { y: 3, height: HEIGHT - 6, x: 0, class: "load" });
  drawing.append(load);
  const cell = make("td", { "data-measure": measure });
  cell.append(make("span", { class: "plan-figure" }, data, share), drawing);
  return { data, share, load, cell };
}

function shape<T extends "svg" | "rect">(name: T, attributes: Record<string, string | number>): SVGElementTagNameMap[T] {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

const differs = (one: Standing, other: Standing) =>
  one.cells !== other.cells || one.pieces !== other.pieces || one.bars.some(({ load }, at) => load !== other.bars[at].load);

function show(row: Row, standing: Standing, state: State): void {
  const { language } = state;
  row.row.dataset["shown"] = "";
  row.cells.textContent = integer(language, standing.cells);
  row.pieces.textContent = integer(language, standing.pieces);
  row.pieces.classList.toggle("outside", standing.pieces > 1);
  standing.bars.forEach((bar, at) => showBar(row.bars[at], bar, state));
}

function showBar(shown: ShownBar, bar: Bar, { language }: State): void {
  const words = catalogue(language);
  const at = (share: number) => Math.max(0, Math.min(FULL, (share * FULL) / 2));
  shown.data.setAttribute("value", String(bar.load));
  shown.data.textContent = figure(language, "count", bar.load);
  shown.cell.dataset["target"] = String(bar.target);
  shown.cell.dataset["imbalance"] = String(bar.imbalance);
  shown.cell.classList.toggle("outside", bar.outside);
  const limit = bar.outside && bar.tolerance !== null ? ` ${words.outside(percent(language, bar.tolerance))}` : "";
  shown.share.textContent = `${signedPercent(language, bar.imbalance)}${limit}`;
  shown.share.title = words.targetIs(figure(language, "count", bar.target));
  shown.load.setAttribute("width", at(bar.target > 0 ? bar.load / bar.target : 0).toFixed(2));
  const drawing = shown.load.parentNode as SVGSVGElement;
  drawing.querySelectorAll(".band, .target").forEach((old) => old.remove());
  if (bar.tolerance !== null) {
    const reach = bar.tolerance / 100;
    const band = { x: at(1 - reach), width: at(1 + reach) - at(1 - reach), y: 0, height: HEIGHT, class: "band" };
    drawing.prepend(shape("rect", band));
  }
  drawing.append(shape("rect", { x: FULL / 2 - 1, width: 2, y: 0, height: HEIGHT, class: "target" }));
}

/** In words, and whose it is; -1 for nobody's. */
type Warning = readonly [text: string, territory: number];

/** A warning leads to its territory on the map. */
function warningLine([text, territory]: Warning, events: RowEvents): HTMLElement {
  if (territory < 0) return make("li", {}, text);
  const button = make("button", { type: "button", class: "link" }, text);
  button.addEventListener("click", () => events.pick(territory));
  return make("li", {}, button);
}

/** Contiguity, balance and hours. */
function warnings({ scenario, ground }: Chosen, standings: readonly Standing[], state: State): Warning[] {
  const words = catalogue(state.language);
  const found = ground.answer.territories.flatMap((territory, at) => {
    const name = holder(words, territory);
    const standing = standings[at];
    const apart = standing.pieces > 1 ? [words.planPieces(name, integer(state.language, standing.pieces))] : [];
    return [...apart, ...outside(name, standing, ground.answer.measures, state, words)].map((text): Warning => [text, at]);
  });
  const over = loadOf(scenario.load, standings, ground, state, words);
  const all = [...found, ...over];
  return all.length ? all : [[words.planNoWarnings, -1]];
}

function outside(name: string, { bars }: Standing, measures: readonly string[], state: State, words: Catalogue): string[] {
  const { language } = state;
  return bars.flatMap((bar, at) => {
    if (!bar.outside || bar.tolerance === null) return [];
    const value = signedPercent(language, bar.imbalance);
    return [words.planOutside(name, nameOfMeasure(state, measures[at]), value, percent(language, bar.tolerance))];
  });
}

interface ManagerLoad {
  readonly rm: string;
  readonly available_hours: number;
}

/** Whose work does not fit the hours, by the workload as it stands now. */
function loadOf(load: Record<string, unknown>, standings: readonly Standing[], ground: Chosen["ground"], { language }: State, words: Catalogue): Warning[] {
  const { measures, territories } = ground.answer;
  const workload = measures.indexOf("workload");
  const people = (load["managers"] ?? []) as readonly ManagerLoad[];
  return people.flatMap(({ rm, available_hours: available }) => {
    const held = territories.flatMap((one, at) => ((one.rm_id ?? one.id) === rm ? [at] : []));
    const needed = held.reduce((sum, at) => sum + (standings[at].bars[workload]?.load ?? 0), 0);
    if (needed <= available || !held.length) return [];
    const name = holder(words, territories[held[0]]);
    return [[words.planOver(name, integer(language, needed - available), percent(language, (100 * needed) / available)), held[0]]];
  });
}
