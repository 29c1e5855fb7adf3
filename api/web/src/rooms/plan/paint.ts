// Painting between managers: whom to paint for, what is locked, where it is allowed, what to look at next.

import { Edit, type Stroke } from "../../core/edit.js";
import { integer } from "../../core/format.js";
import type { Catalogue } from "../../core/i18n.js";
import { detached, isOpen, mayHave, standingOf, unassigned, type Chosen, type PlanGround, type Standing } from "../../core/plan.js";
import { cellSelected } from "../../core/state.js";
import { label, make, quiet, replace, say } from "../../ui/dom.js";
import { leftBehind, type KeptStrokes, type Standing as Served } from "../../ui/kept.js";
import { painter, type Painter } from "../../ui/tools.js";
import type { Desk } from "./desk.js";
import { holder } from "./names.js";
import { action, redraw } from "./redraw.js";
import { nameOf, strokesOf } from "./saving.js";

const EVERYWHERE = "";
const UNASSIGNED = "unassigned";

/** Paints cells or whole area grids; to erase is to give back to whom the scenario had it when it was opened. */
class PlanEdit extends Edit {
  wholeGrids: boolean;
  private members: ReadonlyMap<number, readonly number[]>;

  constructor(private plan: PlanGround) {
    super(plan.links, plan.weights, plan.owner, plan.answer.territories.length);
    this.wholeGrids = plan.answer.units === "grids";
    this.members = membersOf(plan);
  }

  override paint(cells: Iterable<number>, to: number): number[] {
    const whole = [...this.whole(cells)];
    if (to >= 0) return super.paint(whole.filter((cell) => mayHave(this.plan, to, cell)), to);
    const inside = whole.filter((cell) => this.plan.group[cell] >= 0);
    return this.assign(inside, inside.map((cell) => this.plan.owner[cell]));
  }

  /** The same scenario as somebody else has left it. */
  renew(plan: PlanGround): void {
    this.plan = plan;
    this.members = membersOf(plan);
    this.adopt(plan.owner);
  }

  private whole(cells: Iterable<number>): Iterable<number> {
    if (!this.wholeGrids) return cells;
    const all = new Set<number>();
    for (const cell of cells) for (const one of this.members.get(this.plan.grid[cell]) ?? [cell]) all.add(one);
    return all;
  }
}

/** Cells of each area grid. */
function membersOf({ grid }: PlanGround): Map<number, number[]> {
  const members = new Map<number, number[]>();
  grid.forEach((one, cell) => {
    const held = members.get(one);
    if (held) held.push(cell);
    else if (one >= 0) members.set(one, [cell]);
  });
  return members;
}

