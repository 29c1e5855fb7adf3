// The cells as a table in the map's place: the same selection, filtered and sorted, page by page.

import { ALL_ROWS, classOfCell, pagesOf, pageWith, ROWS_A_PAGE, rowsOf, sortedBy, SORTS, type Rows, type Sort } from "../core/cellRows.js";
import type { Evidence } from "../core/contract.js";
import { figure, integer, limits } from "../core/format.js";
import { catalogue, type Catalogue, unitName } from "../core/i18n.js";
import { shownColumn } from "../core/shown.js";
import { panelOpened } from "../core/panel.js";
import { branchName, cellSelected, hasTable, measureName, measureOf, territoryOf, type State } from "../core/state.js";
import { Store } from "../core/store.js";
import type { Told } from "../map/view.js";
import type { Details } from "./details.js";
import { ARROWS } from "./mapKeys.js";
import { figureElement, given, label, make, quiet, replace, say } from "./dom.js";
import { hiddenWords } from "./legend.js";

const EVIDENCE_NAMES: Record<Evidence, (words: Catalogue) => string> = {
  firm: (words) => words.evidenceFirm,
  weak: (words) => words.evidenceWeak,
  none: (words) => words.evidenceNone,
};

/** What the room that is shown adds to the table. */
export interface TableOfRoom {
  /** A key pressed on a row, whose cell is selected; true when the room has used it. */
  key(event: KeyboardEvent): boolean;
  /** What the room's colours say of cells. */
  told(): Told | null;
}

export interface CellTable {
  readonly element: HTMLElement;
  /** Says anew what the room's colours say, after they changed. */
  again(): void;
}

export function cellTable(store: Store<State>, details: Details, room: TableOfRoom): CellTable {
  const rows = new Store<Rows>(ALL_ROWS);
  const table = make("table", { class: "cells", "aria-describedby": "cells-help" });
  const help = say(store, make("p", { class: "unseen", id: "cells-help" }), (words) => words.tableHelp);
  const scroll = make("div", { class: "scroll" }, table);
  const empty = say(store, quiet(), (words) => words.tableNone);
  const element = make("section", { class: "cell-table", "aria-labelledby": "cells", hidden: true });
  const heading = say(store, make("h2", { id: "cells", class: "unseen" }), (words) => words.tableTitle);
  let order: Int32Array = new Int32Array();
  const refill = () => {
    fill(table, store.now, room.told(), rows.now, order, (sort) => rows.apply((now) => sortedBy(now, sort)));
    pager.show();
  };
  const show = (state: State) => {
    if (!seen(state)) return;
    order = rowsOf(state, rows.now);
    rows.apply((now) => withPage(now, pageWith(order, state.selected, now.page)));
    refill();
    empty.hidden = order.length > 0;
    element.dataset["cells"] = String(order.length);
  };
  const again = () => show(store.now);
  const turn = (page: number) => {
    rows.apply((now) => withPage(now, page));
    refill();
    scroll.scrollTop = 0;
  };
  const pager = pages(store, rows, () => order.length, turn);
  element.append(heading, filters(store, rows), scroll, empty, pager.element, help);
  store.watch(
    (state) => [seen(state), state.room, state.cells, shownColumn(state), state.branch, state.plan, state.selected, state.language],
    show,
  );
  rows.watch((now) => [now.territory, now.class, now.evidence, now.sort, now.descending], again);
  // The classes of one measure are not those of another.
  store.watch((state) => [state.measure], () => rows.apply((now) => (now.class === null ? now : { ...now, class: null })));
  table.addEventListener("click", (event) => {
    const cell = cellOf(event.target);
    if (cell >= 0) open(store, cell, details);
  });
  table.addEventListener("keydown", (event) => {
    if (!walk(event, store, order, table)) passOn(event, store, room);
  });
  return { element, again: () => seen(store.now) && refill() };
}

const seen = (state: State) => state.cellsAsTable && hasTable(state);

/** A key on a row is the room's, as on the cell of the map; without the ways and the space of the map. */
function passOn(event: KeyboardEvent, store: Store<State>, room: TableOfRoom): void {
  const cell = cellOf(event.target);
  if (cell < 0 || ARROWS.has(event.key) || event.key === " ") return;
  store.apply(cellSelected(cell));
  if (room.key(event)) event.preventDefault();
}

