// The planner's room: scenarios of territories, drafted, weighed, compared, decided about and published.

import { problemFrom } from "../core/api.js";
import { neighboursOf } from "../core/hexagons.js";
import { catalogue, type Catalogue } from "../core/i18n.js";
import { servedStanding, TABS, tabChosen, type Chosen, type Tab } from "../core/plan.js";
import { label, make, quiet, replace, say } from "../ui/dom.js";
import { PAINT_KEYS } from "../ui/paintKeys.js";
import { problemText } from "../ui/pages.js";
import { balance, type Balance } from "./plan/balance.js";
import { Comparison } from "./plan/compare.js";
import { Desk } from "./plan/desk.js";
import { planForm } from "./plan/form.js";
import { lifeCard } from "./plan/life.js";
import { accountList, gainsList, handoverList, historyList, logList } from "./plan/lists.js";
import { PlanPainting } from "./plan/paint.js";
import { redraw } from "./plan/redraw.js";
import { Scenery } from "./plan/scene.js";
import { scenarioList, troubleLine, workCard } from "./plan/scenarios.js";
import type { App, Room, RoomView } from "./room.js";

const TAB_NAMES: Readonly<Record<Tab, (words: Catalogue) => string>> = {
  balance: (w) => w.planTabBalance,
  gains: (w) => w.planTabGains,
  handover: (w) => w.planTabHandover,
  conflicts: (w) => w.planTabConflicts,
  enclaves: (w) => w.planTabEnclaves,
  compare: (w) => w.planTabCompare,
  log: (w) => w.planTabLog,
  history: (w) => w.planTabHistory,
};

export const planRoom: Room = {
  id: "plan",
  name: (words) => words.territories,
  roles: ["hq", "planner", "branch_manager", "auditor"],
  keys: PAINT_KEYS,
  open: (app) => new PlanRoom(app).view(),
};

class PlanRoom {
  private readonly desk: Desk;
  private readonly scenery: Scenery;
  private entered = false;
  private territory = -1;
  /** The scenario that the map was moved to. */
  private seen: string | null = null;
  /** What the panel shows or will show. */
  private filled: readonly unknown[] = [];
  private readonly comparison: Comparison;
  private readonly painting: PlanPainting;
  private readonly table: Balance;
  private readonly panel = make("div", { class: "plan-panel scroll", role: "tabpanel", tabindex: "0", id: "plan-panel" });

  constructor(private readonly app: App) {
    this.desk = new Desk(app);
    this.scenery = new Scenery(app);
    this.painting = new PlanPainting(this.desk, {
      changed: (cells) => this.repaint(cells),
      look: (cells) => this.lookAt(cells),
    });
    this.comparison = new Comparison({
      desk: this.desk,
      scenery: this.scenery,
      owner: () => this.owner(),
      refill: () => void this.fillPanel(true),
    });
    this.table = balance({
      pick: (territory) => this.pick(territory),
      isLocked: (territory) => (this.desk.mayChange && this.painting.owner ? this.painting.isLocked(territory) : null),
      lock: (territory, locked) => this.painting.lock(territory, locked),
      begin: this.desk.mayChange ? () => openForm() : null,
    });
  }

  view(): RoomView {
    const { app, desk } = this;
    const life = lifeCard(desk, () => this.painting.lockedIds(), () => this.painting.settled());
    const form = desk.mayChange ? [planForm(desk, () => this.painting.settled())] : [];
    // What was drawn is of the cells that were there before.
    app.store.watch((state) => [state.cells], () => this.scenery.clear());
    redraw(desk, (plan) => [plan.chosen?.ground, plan.chosen?.scenario.status], () => this.chosenCame());
    redraw(desk, (plan) => [plan.chosen], ({ chosen }) => tell(chosen));
    // What cannot work is asked once a scenario is there, and comes when somebody may be at work in the table.
    redraw(desk, (plan) => [plan.chosen?.checked], ({ chosen }) => this.table.check(chosen, app.store.now));
    redraw(desk, (plan) => [plan.chosen, plan.tab], () => void this.fillPanel());
    return {
      side: [troubleLine(desk), workCard(desk), scenarioList(desk), this.painting.element, life, ...form],
      stage: [this.drawer()],
      entered: () => {
        this.entered = true;
        this.show();
        this.painting.enter();
        void desk.enter();
      },
      left: () => {
        this.entered = false;
        this.painting.leave();
        this.comparison.hide();
        this.scenery.clear();
      },
      key: (event) => this.painting.key(event),
      anywhere: (event) => this.painting.anywhere(event),
    };
  }

  private drawer(): HTMLElement {
    const { desk } = this;
    const tabs = label(this.app.store, make("div", { class: "plan-tabs", role: "tablist" }), "aria-label", (w) => w.planTabs);
    for (const tab of TABS) tabs.append(this.tab(tab));
    tabs.addEventListener("keydown", (event) => this.moveTab(event, tabs));
    redraw(desk, (plan) => [plan.tab], ({ tab: now }) => {
      this.panel.setAttribute("aria-labelledby", `plan-tab-${now}`);
      for (const one of tabs.querySelectorAll<HTMLElement>("[role=tab]")) {
        const here = one.dataset["tab"] === now;
        one.setAttribute("aria-selected", String(here));
        one.tabIndex = here ? 0 : -1;
      }
    });
    return make("section", { class: "drawer plan-drawer" }, tabs, this.panel);
  }