/** Whether both are one scenario with the same territories over the same demand, only owners differ. */
function isSamePlan(one: Chosen, other: Chosen): boolean {
  const kind = ({ scenario, ground: { answer, links } }: Chosen) =>
    JSON.stringify([scenario.scenario, answer.inputs, answer.measures, answer.territories.map(({ id }) => id), links.count]);
  return kind(one) === kind(other);
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
  private strokes: KeptStrokes | null = null;
  private tools: Painter | null = null;
  private chosen: Chosen | null = null;
  private next = { unassigned: 0, detached: 0 };
  private shown = false;
  private readonly toolBox = make("div");
  private readonly target = make("select", { name: "plan-target" });
  private readonly limit = make("select", { name: "plan-limit" });
  private readonly grids = make("input", { type: "checkbox", name: "plan-grids" });
  private readonly place = make("p", { class: "quiet", role: "status" });
  private readonly saving = make("div");
  private readonly closed = quiet();
  private readonly noGrids = quiet();
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
    this.open.append(field((w) => w.planTarget, this.target), this.toolBox, whole, this.noGrids, field((w) => w.planLimit, this.limit), buttons, this.place, say(store, quiet(), (w) => w.planErase));
    this.element = label(store, make("section", { class: "card plan-paint" }, heading, this.closed, this.open, this.saving), "aria-label", (w) => w.planPaint);
    this.grids.addEventListener("change", () => this.edit && (this.edit.wholeGrids = this.grids.checked));
    this.limit.addEventListener("change", () => this.setLimit());
    redraw(desk, (plan) => [plan.chosen?.ground, plan.chosen?.scenario.status], ({ chosen }) => this.take(chosen));
    desk.store.watch(
      (plan) => [plan.chosen?.tag],
      ({ chosen }) => void (chosen && this.strokesFor(chosen)?.upon(chosen.tag)),
    );
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
    return this.strokes?.settled() ?? Promise.resolve(true);
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
    const [before, locked] = [this.chosen, this.lockedIds()];
    this.chosen = chosen;
    if (may && !same && this.edit && before && isSamePlan(before, chosen)) this.renew(this.edit, chosen);
    else if (!same) this.begin(chosen, may, before?.scenario.scenario === chosen?.scenario.scenario ? locked : []);
    // What the tools said last was said in the language of then.
    else for (const said of this.toolBox.querySelectorAll(".tools-said")) said.textContent = "";
    if (may) this.fillChoices(chosen, words);
  }

  /** Why it cannot be painted; empty where it can. */
  private why({ scenario, ground }: Chosen, words: Catalogue): string {
    if (!isOpen(scenario)) return words.planClosed;
    const live = this.desk.app.store.now.session?.versions ?? {};
    const other = ["catchment", "score"].some((kind) => ground.answer.inputs[kind] !== live[kind]);
    return other || ground.missing > 0 ? words.planOtherGround : "";
  }

  /** Goes on with a scenario that somebody else has changed: tools, locks and limits stay, and strokes to undo. */
  private renew(edit: PlanEdit, chosen: Chosen): void {
    edit.renew(chosen.ground);
    this.keep(chosen);
    this.setLimit();
    this.tools?.refresh();
  }

  /** `locked`: territories by id that are locked from the start. */
  private begin(chosen: Chosen | null, may: boolean, locked: readonly string[]): void {
    this.tools?.close();
    [this.tools, this.edit] = [null, null];
    replace(this.toolBox);
    this.next = { unassigned: 0, detached: 0 };
    if (!chosen || !may) return this.leaveStrokes(chosen);
    const edit = new PlanEdit(chosen.ground);
    this.edit = edit;
    this.keep(chosen);
    chosen.ground.answer.territories.forEach(({ id }, at) => edit.lock(at, locked.includes(id)));
    this.grids.checked = edit.wholeGrids;
    this.setLimit();
    const { app } = this.desk;
    this.tools = painter({
      app,
      edit,
      target: () => Number(this.target.value),
      changed: (cells) => this.events.changed(cells),
      stroke: (stroke: Stroke) => this.strokes?.add(stroke),
    });
    replace(this.toolBox, this.tools.element);
    if (!this.shown) this.tools.stop();
  }

  /** What is not saved waits in this browser until the scenario can be painted again, and is told. */
  private leaveStrokes(chosen: Chosen | null): void {
    this.strokes?.stop();
    this.strokes = null;
    replace(this.saving, ...(chosen ? leftBehind(this.desk.app.store, nameOf(chosen.scenario.scenario)) : []));
  }

  private strokesFor({ scenario, ground }: Chosen): KeptStrokes | null {
    const same = this.chosen?.ground === ground && this.strokes?.name === nameOf(scenario.scenario);
    return same ? this.strokes : null;
  }

  /** Strokes that wait for the same scenario are painted again on top of it; those for another stay behind. */
  private keep({ scenario, ground, tag }: Chosen): void {
    const territories = ground.answer.territories;
    const served: Served = { version: tag, owner: ground.owner, owners: territories.map(({ id }) => id) };
    if (this.strokes?.name === nameOf(scenario.scenario)) return this.strokes.rebased(served);
    this.strokes?.stop();
    this.strokes = strokesOf(this.desk, scenario.scenario, served, (cells, to) => this.apply(cells, to));
    replace(this.saving, this.strokes.element);
  }

  private apply(cells: number[], to: number[]): void {
    const changed = this.edit?.impose(cells, to);
    if (changed?.length) this.events.changed(changed);
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
    this.noGrids.hidden = grids.length > 0;
    this.noGrids.textContent = words.gridsNoneToRead;
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
    if (!places.length) return app.announce((this.place.textContent = what === "detached" ? words.planNoDetached : words.planNoUnassigned));
    const at = this.next[what] % places.length;
    this.next[what] = at + 1;
    app.store.apply(cellSelected(places[at][0]));
    this.events.look(places[at]);
    const { language } = app.store.now;
    this.place.textContent = words.planPlaceOf(integer(language, at + 1), integer(language, places.length));
  }
}