const withPage = (rows: Rows, page: number): Rows => (page === rows.page ? rows : { ...rows, page });

function cellOf(target: EventTarget | null): number {
  const row = target instanceof Element ? target.closest<HTMLElement>("tr[data-at]") : null;
  return row ? Number(row.dataset["at"]) : -1;
}

function open(store: Store<State>, cell: number, details: Details): void {
  store.apply(cellSelected(cell));
  store.apply(panelOpened());
  details.focus();
}

/** Up and down select the row before and behind, over the ends of pages. */
function walk(event: KeyboardEvent, store: Store<State>, order: Int32Array, table: HTMLElement): boolean {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = order.indexOf(cellOf(event.target));
  if (by === undefined || at < 0 || at + by < 0 || at + by >= order.length) return false;
  event.preventDefault();
  const cell = order[at + by] ?? -1;
  store.apply(cellSelected(cell));
  table.querySelector<HTMLElement>(`tr[data-at="${cell}"] button`)?.focus();
  return true;
}

function fill(table: HTMLElement, state: State, told: Told | null, rows: Rows, order: Int32Array, sort: (by: Sort) => void): void {
  const focused = table.contains(document.activeElement) ? cellOf(document.activeElement) : -1;
  const from = rows.page * ROWS_A_PAGE;
  const shown = [...order.slice(from, from + ROWS_A_PAGE)];
  const classes = classNames(state);
  const body = make("tbody", {}, ...shown.map((cell) => cellRow(state, cell, classes, told)));
  replace(table, make("caption", { class: "unseen" }, catalogue(state.language).tableTitle), head(state, rows, sort, told), body);
  const wanted = focused >= 0 ? table.querySelector<HTMLElement>(`tr[data-at="${focused}"] button`) : null;
  wanted?.focus();
  table.querySelector("tr.current")?.scrollIntoView({ block: "nearest" });
}

function head(state: State, rows: Rows, sort: (by: Sort) => void, told: Told | null): HTMLElement {
  const words = catalogue(state.language);
  const measure = measureOf(state);
  const unit = measure ? unitName(state.language, measure.unit) : "";
  const value = measure ? measureName(measure, state.language) + (unit ? ` (${unit})` : "") : words.value;
  const names: Record<Sort, string> = {
    cell: words.details,
    branch: words.branch,
    territory: words.territory,
    value,
    class: words.tableClass,
    evidence: words.evidence,
  };
  const cells = SORTS.map((by) => {
    const button = make("button", { type: "button", class: "sort", "data-sort": by }, names[by]);
    button.append(make("span", { "aria-hidden": "true" }, by === rows.sort ? (rows.descending ? " ▼" : " ▲") : ""));
    button.addEventListener("click", () => sort(by));
    const order = by === rows.sort ? (rows.descending ? "descending" : "ascending") : "none";
    return make("th", { scope: "col", "aria-sort": order, class: by === "value" ? "number" : undefined }, button);
  });
  const here = told ? [make("th", { scope: "col", class: "here" }, told.head(words))] : [];
  return make("thead", {}, make("tr", {}, ...cells, ...here));
}

function cellRow(state: State, cell: number, classes: readonly string[], told: Told | null): HTMLElement {
  const words = catalogue(state.language);
  const column = shownColumn(state);
  const value = column?.values[cell] ?? null;
  const evidence = column?.evidence?.[cell] ?? null;
  const branch = state.cells?.branches[state.cells.branch[cell]];
  const territory = territoryOf(state, cell);
  const kind = measureOf(state)?.kind ?? "count";
  const hidden = column?.reasons?.[cell];
  const missing = hidden ? hiddenWords(words)[hidden] : words.legendEmpty;
  const shown = value === null ? missing : figureElement(value, figure(state.language, kind, value));
  const id = state.cells?.ids[cell] ?? "";
  const button = make("button", { type: "button", class: "link" }, make("code", { translate: "no" }, id));
  const row = make("tr", { "data-at": String(cell), "data-cell": id, class: cell === state.selected ? "current" : undefined });
  row.append(
    make("th", { scope: "row", "aria-current": cell === state.selected ? "true" : undefined }, button),
    make("td", {}, given(branch ? branchName(state, branch) : "")),
    make("td", {}, territory ? given(territory.rm_name ?? territory.name) : words.evidenceNone),
    make("td", { class: "number" }, shown),
    make("td", {}, classes[classOfCell(state, cell)] ?? words.nothing),
    make("td", {}, evidence ? EVIDENCE_NAMES[evidence](words) : words.tableHidden),
    ...(told ? [make("td", { class: "here" }, given(told.of(cell) || words.nothing))] : []),
  );
  return row;
}