  private tab(tab: Tab): HTMLElement {
    const attributes = { type: "button", role: "tab", "data-tab": tab, id: `plan-tab-${tab}`, "aria-controls": "plan-panel" } as const;
    const button = say(this.app.store, make("button", attributes), TAB_NAMES[tab]);
    button.addEventListener("click", () => this.desk.store.apply(tabChosen(tab)));
    return button;
  }

  /** Arrows go from tab to tab, as everywhere. */
  private moveTab(event: KeyboardEvent, tabs: HTMLElement): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(this.desk.store.now.tab) + step + TABS.length) % TABS.length];
    this.desk.store.apply(tabChosen(next));
    tabs.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
  }

  private pick(territory: number): void {
    this.territory = this.territory === territory ? -1 : territory;
    this.painting.aim(this.territory);
    const owner = this.owner();
    if (owner && this.territory >= 0) this.scenery.fit((cell) => owner[cell] === territory);
    this.show();
  }

  /** Who has each cell now, painted or as it came. */
  private owner(): Int32Array | null {
    return this.painting.owner ?? this.desk.store.now.chosen?.ground.owner ?? null;
  }

  private repaint(cells: ArrayLike<number>): void {
    const { chosen } = this.desk.store.now;
    if (!chosen) return;
    this.scenery.paint(cells);
    if (this.desk.store.now.tab === "compare") this.comparison.count();
    const standing = (at: number) => this.painting.standing(at) ?? servedStanding(chosen.ground, at);
    this.table.follow(chosen, this.app.store.now, standing, chosen.ground.answer.territories.keys());
  }

  /** Shows some cells with what lies around them. */
  private lookAt(cells: readonly number[]): void {
    const hexagons = this.app.store.now.cells?.hexagons;
    if (!hexagons) return;
    const near = new Set(cells.flatMap((cell) => neighboursOf(hexagons, cell)));
    this.scenery.fit((cell) => near.has(cell) || cells.includes(cell));
  }

  private chosenCame(): void {
    const { chosen, name } = this.desk.store.now;
    this.comparison.forget();
    if (this.territory >= (chosen?.ground.answer.territories.length ?? 0)) this.territory = -1;
    this.table.draw(chosen, this.app.store.now, (at) => this.painting.standing(at));
    if (name === null || chosen) this.show();
    if (chosen && name !== this.seen) this.scenery.fit((cell) => chosen.ground.group[cell] >= 0);
    this.seen = chosen ? name : this.seen;
  }

  /** Puts on the map what the reader looks at. */
  private show(): void {
    if (!this.entered) return;
    const { chosen, tab } = this.desk.store.now;
    this.table.mark(this.territory);
    if (chosen && tab === "compare" && this.comparison.show()) return;
    this.comparison.hide();
    const ground = chosen?.ground;
    // Before one is chosen the plan that is live is looked at.
    const shown = ground ? { territories: ground.answer.territories, owner: this.owner() ?? ground.owner } : this.app.store.now.plan;
    if (!shown) return this.scenery.clear();
    this.scenery.show({ kind: "plan", shown, chosen: ground ? this.territory : -1 });
  }

  /** `anew` asks the service again for what is shown already. */
  private async fillPanel(anew = false): Promise<void> {
    const { chosen, tab } = this.desk.store.now;
    const words = catalogue(this.app.store.now.language);
    const there = this.panel.dataset["shown"] === tab;
    if (tab === "balance" && there && this.panel.contains(this.table.element)) return;
    if (tab === "compare" && there && !anew && chosen && this.comparison.follows(chosen)) return;
    const { language, cells, plan, session } = this.app.store.now;
    // What else is known of a scenario changes no list of it.
    const filled = [tab, chosen?.scenario, language, cells, plan, session];
    if (!anew && filled.every((one, at) => one === this.filled[at])) return;
    this.filled = filled;
    this.panel.dataset["shown"] = "";
    if (tab !== "balance" && !(anew && there)) replace(this.panel, quiet(words.loading));
    const parts = await this.partsOf(tab, chosen, words);
    // Somebody may have asked for something else meanwhile, or for the same again.
    if (this.filled !== filled) return;
    replace(this.panel, ...parts);
    if (this.panel.querySelector("[role=alert]")) this.filled = [];
    this.panel.dataset["shown"] = tab;
    this.show();
  }

  private async partsOf(tab: Tab, chosen: Chosen | null, words: Catalogue): Promise<HTMLElement[]> {
    const state = this.app.store.now;
    try {
      if (tab === "history") return await historyList(this.desk, state, words);
      if (!chosen || tab === "balance") return [this.table.element];
      if (tab === "gains") return await gainsList(this.desk, chosen, state, words);
      if (tab === "handover") return await handoverList(this.desk, chosen, state, words);
      if (tab === "compare") return await this.comparison.parts(chosen, words);
      if (tab === "log") return logList(chosen, state, words);
      return await accountList(this.desk, tab, chosen, state, words);
    } catch (error) {
      const problem = problemFrom(error);
      const said = problem.status === 403 || problem.status === 404 ? words.planNotYours : problemText(problem, state.language);
      return [make("p", { class: "problem", role: "alert" }, said)];
    }
  }
}

/** Leads the keyboard to a new scenario's name. */
function openForm(): void {
  const form = document.querySelector<HTMLDetailsElement>(".plan-make");
  if (form) form.open = true;
  form?.querySelector("input")?.focus();
}

/** What is looked at, for whoever waits for it. */
function tell(chosen: Chosen | null): void {
  const { scenario, revision, status } = chosen?.scenario ?? { scenario: "", revision: "", status: "" };
  document.body.dataset["plan"] = `${scenario} ${revision} ${status}`.trim();
}
