// Two buttons that save what is seen: a picture and a table.

import { csvOfCells } from "../../core/cellTable.js";
import type { Extent } from "../../core/hexagons.js";
import { catalogue } from "../../core/i18n.js";
import { label, make, say } from "../../ui/dom.js";
import type { App } from "../room.js";
import { pictureOf } from "./picture.js";

export function saving(app: App, legend: HTMLElement): HTMLElement {
  const { store, view } = app;
  const png = say(store, make("button", { type: "button", "data-save": "png" }), (words) => words.mapPng);
  const csv = say(store, make("button", { type: "button", "data-save": "csv" }), (words) => words.mapCsv);
  label(store, png, "title", (words) => words.mapPngTitle);
  label(store, csv, "title", (words) => words.mapCsvTitle);
  png.addEventListener("click", () => {
    const [map, scale] = [find("#map"), find(".scale")];
    pictureOf(store.now, view, { map, legend, scale }).toBlob((blob) => blob && save(app, blob, "png"), "image/png");
  });
  csv.addEventListener("click", () => {
    // While the table stands in the map's place all of its cells are in view.
    const seen = store.now.cellsAsTable ? EVERYWHERE : view.seen();
    save(app, new Blob([csvOfCells(store.now, seen)], { type: "text/csv;charset=utf-8" }), "csv");
  });
  store.watch(
    (state) => [state.cellsAsTable],
    ({ cellsAsTable }) => (png.disabled = cellsAsTable),
  );
  return make("div", { class: "saving" }, png, csv);
}

const EVERYWHERE: Extent = [-Infinity, -Infinity, Infinity, Infinity];

const find = (selector: string) => document.querySelector(selector) as HTMLElement;

function save({ store, announce }: App, blob: Blob, kind: "png" | "csv"): void {
  const { cells, measure, language, past } = store.now;
  const name = `gridgeo-${measure}-${past?.publication ?? cells?.version ?? 0}.${kind}`;
  const address = URL.createObjectURL(blob);
  const link = make("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  URL.revokeObjectURL(address);
  announce(catalogue(language).mapSaved(name));
}
