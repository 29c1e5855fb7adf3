// Two buttons that save what is seen: a picture and a table.

import { csvOfCells } from "../../core/cellTable.js";
import type { Extent } from "../../core/hexagons.js";
import { catalogue } from "../../core/i18n.js";
import type { State } from "../../core/state.js";
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
    const shown = { map, legend, scale, withBase: view.baseInPictures };
    pictureOf(store.now, view.canvases(), shown).toBlob((blob) => {
      if (!blob) return;
      save(app, blob, named(store.now, "png"));
      const { language, layers, session } = store.now;
      if (session?.tile_server && layers.base && !shown.withBase) app.announce(catalogue(language).mapBaseNotInPicture);
    }, "image/png");
  });
  csv.addEventListener("click", () => {
    // While the table stands in the map's place all of its cells are in view.
    const seen = store.now.cellsAsTable ? EVERYWHERE : view.seen();
    save(app, new Blob([csvOfCells(store.now, seen)], { type: "text/csv;charset=utf-8" }), named(store.now, "csv"));
  });
  store.watch(
    (state) => [state.cellsAsTable],
    ({ cellsAsTable }) => (png.disabled = cellsAsTable),
  );
  return make("div", { class: "saving" }, png, csv);
}

const EVERYWHERE: Extent = [-Infinity, -Infinity, Infinity, Infinity];

const find = (selector: string) => document.querySelector(selector) as HTMLElement;

const named = ({ cells, measure, past }: State, kind: "png" | "csv") => `gridgeo-${measure}-${past?.publication ?? cells?.version ?? 0}.${kind}`;

/** Gives the reader a file. */
export function save({ store, announce }: App, blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = make("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  URL.revokeObjectURL(address);
  announce(catalogue(store.now.language).mapSaved(name));
}
