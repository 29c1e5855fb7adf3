// The legend: the very colours of the map, with limits and counts.

import { classColours, lowestAlone, type ClassCounts } from "../core/classes.js";
import type { Measure, MeasureColumn, Reason } from "../core/contract.js";
import { integer, limits } from "../core/format.js";
import { catalogue, type Catalogue, type Language, unitName } from "../core/i18n.js";
import { HIDDEN_VALUE, isLight, NO_VALUE, paled, ramp } from "../core/palette.js";
import { legendCounts, measureName, measureOf, type State } from "../core/state.js";
import { showsDifference, shownColumn, shownPair } from "../core/shown.js";
import type { Store } from "../core/store.js";
import { pairLegend } from "./pairLegend.js";
import { NO_EVIDENCE_PALE } from "../map/cellPaint.js";
import { textures } from "../map/patterns.js";
import { make, quiet, replace, say, swatch } from "./dom.js";

export function legend(store: Store<State>): HTMLElement {
  const heading = say(store, make("h2", { id: "legend" }), (words) => words.legend);
  const body = make("div");
  store.watch(
    (state) => [state.language, state.mode, shownColumn(state), shownPair(state), state.past, state.levels, state.branch, state.branches, state.plan],
    (state) => replace(body, ...(state.mode === "scores" ? scoreLegend(state) : territoryLegend(state)), ...coarse(state), keys(state)),
  );
  return make("section", { class: "card legend", "aria-labelledby": "legend" }, heading, body);
}

function scoreLegend(state: State): HTMLElement[] {
  const [measure, column, counts] = [measureOf(state), shownColumn(state), legendCounts(state)];
  if (!measure || !column || !counts) return [];
  const pair = shownPair(state);
  if (pair) return pairLegend(state, pair);
  const words = catalogue(state.language);
  const difference = showsDifference(state);
  const unit = unitName(state.language, measure.unit);
  const title = measureName(measure, state.language) + (unit ? ` (${unit})` : "");
  const classes = classRows(state.language, measure, column, counts, difference);
  const rows = [...classes, ...textureRows(state.language, column, counts)];
  return [
    make("p", { class: "legend-title" }, difference ? words.mapDifferenceOf(title) : title),
    make("table", {}, tableHead(words), make("tbody", {}, ...rows)),
    quiet(words.legendTotal(where(state, words), integer(state.language, counts.total))),
    quiet(difference ? words.mapDifferenceNote : state.past ? words.mapPastNote : words.legendNote),
  ];
}

export function where(state: State, words: Catalogue): string {
  return state.branches.find(({ id }) => id === state.branch)?.name ?? words.allBranches;
}

function tableHead(words: Catalogue): HTMLElement {
  const cells = [words.value, words.legendCells].map((text) => make("th", { scope: "col" }, text));
  return make("thead", {}, make("tr", {}, ...cells));
}

function classRows(
  language: Language,
  measure: Measure,
  column: MeasureColumn,
  counts: ClassCounts,
  difference: boolean,
): HTMLElement[] {
  const words = catalogue(language);
  if (column.breaks.length === 0) return [];
  const [colours, alone] = [classColours(column, difference), !difference && lowestAlone(column)];
  const written = limits(language, measure.kind, column.breaks);
  return counts.byClass.map((count, at) => {
    const upper = written[at + 1] ?? words.nothing;
    const text = at === 0 && alone ? written[0] : words.bandRange(written[at], upper);
    const square = swatch((context, size) => fill(context, size, colours[at]));
    return row(square, text, integer(language, count), { "data-class": String(at), "data-colour": colours[at] });
  });
}

function textureRows(language: Language, column: MeasureColumn, counts: ClassCounts): HTMLElement[] {
  const words = catalogue(language);
  const middle = ramp(5)[2];
  const weak = swatch((context, size, ratio) => {
    fill(context, size, middle);
    fill(context, size, textures(context, ratio).hatch(isLight(middle)));
  });
  const none = swatch((context, size, ratio) => {
    fill(context, size, paled(middle, NO_EVIDENCE_PALE));
    fill(context, size, textures(context, ratio).dots(true));
  });
  const crossed = () =>
    swatch((context, size, ratio) => {
      fill(context, size, HIDDEN_VALUE);
      fill(context, size, textures(context, ratio).crosses());
    });
  const empty = swatch((context, size) => fill(context, size, NO_VALUE));
  const rows = [];
  if (column.evidence && counts.weak) rows.push(row(weak, words.legendWeak, integer(language, counts.weak)));
  if (column.evidence && counts.none) rows.push(row(none, words.legendNone, integer(language, counts.none)));
  for (const [reason, count] of Object.entries(counts.hidden) as [Reason, number][]) {
    rows.push(row(crossed(), hiddenWords(words)[reason], integer(language, count), { "data-hidden": reason }));
  }
  if (counts.empty) rows.push(row(empty, words.legendEmpty, integer(language, counts.empty)));
  return rows;
}

/** Why figures are not shown, shorter than the service says it of one cell. */
export const hiddenWords = (words: Catalogue): Record<Reason, string> => ({
  small_count: words.mapHiddenSmallCount,
  hidden_count: words.mapHiddenHiddenCount,
  internal: words.mapHiddenInternal,
  not_prepared: words.mapHiddenNotPrepared,
  money: words.mapHiddenMoney,
});

function row(square: HTMLElement, text: string, count: string, data: Record<string, string> = {}): HTMLElement {
  const name = make("th", { scope: "row" }, square, make("span", {}, text));
  return make("tr", data, name, make("td", {}, count));
}

function fill(context: CanvasRenderingContext2D, size: number, style: string | CanvasPattern): void {
  context.fillStyle = style;
  context.fillRect(0, 0, size, size);
}

function territoryLegend(state: State): HTMLElement[] {
  const words = catalogue(state.language);
  const text = state.plan ? words.legendTerritories : words.noTerritories;
  return [quiet(text)];
}

/** What a hexagon stands for while parents are drawn. */
function coarse({ levels, language }: State): HTMLElement[] {
  const text = catalogue(language).mapLevels(integer(language, 7 ** levels));
  return levels === 0 ? [] : [make("p", { class: "quiet", "data-levels": String(levels) }, text)];
}

/** Lines and signs, the same in both views. */
function keys(state: State): HTMLElement {
  const words = catalogue(state.language);
  const items: [string, HTMLElement][] = [
    [words.legendCatchment, swatch((context, size) => stroke(context, size, "#0b2545", 2.6))],
    [words.legendBoundary, swatch((context, size) => stroke(context, size, "rgb(120, 60, 130)", 1.3))],
  ];
  if (state.mode === "territories") {
    items.unshift([words.legendBorder, swatch((context, size) => stroke(context, size, "#26323f", 1.5))]);
  }
  if (state.branches.some(({ synthetic }) => !synthetic)) {
    items.push([words.branch, swatch((context, size) => diamond(context, size, Math.PI / 4))]);
  }
  if (state.branches.some(({ synthetic }) => synthetic)) {
    items.push([words.legendSyntheticBranch, swatch((context, size) => diamond(context, size, 0))]);
  }
  return make("ul", { class: "keys" }, ...items.map(([text, square]) => make("li", {}, square, make("span", {}, text))));
}

function stroke(context: CanvasRenderingContext2D, size: number, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(0, size / 2);
  context.lineTo(size, size / 2);
  context.stroke();
}

function diamond(context: CanvasRenderingContext2D, size: number, turn: number): void {
  context.fillStyle = "#10243e";
  context.translate(size / 2, size / 2);
  context.rotate(turn + Math.PI / 4);
  context.fillRect(-5, -5, 10, 10);
}
