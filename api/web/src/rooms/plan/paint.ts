// Painting between managers: whom to paint for, what is locked, where it is allowed, what to look at next.

import { Edit, type Stroke } from "../../core/edit.js";
import { integer } from "../../core/format.js";
import { catalogue, type Catalogue } from "../../core/i18n.js";
import { detached, isOpen, standingOf, unassigned, type Chosen, type PlanGround, type Standing } from "../../core/plan.js";
import { cellSelected } from "../../core/state.js";
import { label, make, replace, say } from "../../ui/dom.js";
import { painter, type Painter } from "../../ui/tools.js";
import type { Desk } from "./desk.js";
import { holder } from "./names.js";
import { action, redraw } from "./redraw.js";
import { Saving } from "./saving.js";

const EVERYWHERE = "";
const UNASSIGNED = "unassigned";

/** Paints cells or whole area grids; to erase is to give back to whom the scenario had it when it was opened. */
class PlanEdit extends Edit {
  wholeGrids: boolean;
  private readonly members = new Map<number, number[]>();

  constructor(private readonly plan: PlanGround) {
    super(plan.links, plan.weights, plan.owner, plan.answer.territories.length);
    this.wholeGrids = plan.answer.units === "grids";
    plan.grid.forEach((grid, cell) => grid >= 0 && this.members.set(grid, [...(this.members.get(grid) ?? []), cell]));
  }

  override paint(cells: Iterable<number>, to: number): number[] {
    const inside = [...this.whole(cells)].filter((cell) => this.plan.inside[cell] === 1);
    if (to >= 0) return super.paint(inside, to);
    return this.assign(inside, inside.map((cell) => this.plan.owner[cell]));
  }

  private whole(cells: Iterable<number>): Iterable<number> {
    if (!this.wholeGrids) return cells;
    const all = new Set<number>();
    for (const cell of cells) for (const one of this.members.get(this.plan.grid[cell]) ?? [cell]) all.add(one);
    return all;
  }
}

export interface Events {
  /** Cells changed hands, before they are drawn. */
  changed(cells: ArrayLike<number>): void;
  /** The reader wants to see these cells. */
  look(cells: readonly number[]): void;
}

export class PlanPainting {
  readonly element: HTMLElement;
  private edit: PlanEdit | null = null;
  private saving: Saving | null = null;
  private tools: Painter | null = null;
  private chosen: Chosen | null = null;
  private next = { unassigned: 0, detached: 0 };
  private shown = false;
  private readonly toolBox = make("div");
  private readonly target = make("select", { name: "plan-target" });
  private readonly limit = make("select", { name: "plan-limit" });
  private readonly grids = make("input", { type: "checkbox", name: "plan-grids" });
  private readonly state = make("p", { class: "quiet", role: "status", "data-saving": "" });
  private readonly choice = make("p", { class: "plan-buttons" });
  private readonly closed = make("p", { class: "quiet" });
  private readonly open = make("div");

  constructor(
    private readonly desk: Desk,
    private readonly events: Events,
  ) {
    const { store } = desk.app;
    const field = (phrase: (words: Catalogue) => string, input: HTMLElement) =>
      make("label", { class: "field" }, say(store, make("span"), phrase), input);
    const heading = say(store, make("h2"), (w) => w.planPaint);
    const whole = make("label", { class: "plan-check" }, this.grids, say(store, make("span"), (w) => w.planWholeGrids));
    const go = (name: "unassigned" | "detached", phrase: (words: Catalogue) => string) =>
      say(store, action(name, "", () => this.goOn(name)), phrase);
    const locks = [true, false].map((on) => say(store, action(on ? "lock-all" : "unlock-all", "", () => this.lockAll(on)), (w) => (on ? w.planLockAll : w.planUnlockAll)));
    const buttons = make("div", {}, go("unassigned", (w) => w.planNextUnassigned), go("detached", (w) => w.planNextDetached), ...locks);
    this.open.append(field((w) => w.planTarget, this.target), this.toolBox, whole, field((w) => w.planLimit, this.limit), buttons, this.state, this.choice);
    this.element = label(store, make("section", { class: "card plan-paint" }, heading, this.closed, this.open), "aria-label", (w) => w.planPaint);
    this.grids.addEventListener("change", () => this.edit && (this.edit.wholeGrids = this.grids.checked));
    this.limit.addEventListener("change", () => this.setLimit());
    redraw(desk, (plan) => [plan.chosen?.ground, plan.chosen?.scenario.status], ({ chosen }) => this.take(chosen));
  }

