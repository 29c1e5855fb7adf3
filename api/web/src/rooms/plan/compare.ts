// Two plans compared: as two maps or as one of the differences, with tables beside whose rows lead to their place on the map.

import type * as Api from "../../core/api-types.js";
import { problemFrom } from "../../core/api.js";
import { extentOfFocus, focusOf, focusOfPair, twoPlans, type Focus, type Owned } from "../../core/compared.js";
import type { Territory } from "../../core/contract.js";
import { extentOf, neighboursOf } from "../../core/hexagons.js";
import type { Catalogue, Language } from "../../core/i18n.js";
import { latest } from "../../core/latest.js";
import { groundFrom, type Chosen, type ScenarioCells } from "../../core/plan.js";
import { cellSelected } from "../../core/state.js";
import { make, replace } from "../../ui/dom.js";
import { problemText } from "../../ui/pages.js";
import { pictureOf, print } from "../map/picture.js";
import { save } from "../map/saving.js";
import { differenceLegend, figuresTables, gainsTable, moversTable, pairsTable, summary } from "./compareTables.js";
import { pathOf, type Desk } from "./desk.js";
import { action } from "./redraw.js";
import type { Scenery, Two } from "./scene.js";
import { SideBySide } from "./sideBySide.js";

const LIVE = "live";
const CHOICES = ["both", "difference", "this", "other"] as const;
type MapChoice = (typeof CHOICES)[number];
/** Figures of the service are read again when painting has rested for so long. */
const REST_MS = 1500;

interface Compared {
  readonly chosen: Chosen;
  readonly language: Language;
  readonly two: Two;
  readonly told: Api.PlansCompared;
}

/** What a row of the tables stands for. `territory` is -1 where it is not one. */
interface Row {
  readonly name: string;
  readonly territory: number;
  readonly focus: Focus;
}

export interface ComparisonOf {
  readonly desk: Desk;
  readonly scenery: Scenery;
  /** Who has each cell now, painted or as it came. */
  owner(): Int32Array | null;
  /** Fills the tab again. */
  refill(): void;
}

export class Comparison {
  private against = LIVE;
  private readonly asked = latest();
  private choice: MapChoice = "both";
  private compared: Compared | null = null;
  private row: Row | null = null;
  private maps: SideBySide | null = null;
  private rest = 0;
  /** What goes into the picture: words and tables about both plans. */
  private readonly said = make("div", { class: "plan-compared" });

  constructor(private readonly of: ComparisonOf) {}

  /** What was compared is out of date. */
  forget(): void {
    window.clearTimeout(this.rest);
    [this.compared, this.row] = [null, null];
  }

  /** Whether the tab shows this scenario, painted or not, in the language of now: then tables follow, and later the service's figures. */
  follows(chosen: Chosen): boolean {
    const { compared } = this;
    const { language } = this.of.desk.app.store.now;
    if (compared?.chosen.ground !== chosen.ground || compared.language !== language) return false;
    this.compared = { ...compared, chosen };
    this.tell();
    window.clearTimeout(this.rest);
    this.rest = window.setTimeout(() => this.of.refill(), REST_MS);
    return true;
  }

  /** Puts the comparison on the map; false where there is none. */
  show(): boolean {
    const { compared, row, choice } = this;
    const { desk, scenery } = this.of;
    this.count();
    if (!compared || choice !== "both") this.maps?.hide();
    if (!compared) return false;
    const { two, chosen } = compared;
    const [focus, territory] = [row?.focus ?? null, row?.territory ?? -1];
    if (choice === "both") {
      this.maps ??= new SideBySide(desk.app);
      this.maps.show(desk.words.planMapOther(this.nameOf(this.against)), desk.words.planMapThis(chosen.scenario.scenario));
      scenery.show({ kind: "both", shown: two, focus, twin: this.maps.twin });
    } else if (choice === "difference") scenery.show({ kind: "difference", shown: two, chosen: territory, focus });
    else scenery.show({ kind: "plan", shown: choice === "this" ? two : { ...two, owner: two.before }, chosen: territory });
    return true;
  }

  /** Says how many cells change hands, for whoever waits for it. */
  count(): void {
    const moved = this.compared?.two.changed.reduce((sum, one) => sum + one, 0);
    document.body.dataset["changed"] = moved === undefined ? "" : String(moved);
  }

  /** The page's own map has its place to itself again. */
  hide(): void {
    document.body.dataset["changed"] = "";
    this.maps?.hide();
  }

  /** All that the tab holds. */
  async parts(chosen: Chosen, words: Catalogue): Promise<HTMLElement[]> {
    const { desk } = this.of;
    const names = [LIVE, ...(desk.store.now.heads ?? []).map(({ scenario }) => scenario).filter((name) => name !== chosen.scenario.scenario)];
    if (!names.includes(this.against)) this.against = LIVE;
    const head = make("div", { class: "plan-compare-head" }, this.againstField(names, words), this.mapChoices(words), ...this.takers(words));
    const isLast = this.asked();
    try {
      const compared = await this.compare(chosen, this.against);
      // Somebody looks at two others by now.
      if (!isLast() || desk.store.now.chosen?.ground !== chosen.ground) return [head];
      this.compared = compared;
    } catch (error) {
      if (!isLast()) return [head];
      // The way to another plan stays open: two plans may have no branch in common.
      this.forget();
      return [head, make("p", { class: "problem", role: "alert" }, problemText(problemFrom(error), desk.app.store.now.language))];
    }
    if (this.row) this.row = this.rowAgain(this.row);
    if (!this.compared) return [head];
    this.tell();
    const movers = make("div");
    void moversTable(desk, chosen, this.against, words, (name, cell) => this.goToCell(name, cell)).then((parts) => {
      replace(movers, ...parts);
      this.markRow();
    });
    return [head, this.said, movers, ...figuresTables(this.compared.told, desk.app.store.now, words)];
  }

