// Painting cells to the chosen grid: the tools, the counts as they change, and every stroke saved as it is made.

import { integer } from "../../core/format.js";
import { editFrom, movesOf, ownersOn, paintAgain, paintedTotals, type GridEdit, type Move } from "../../core/gridPaint.js";
import * as grids from "../../core/grids.js";
import type { GridsState } from "../../core/grids.js";
import type { Store } from "../../core/store.js";
import { given, make, replace } from "../../ui/dom.js";
import { problemText } from "../../ui/pages.js";
import { painter, type Painter } from "../../ui/tools.js";
import type { App } from "../room.js";
import { problemFrom, type Desk } from "./desk.js";
import { amount, measureNames, SHOWN } from "./list.js";
import { button, follow, mayEdit, wordsOf, type Phrase } from "./parts.js";
import type { Scene } from "./scene.js";

type Saving = "saved" | "saving" | "stopped";

export class Painting {
  readonly element: HTMLElement;
  private edit: GridEdit | null = null;
  private saved = new Int32Array();
  private tools: Painter | null = null;
  private saving: Saving = "saved";
  private readonly touched = new Set<number>();
  private readonly bar = make("div");
  private readonly counts = make("div", { class: "grids-preview-scroll" });
  private readonly message = make("p", { role: "status", class: "grids-message" });
  private readonly begin: HTMLButtonElement;
  private readonly again: HTMLButtonElement;

  constructor(
    private readonly app: App,
    private readonly room: Store<GridsState>,
    private readonly desk: Desk,
    private readonly scene: Scene,
  ) {
    const { store } = app;
    this.begin = button(store, "paint", (words) => words.gridsPaint, () => (this.edit ? void this.finish() : this.start()));
    this.again = button(store, "save-again", (words) => words.gridsSaveAgain, () => void this.save(), "primary");
    this.element = make("section", { class: "card" }, this.begin, this.message, this.again, this.bar, this.counts);
    follow(store, room, (state) => [state.set, state.chosen], () => {
      this.element.hidden = !mayEdit(store.now) || !room.now.set;
      this.tell();
    });
  }

  get on(): boolean {
    return this.edit !== null;
  }

  key(event: KeyboardEvent): boolean {
    return this.tools !== null && this.edit !== null && this.tools.key(event);
  }

  anywhere(event: KeyboardEvent): boolean {
    return this.tools !== null && this.edit !== null && this.tools.anywhere(event);
  }

  /** Nothing that is not saved is thrown away: while something waits, painting goes on. */
  async finish(): Promise<void> {
    await this.save();
    if (this.saving === "stopped") return;
    this.stop();
    await this.desk.load();
  }

  stop(): void {
    if (!this.edit) return;
    this.tools?.stop();
    this.edit = null;
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
    this.saving = "saved";
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
    this.saved = owner.slice();
    this.edit = editFrom(cells, this.room.now, owner);
    const inGrids = this.edit.limit;
    this.edit.limit = (cell) => this.target() >= 0 && (inGrids?.(cell) ?? true);
    this.scene.painting(this.edit.owner);
    return true;
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
      stroke: () => {
        this.scene.painting(current().owner);
        void this.save();
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
    for (const cell of Array.from(cells)) this.touched.add(edit.owner[cell]).add(this.saved[cell]);
    this.scene.recolour(cells);
    this.tell();
  }

  /** Sends what the service does not have yet; strokes that come meanwhile go with the next request. */
  private async save(): Promise<void> {
    if (this.saving === "saving") return;
    this.saving = "saving";
    this.say(null);
    try {
      for (let moves = this.unsaved(); moves.length; moves = this.unsaved()) await this.send(moves);
      this.saving = "saved";
    } catch (error) {
      this.saving = "stopped";
      await this.failed(problemFrom(error));
    }
    this.tell();
  }

  private unsaved(): Move[] {
    const { cells } = this.app.store.now;
    return cells && this.edit ? movesOf(cells.ids, this.ids(), this.saved, this.edit.owner) : [];
  }

  private ids(): string[] {
    return this.room.now.set?.grids.map(({ id }) => id) ?? [];
  }

  private async send(moves: Move[]): Promise<void> {
    const sent = this.edit?.owner.slice() ?? new Int32Array();
    const done = await this.desk.paint(moves);
    const { cells } = this.app.store.now;
    if (!cells) return;
    this.saved = sent;
    this.room.apply(grids.cellsPainted(moves, done.revision));
    if (Object.keys(done.removed).length) await this.rebuild([]);
  }

  /** The grids were changed by somebody else, or one is gone: they are read again, and what was painted is painted again. */
  private async rebuild(moves: readonly Move[]): Promise<void> {
    await this.desk.load();
    const { cells } = this.app.store.now;
    if (!cells || !this.build() || !this.edit) return this.stop();
    paintAgain(this.edit, cells, this.ids(), moves);
    this.touched.clear();
    this.scene.painting(this.edit.owner);
    this.tools?.refresh();
  }

  private async failed(problem: ReturnType<typeof problemFrom>): Promise<void> {
    if (problem.status === 412) {
      await this.rebuild(this.unsaved());
      this.say((words) => words.gridsPaintStale);
    } else this.say(() => problemText(problem, this.app.store.now.language));
    this.message.classList.add("problem");
  }

  private say(phrase: Phrase | null): void {
    this.message.classList.remove("problem");
    this.message.textContent = phrase ? phrase(wordsOf(this.app.store)) : "";
    if (phrase) this.app.announce(this.message.textContent);
  }

  private tell(): void {
    const words = wordsOf(this.app.store);
    this.begin.textContent = this.edit ? words.gridsPaintEnd : words.gridsPaint;
    this.again.hidden = this.saving !== "stopped" || !this.edit;
    this.bar.hidden = this.counts.hidden = !this.edit;
    document.body.dataset["gridsPainting"] = this.edit ? this.saving : "";
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
    const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col" }, text)));
    return make("table", { class: "grids-live" }, make("thead", {}, head), ...rows);
  }
}