  /** Owners as they stand now, painted ones among them. */
  get owner(): Int32Array | null {
    return this.edit?.owner ?? null;
  }

  standing(territory: number): Standing | null {
    const { edit, chosen } = this;
    if (!edit || !chosen) return null;
    return standingOf(chosen.ground, territory, edit.cells(territory), edit.pieces(territory), (measure, of) => edit.total(measure, of));
  }

  isLocked(territory: number): boolean {
    return this.edit?.isLocked(territory) ?? false;
  }

  lock(territory: number, locked: boolean): void {
    this.edit?.lock(territory, locked);
  }

  lockedIds(): string[] {
    const territories = this.chosen?.ground.answer.territories ?? [];
    return territories.filter((_, at) => this.isLocked(at)).map(({ id }) => id);
  }

  aim(territory: number): void {
    if (territory >= 0) this.target.value = String(territory);
  }

  settled(): Promise<boolean> {
    return this.saving?.settled() ?? Promise.resolve(true);
  }

  enter(): void {
    this.shown = true;
    this.tools?.start();
  }

  leave(): void {
    this.shown = false;
    this.tools?.stop();
  }

  key(event: KeyboardEvent): boolean {
    return this.tools?.key(event) ?? false;
  }

  anywhere(event: KeyboardEvent): boolean {
    return this.tools?.anywhere(event) ?? false;
  }

  private lockAll(locked: boolean): void {
    this.chosen?.ground.answer.territories.forEach((_, at) => this.lock(at, locked));
    for (const box of document.querySelectorAll<HTMLInputElement>("input[name=plan-lock]")) box.checked = locked;
  }

  /** Begins anew with a scenario that was loaded; a language of its own changes words only. */
  private take(chosen: Chosen | null): void {
    const words = this.desk.words;
    const may = chosen !== null && this.why(chosen, words) === "";
    this.element.hidden = !chosen || !this.desk.mayChange;
    this.open.hidden = !may;
    this.closed.hidden = may;
    this.closed.textContent = chosen ? this.why(chosen, words) : "";
    const same = may && this.chosen?.ground === chosen.ground && this.edit !== null;
    this.chosen = chosen;
    if (!same) this.begin(may ? chosen : null);
    // What the tools said last was said in the language of then.
    else for (const said of this.toolBox.querySelectorAll(".tools-said")) said.textContent = "";
    if (may) this.fillChoices(chosen, words);
    this.showSaving();
  }

  /** Why it cannot be painted; empty where it can. */
  private why({ scenario, ground }: Chosen, words: Catalogue): string {
    if (!isOpen(scenario)) return words.planClosed;
    const live = this.desk.app.store.now.session?.versions ?? {};
    const other = ["catchment", "score"].some((kind) => ground.answer.inputs[kind] !== live[kind]);
    return other || ground.missing > 0 ? words.planOtherGround : "";
  }

  private begin(chosen: Chosen | null): void {
    this.tools?.stop();
    [this.tools, this.edit] = [null, null];
    replace(this.toolBox);
    this.next = { unassigned: 0, detached: 0 };
    if (!chosen) return;
    const edit = new PlanEdit(chosen.ground);
    this.edit = edit;
    this.saving = this.savingOf(chosen);
    this.putBack(edit);
    this.grids.checked = edit.wholeGrids;
    this.setLimit();
    const { app } = this.desk;
    this.tools = painter({
      app,
      edit,
      target: () => Number(this.target.value),
      changed: (cells) => this.events.changed(cells),
      stroke: (stroke: Stroke) => this.saving?.add(stroke),
    });
    replace(this.toolBox, this.tools.element);
    if (!this.shown) this.tools.stop();
  }