/** The classes in words, as the legend has them. */
function classNames(state: State): string[] {
  const [column, measure] = [shownColumn(state), measureOf(state)];
  if (!column || !measure || column.breaks.length === 0) return [];
  const written = limits(state.language, measure.kind, column.breaks);
  const words = catalogue(state.language);
  return written.slice(0, -1).map((from, at) => words.bandRange(from, written[at + 1] ?? words.nothing));
}

type Option = readonly [value: string, text: string, isName?: boolean];

function filters(store: Store<State>, rows: Store<Rows>): HTMLElement {
  const choose = (name: "territory" | "class" | "evidence", phrase: (w: Catalogue) => string, options: (state: State) => Option[]) => {
    const select = make("select", { name: `cells-${name}` });
    select.addEventListener("change", () => {
      const given = name === "evidence" ? select.value : Number(select.value);
      rows.apply((now) => ({ ...now, [name]: select.value === "" ? null : given, page: 0 }));
    });
    const show = () => {
      const all: Option[] = [["", catalogue(store.now.language).tableAll], ...options(store.now)];
      replace(select, ...all.map(([value, text, isName]) => make("option", { value, translate: isName ? "no" : undefined }, text)));
      select.value = String(rows.now[name] ?? "");
    };
    store.watch((state) => [state.language, state.plan, shownColumn(state), state.branch], show);
    rows.watch((now) => [now[name]], show);
    return make("label", { class: "field" }, say(store, make("span"), phrase), select);
  };
  return make(
    "div",
    { class: "cell-filters" },
    choose("territory", (w) => w.territory, territoryOptions),
    choose("class", (w) => w.tableClass, (state) => [...classNames(state).map((text, at): Option => [String(at), text]), ["-1", catalogue(state.language).legendEmpty]]),
    choose("evidence", (w) => w.evidence, ({ language }) => (["firm", "weak", "none"] as const).map((one): Option => [one, EVIDENCE_NAMES[one](catalogue(language))])),
  );
}

function territoryOptions({ plan, branch, language }: State): Option[] {
  const named = (plan?.territories ?? []).flatMap((one, at): Option[] =>
    branch === null || one.branch_id === branch ? [[String(at), one.rm_name ?? one.name, true]] : [],
  );
  return [...named, ["-1", catalogue(language).tableNoTerritory]];
}

interface Pager {
  readonly element: HTMLElement;
  show(): void;
}

function pages(store: Store<State>, rows: Store<Rows>, count: () => number, turn: (page: number) => void): Pager {
  const told = make("output");
  const element = label(store, make("div", { class: "cell-pages", role: "group" }), "aria-label", (words) => words.tablePages);
  const last = () => pagesOf(count()) - 1;
  const add = (sign: string, name: string, phrase: (w: Catalogue) => string, to: () => number) => {
    const button = label(store, make("button", { type: "button", class: "quiet-button", "data-page": name }, sign), "aria-label", phrase);
    button.addEventListener("click", () => turn(Math.min(Math.max(0, to()), last())));
    element.append(button);
  };
  add("«", "first", (w) => w.tableFirst, () => 0);
  add("‹", "back", (w) => w.tableBack, () => rows.now.page - 1);
  element.append(told);
  add("›", "next", (w) => w.tableNext, () => rows.now.page + 1);
  add("»", "last", (w) => w.tableLast, last);
  const show = () => {
    const [all, from, { language }] = [count(), rows.now.page * ROWS_A_PAGE, store.now];
    const [first, end] = [Math.min(from + 1, all), Math.min(from + ROWS_A_PAGE, all)];
    told.textContent = catalogue(language).tableRows(integer(language, first), integer(language, end), integer(language, all));
  };
  return { element, show };
}
