// Painting cells to the chosen grid: the tools, the counts as they change, and every stroke saved as it is made.

import { integer } from "../../core/format.js";
import { editFrom, isSameGround, movesOf, ownersOn, paintedTotals, type GridEdit } from "../../core/gridPaint.js";
import * as grids from "../../core/grids.js";
import type { GridsState } from "../../core/grids.js";
import type { Store } from "../../core/store.js";
import { given, headRow, make, replace } from "../../ui/dom.js";
import { KeptStrokes, type Standing } from "../../ui/kept.js";
import { painter, type Painter } from "../../ui/tools.js";
import type { App } from "../room.js";
import type { Desk } from "./desk.js";
import { amount, measureNames, SHOWN } from "./list.js";
import { button, follow, mayEdit, wordsOf, type Phrase } from "./parts.js";
import type { Scene } from "./scene.js";

export class Painting {
  readonly element: HTMLElement;
  private edit: GridEdit | null = null;
  private first = new Int32Array();
  private tools: Painter | null = null;
  private strokes: KeptStrokes | null = null;
  private readonly touched = new Set<number>();
  private readonly bar = make("div");
  private readonly saving = make("div");
  private readonly counts = make("div", { class: "grids-preview-scroll", tabindex: "0" });
  private readonly message = make("p", { role: "status", class: "grids-message" });
  private readonly begin: HTMLButtonElement;

  constructor(
    private readonly app: App,
    private readonly room: Store<GridsState>,
    private readonly desk: Desk,
    private readonly scene: Scene,
  ) {
    const { store } = app;
    this.begin = button(store, "paint", (words) => words.gridsPaint, () => (this.edit ? void this.finish() : this.start()));
    this.element = make("section", { class: "card" }, this.begin, this.message, this.bar, this.saving, this.counts);
    // Whoever has chosen by now is not told to.
    room.watch((state) => [state.chosen], () => this.edit === null && this.say(null));
    follow(store, room, (state) => [state.set, state.chosen], () => {
      this.element.hidden = !mayEdit(store.now) || !room.now.set;
      this.tell();
    });
  }

  key(event: KeyboardEvent): boolean {
    return this.tools !== null && this.edit !== null && this.tools.key(event);
  }

  anywhere(event: KeyboardEvent): boolean {
    return this.tools !== null && this.edit !== null && this.tools.anywhere(event);
  }

  /** While something waits, painting goes on: the line of the strokes says why. */
  async finish(): Promise<void> {
    if (this.strokes && !(await this.strokes.settled())) return;
    this.stop();
    await this.desk.load();
  }

  stop(): void {
    if (!this.edit) return;
    this.tools?.stop();
    this.edit = null;
    this.strokes?.stop();
    this.strokes = null;
    replace(this.saving);
    this.touched.clear();
    this.scene.painting(null);
    this.app.view.use(this.scene);
    this.say(null);
    this.tell();
  }

  private start(): void {
    if (this.room.now.chosen.length !== 1) return this.say((words) => words.gridsNeedOne);
    if (!this.build()) return this.say((words) => words.gridsOffMap);
    this.say(null);
    this.strokes = this.keep();
    replace(this.saving, this.strokes.element);
    this.tools ??= this.makeTools();
    replace(this.bar, this.tools.element);
    this.tools.refresh();
    this.tools.start();
    this.tell();
    this.app.view.focus();
  }

  /** Makes the edit anew over the grids as they are; false when the map does not show all of their cells. */
  private build(): boolean {
    const { cells } = this.app.store.now;
    const owner = cells && ownersOn(cells, this.room.now);
    if (!cells || !owner) return false;
    this.first = owner.slice();
    this.edit = editFrom(cells, this.room.now, owner);
    const inGrids = this.edit.limit;
    this.edit.limit = (cell) => this.target() >= 0 && (inGrids?.(cell) ?? true);
    this.scene.painting(this.edit.owner);
    return true;
  }

  /** Goes on with the same grids as somebody else has left them, and with the strokes to undo. */
  private renew(edit: GridEdit): void {
    const { cells } = this.app.store.now;
    const owner = cells && ownersOn(cells, this.room.now);
    if (owner) this.first = owner.slice();
    edit.renew(this.first);
  }

