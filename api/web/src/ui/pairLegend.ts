// The legend of two measures: a square of three classes by three, with the cells of each.

import type { MeasureColumn } from "../core/contract.js";
import { integer, limits } from "../core/format.js";
import { catalogue } from "../core/i18n.js";
import { pairColours } from "../core/palette.js";
import { PAIR_CLASSES, pairClass } from "../core/shown.js";
import { inChosenBranch, measureName, type State } from "../core/state.js";
import { make, quiet, swatch } from "./dom.js";

export function pairLegend(state: State, pair: readonly [MeasureColumn, MeasureColumn]): HTMLElement[] {
  const { language, measures, measure } = state;
  const words = catalogue(language);
  const [first, second] = [measure, state.pair?.second].map((id) => measures.find((one) => one.id === id));
  if (!first || !second) return [];
  const { counts, without } = counted(state, pair);
  const across = ranges(state, pair[0], first.kind).map((text) => make("th", { scope: "col" }, text));
  const rows = ranges(state, pair[1], second.kind).map((text, b) => {
    const cells = across.map((_, a) => square(language, PAIR_CLASSES * b + a, counts));
    return make("tr", {}, make("th", { scope: "row" }, text), ...cells);
  });
  const corner = make("th", { scope: "col" }, `${measureName(second, language)} ↓ · ${measureName(first, language)} →`);
  // More of the second measure stands higher, as on an axis.
  rows.reverse();
  return [
    make("table", { class: "pair" }, make("thead", {}, make("tr", {}, corner, ...across)), make("tbody", {}, ...rows)),
    quiet(words.mapPairWithout(integer(language, without))),
    quiet(words.mapPairNote),
  ];
}

function square(language: State["language"], at: number, counts: readonly number[]): HTMLElement {
  const colour = pairColours()[at];
  const shown = swatch((context, size) => {
    context.fillStyle = colour;
    context.fillRect(0, 0, size, size);
  });
  return make("td", { "data-pair": String(at), "data-colour": colour }, shown, make("span", {}, integer(language, counts[at])));
}

function counted(state: State, pair: readonly [MeasureColumn, MeasureColumn]): { counts: number[]; without: number } {
  const counts = new Array<number>(PAIR_CLASSES ** 2).fill(0);
  const inside = inChosenBranch(state);
  let without = 0;
  for (let cell = 0; cell < pair[0].values.length; cell++) {
    if (!inside(cell)) continue;
    const at = pairClass(pair, cell);
    if (at === null) without++;
    else counts[at] = counts[at] + 1;
  }
  return { counts, without };
}

function ranges({ language }: State, { breaks }: MeasureColumn, kind: "count" | "share" | "index"): string[] {
  const words = catalogue(language);
  const written = limits(language, kind, breaks);
  return Array.from({ length: Math.max(1, breaks.length - 1) }, (_, at) =>
    words.bandRange(written[at] ?? words.nothing, written[at + 1] ?? words.nothing),
  );
}