  /** Strokes that wait for the same scenario go on waiting. */
  private savingOf({ scenario, ground }: Chosen): Saving {
    if (this.saving?.name === scenario.scenario) return this.saving;
    const made = new Saving(this.desk, scenario.scenario, {
      cell: (at) => this.desk.app.store.now.cells?.ids[at] ?? "",
      territory: (at) => ground.answer.territories[at]?.id ?? "",
    });
    made.store.watch((state) => [state], () => this.showSaving());
    return made;
  }

  /** What somebody else's change came before is painted again on top of it. */
  private putBack(edit: Edit): void {
    const pending = this.saving?.pending() ?? [];
    if (!pending.length) return;
    const changed = edit.assign(pending.map(([cell]) => cell), pending.map(([, to]) => to));
    this.events.changed(changed);
  }

  private fillChoices({ ground }: Chosen, words: Catalogue): void {
    const { territories, grids, units } = ground.answer;
    const target = this.target.value;
    replace(this.target, ...territories.map((one, at) => make("option", { value: String(at), translate: "no" }, holder(words, one))));
    if (Number(target) < territories.length && target) this.target.value = target;
    const limit = this.limit.value;
    const places = grids.map(({ name }, at) => make("option", { value: String(at), translate: "no" }, name));
    replace(this.limit, make("option", { value: EVERYWHERE }, words.planEverywhere), make("option", { value: UNASSIGNED }, words.planUnassignedOnly), ...places);
    if ([...this.limit.options].some(({ value }) => value === limit)) this.limit.value = limit;
    this.grids.disabled = !grids.length || units === "grids";
  }

  private setLimit(): void {
    const { edit, chosen } = this;
    if (!edit || !chosen) return;
    const { value } = this.limit;
    const { grid, answer } = chosen.ground;
    if (value === EVERYWHERE) edit.limit = null;
    else if (value === UNASSIGNED) edit.limit = (cell) => !answer.territories[edit.owner[cell]]?.rm_id;
    else edit.limit = (cell) => grid[cell] === Number(value);
  }

  /** Moves the map to the next place that wants work, and the keyboard's cell with it. */
  private goOn(what: "unassigned" | "detached"): void {
    const { edit, chosen } = this;
    const { app } = this.desk;
    if (!edit || !chosen) return;
    const places = what === "detached" ? detached(chosen.ground, edit.owner) : unassigned(chosen.ground, edit.owner).map((cell) => [cell]);
    const words = this.desk.words;
    if (!places.length) return app.announce((this.state.textContent = what === "detached" ? words.planNoDetached : words.planNoUnassigned));
    const at = this.next[what] % places.length;
    this.next[what] = at + 1;
    app.store.apply(cellSelected(places[at][0]));
    this.events.look(places[at]);
    const { language } = app.store.now;
    this.state.textContent = words.planPlaceOf(integer(language, at + 1), integer(language, places.length));
  }

  private showSaving(): void {
    const words = catalogue(this.desk.app.store.now.language);
    const { waiting, offline, clash } = this.saving?.store.now ?? { waiting: 0, offline: false, clash: false };
    const count = integer(this.desk.app.store.now.language, waiting);
    this.state.dataset["saving"] = String(waiting);
    if (clash) this.state.textContent = words.planStrokesClash(count);
    else if (offline) this.state.textContent = words.planStrokesOffline(count);
    else this.state.textContent = waiting ? words.planStrokesWaiting : words.planStrokesKept;
    const put = action("put", words.planPutOnTop, () => this.saving?.goOn(), true);
    const drop = action("drop", words.planDropMine, () => {
      this.saving?.drop();
      void this.desk.again();
    });
    replace(this.choice, ...(clash ? [put, drop] : []));
  }
}