  private makeTools(): Painter {
    const current = () => this.edit as GridEdit;
    return painter({
      app: this.app,
      get edit() {
        return current();
      },
      target: () => this.target(),
      changed: (cells) => this.changed(cells),
      stroke: (stroke) => {
        this.scene.painting(current().owner);
        this.strokes?.add(stroke);
      },
    });
  }

  private target(): number {
    const id = this.room.now.chosen[0];
    return this.room.now.set?.grids.findIndex((grid) => grid.id === id) ?? -1;
  }

  private changed(cells: ArrayLike<number>): void {
    const { edit } = this;
    if (!edit) return;
    for (const cell of Array.from(cells)) this.touched.add(edit.owner[cell]).add(this.first[cell]);
    this.scene.recolour(cells);
    this.tell();
  }

  private keep(): KeptStrokes {
    const strokes = new KeptStrokes(
      {
        store: this.app.store,
        name: `grids.${this.room.now.branch}`,
        apply: (cells, to) => this.apply(cells, to),
        reload: () => this.rebuild(),
        nameOf: (id) => this.room.now.set?.grids.find((grid) => grid.id === id)?.name ?? id,
        save: async (operation, version) => {
          const moves = movesOf(operation);
          const { revision, removed } = await this.desk.paint(moves, version, operation.key);
          this.room.apply(grids.cellsPainted(moves, revision));
          // A grid that has lost its last cell is gone, and the others stand elsewhere in the list.
          if (Object.keys(removed).length) window.setTimeout(() => void this.rebuild());
          return `"${revision}"`;
        },
      },
      this.standing(),
    );
    strokes.queue.state.watch(
      ({ health }) => [health],
      () => this.tell(),
    );
    return strokes;
  }

  private standing(): Standing {
    const { set } = this.room.now;
    return { version: `"${set?.revision ?? 0}"`, owner: this.first, owners: set?.grids.map(({ id }) => id) ?? [] };
  }

  private apply(cells: number[], to: number[]): void {
    const { edit } = this;
    if (!edit) return;
    this.changed(edit.impose(cells, to));
    this.scene.painting(edit.owner);
  }

  /** The grids were changed by somebody else, or one is gone: they are read again, and what waits is painted again. */
  private async rebuild(): Promise<void> {
    const before = this.room.now;
    await this.desk.load();
    if (!this.edit) return;
    if (isSameGround(before, this.room.now)) this.renew(this.edit);
    else if (!this.build()) return this.stop();
    this.touched.clear();
    this.strokes?.rebased(this.standing());
    this.scene.painting((this.edit as GridEdit).owner);
    this.tools?.refresh();
  }

  private say(phrase: Phrase | null): void {
    this.message.textContent = phrase ? phrase(wordsOf(this.app.store)) : "";
    if (phrase) this.app.announce(this.message.textContent);
  }

  private tell(): void {
    const words = wordsOf(this.app.store);
    this.begin.textContent = this.edit ? words.gridsPaintEnd : words.gridsPaint;
    this.bar.hidden = this.counts.hidden = !this.edit;
    document.body.dataset["gridsPainting"] = this.edit ? (this.strokes?.queue.state.now.health ?? "") : "";
    if (this.edit) replace(this.counts, this.table(this.edit));
  }

  /** The grid that is painted with, and those that gave or got cells. */
  private table(edit: GridEdit): HTMLElement {
    const words = wordsOf(this.app.store);
    const { language } = this.app.store.now;
    const heads = [words.cells, ...measureNames(words)];
    const rows = [...new Set([this.target(), ...this.touched])].flatMap((at) => {
      const grid = this.room.now.set?.grids[at];
      if (!grid) return [];
      const totals = paintedTotals(edit, this.room.now, at);
      const name = make("th", { scope: "rowgroup", colspan: String(heads.length) }, given(grid.name));
      const figures = SHOWN.map((one) => make("td", { class: "number", "data-field": one }, ...amount(words, language, totals, one)));
      const cells = make("td", { class: "number", "data-field": "cells" }, integer(language, totals.cells));
      return [make("tbody", { "data-grid": grid.id }, make("tr", {}, name), make("tr", {}, cells, ...figures))];
    });
    const head = headRow(heads);
    return make("table", { class: "grids-live" }, make("thead", {}, head), ...rows);
  }
}