  private async compare(chosen: Chosen, against: string): Promise<Compared | null> {
    const { app } = this.of.desk;
    const query = `against=${encodeURIComponent(against)}`;
    const told = await app.read<Api.PlansCompared>(`${pathOf(chosen.scenario.scenario)}/compare?${query}`);
    const other = await this.otherPlan(against);
    if (!other) return null;
    const mine = { territories: chosen.ground.answer.territories, owner: this.of.owner() ?? chosen.ground.owner };
    const { language } = app.store.now;
    return { chosen, language, told, two: twoPlans<Territory>(mine, other, told.branches) };
  }

  private async otherPlan(against: string): Promise<Owned<Territory> | null> {
    const { app } = this.of.desk;
    const { cells, plan } = app.store.now;
    if (against === LIVE || !cells) return plan;
    const ground = groundFrom(await app.read<ScenarioCells>(`${pathOf(against)}/cells`), cells);
    return { territories: ground.answer.territories, owner: ground.owner };
  }

  private nameOf(plan: string): string {
    return plan === LIVE ? this.of.desk.words.planLive : plan;
  }

  /** Writes what is said about the two plans, as they stand now. */
  private tell(): void {
    const { compared } = this;
    const { desk } = this.of;
    if (!compared) return;
    const { chosen, two, told } = compared;
    const [state, words] = [desk.app.store.now, desk.words];
    const territory = (name: string, at: number) => this.choose({ name, territory: at, focus: focusOf(two, at) });
    const pair = (name: string, from: number, to: number) => this.choose({ name, territory: -1, focus: focusOfPair(two, from, to) });
    replace(
      this.said,
      summary(told, this.nameOf(this.against), chosen, state, words),
      gainsTable(chosen, two, told, state, words, territory),
      differenceLegend(words),
      ...pairsTable(told, two, state, words, pair),
    );
    this.markRow();
  }

  /** Shows what a row stands for, on both maps; the same row once more lets go of it. */
  private choose(row: Row): void {
    this.row = this.row?.name === row.name ? null : row;
    const { app } = this.of.desk;
    const hexagons = app.store.now.cells?.hexagons;
    const extent = this.row && hexagons && extentOfFocus(hexagons, this.row.focus);
    if (extent) app.view.showExtent(extent);
    this.markRow();
    this.show();
  }

  private goToCell(name: string, id: string): void {
    const { app } = this.of.desk;
    const { cells } = app.store.now;
    const at = cells?.position.get(id);
    if (!cells || at === undefined) return;
    const near = new Set([at, ...neighboursOf(cells.hexagons, at)]);
    this.row = { name, territory: -1, focus: Uint8Array.from(cells.ids, (_, cell) => Number(cell === at)) };
    const extent = extentOf(cells.hexagons, (cell) => near.has(cell));
    if (extent) app.view.showExtent(extent);
    app.store.apply(cellSelected(at));
    this.markRow();
    this.show();
  }

  /** The same row over cells that changed hands since. */
  private rowAgain(row: Row): Row {
    const { compared } = this;
    return compared && row.territory >= 0 ? { ...row, focus: focusOf(compared.two, row.territory) } : row;
  }

  private markRow(): void {
    const panel = this.said.parentElement ?? this.said;
    for (const button of panel.querySelectorAll<HTMLElement>("[data-row]")) {
      const here = button.dataset["row"] === this.row?.name;
      button.setAttribute("aria-pressed", String(here));
      button.closest("tr")?.classList.toggle("current", here);
    }
  }

  private againstField(names: readonly string[], words: Catalogue): HTMLElement {
    const select = make("select", { name: "plan-against" });
    select.append(...names.map((name) => make("option", { value: name, translate: name === LIVE ? undefined : "no" }, this.nameOf(name))));
    select.value = this.against;
    select.addEventListener("change", () => {
      this.against = select.value;
      this.forget();
      this.of.refill();
    });
    return make("label", { class: "plan-against" }, make("span", {}, words.planAgainst), select);
  }

  private mapChoices(words: Catalogue): HTMLElement {
    const names: Readonly<Record<MapChoice, string>> = {
      both: words.planShowBoth,
      difference: words.planShowDiff,
      this: words.planShowThis,
      other: words.planShowOther,
    };
    const radios = CHOICES.map((choice) => {
      const radio = make("input", { type: "radio", name: "plan-map", value: choice });
      radio.checked = choice === this.choice;
      radio.addEventListener("change", () => {
        this.choice = choice;
        this.show();
      });
      return make("label", {}, radio, names[choice]);
    });
    return make("fieldset", { class: "plan-map-choice" }, make("legend", {}, words.planOnMap), ...radios);
  }

  private takers(words: Catalogue): HTMLElement[] {
    const { app } = this.of.desk;
    const named = () => `gridgeo-${this.compared?.chosen.scenario.scenario ?? ""}-${this.against}.png`;
    const png = action("png", words.mapPng, () => this.picture().toBlob((blob) => blob && save(app, blob, named()), "image/png"));
    const paper = action("print", words.gridsPrint, () => print(this.picture()));
    return [png, paper];
  }

  private picture(): HTMLCanvasElement {
    const { app } = this.of.desk;
    const map = document.querySelector(".map-frame") as HTMLElement;
    const scale = document.querySelector(".scale") as HTMLElement;
    const beside = this.choice === "both" ? (this.maps?.twin.canvases() ?? []) : [];
    const names = [...map.querySelectorAll<HTMLElement>(".map-name:not([hidden])")];
    return pictureOf(app.store.now, [...beside, ...app.view.canvases()], { map, names, below: this.said, scale, withBase: app.view.baseInPictures });
  }
}
