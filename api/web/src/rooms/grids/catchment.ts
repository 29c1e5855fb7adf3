// The branch's catchment drawn another way: by border, units, distance or time; counted before it is saved.

import GeoJSON from "ol/format/GeoJSON.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import type * as Api from "../../core/api-types.js";
import { figure, integer } from "../../core/format.js";
import { COUNTED, GUIDE, type GridsState } from "../../core/grids.js";
import type { Catalogue, Language } from "../../core/i18n.js";
import type { Extent } from "../../core/hexagons.js";
import { countable, gridsFor, type Countable } from "../../core/inside.js";
import type { Store } from "../../core/store.js";
import { overlay, type Overlay } from "../../map/overlays.js";
import type { Tool } from "../../map/tool.js";
import type { Pointed } from "../../map/view.js";
import { fact, given, make, quiet, replace } from "../../ui/dom.js";
import { problemText } from "../../ui/pages.js";
import type { App } from "../room.js";
import { newKey, problemFrom } from "../../core/api.js";
import type { Problem } from "../../core/contract.js";
import type { Desk } from "./desk.js";
import { catchmentForm, type Spec } from "./catchmentForm.js";
import { selectedCentre, type Draft } from "./draft.js";
import { unknown } from "./list.js";
import { unclearNames } from "./names.js";
import { button, follow, fold, mayEdit, wordsOf, type Phrase } from "./parts.js";
import type { Scene } from "./scene.js";
import type { Position } from "./shape.js";

type Drawn = Pick<Api.ClaimedCatchment, "claimed" | "cells" | "counts" | "geometry" | "border">;
interface Overlap {
  readonly first: string;
  readonly second: string;
  readonly cells: number;
  readonly first_name: string | null;
  readonly second_name: string | null;
}
interface Shown {
  readonly drawn: readonly Drawn[];
  readonly overlaps: readonly Overlap[];
}
type Known = Pick<Api.CatchmentCard, "params">;
type Job = Pick<Api.Job, "id" | "state" | "error">;

/** Jobs are asked for about every second, for at most two minutes; they go on by themselves. */
const ASK_EVERY_MS = 1000;
const MOST_ASKED = 120;
/** A border with more corners is nothing to move corner by corner. */
const MOST_CORNERS = 500;

export class CatchmentCard {
  readonly element: HTMLElement;
  private spec: Spec | null = null;
  private shown: Shown | null = null;
  private point: Position | null = null;
  private picking = false;
  private asking = false;
  private around: Countable | null = null;
  private problem: Problem | null = null;
  /** What is said of it at the moment. */
  private said: Phrase | null = null;
  private readonly border: Overlay = overlay(6.6, false);
  private readonly message = make("p", { role: "status", class: "grids-message" });
  private readonly result = make("div", { class: "grids-claim" });
  private readonly place = quiet();
  private readonly form = catchmentForm(this.app.store, this.place, {
    draw: () => this.draw(),
    tried: (spec) => void this.preview("places" in spec || "roads" in spec || !this.point ? spec : { ...spec, point: this.point }),
    pick: () => this.pick(),
  });
  private readonly save: HTMLButtonElement;
  private readonly edit: HTMLButtonElement;

  constructor(
    private readonly app: App,
    private readonly room: Store<GridsState>,
    private readonly desk: Desk,
    private readonly scene: Scene,
    private readonly draft: Draft,
  ) {
    const { store, view } = app;
    view.add(this.border);
    this.border.setStyle([
      new Style({ stroke: new Stroke({ color: "#ffffff", width: 6 }), fill: new Fill({ color: "rgba(20, 82, 156, 0.12)" }) }),
      new Style({ stroke: new Stroke({ color: "#14529c", width: 3, lineDash: [8, 6] }) }),
    ]);
    this.save = button(store, "save-catchment", (words) => words.gridsCatchmentSave, () => void this.store(), "primary");
    this.edit = button(store, "edit-border", (words) => words.gridsEditBorder, () => this.draw(cornersOf(this.shown?.drawn[0])));
    const known = button(store, "known-catchment", (words) => words.gridsCatchmentKnown, () => void this.known());
    const drop = button(store, "drop-catchment", (words) => words.gridsCancel, () => this.clear());
    this.element = make(
      "section",
      { class: "card" },
      fold(
        store,
        "catchment",
        (words) => words.gridsCatchment,
        known,
        this.form.element,
        this.message,
        this.result,
        make("div", { class: "row" }, this.save, this.edit, drop),
      ),
    );
    follow(store, room, (state) => [state.branch, state.hexagons], () => {
      this.element.hidden = !mayEdit(store.now) || room.now.branch === null;
      this.tell();
    });
    room.watch((state) => [state.branch], () => {
      this.around = null;
      this.clear();
    });
  }

  show(shown: boolean): void {
    this.border.setVisible(shown);
  }

  /** What is shown stays as it is until it is there in another language. */
  again(): void {
    if (this.spec) void this.ask(this.spec);
  }

  clear(): void {
    [this.spec, this.shown, this.point] = [null, null, null];
    if (this.picking) this.picked();
    else this.say(null);
  }

  /** A border that is drawn, or whose corners are moved, is tried whenever it is closed and a corner is let go. */
  private draw(corners: readonly Position[] = []): void {
    this.draft.draw("polygon", (polygon) => void this.preview({ method: "drawn", polygon }), corners, {
      counted: () => this.around,
      households: (words, language, { households }) => householdsOf(words, language, households),
    });
    void this.count();
  }

  /** Reads what the cells around the branch hold, once; what is drawn before it is there is counted when it is closed. */
  private async count(): Promise<void> {
    const { branch } = this.room.now;
    if (branch === null || this.around) return;
    try {
      const found = await this.app.read<Api.CountsAround>(`/api/v1/catchments/drawn/${encodeURIComponent(branch)}/counts`);
      if (branch === this.room.now.branch) this.around = countable(found.cells, found.counts);
      this.draft.showLive();
    } catch (error) {
      this.failed(error);
    }
  }

  /** Shows the catchment as it was drawn last. */
  private async known(): Promise<void> {
    const { branch } = this.room.now;
    if (branch === null) return;
    const before = this.spec;
    try {
      const { params } = await this.app.read<Known>(`/api/v1/catchments/drawn/${encodeURIComponent(branch)}`);
      // Another branch was entered meanwhile, or another way tried.
      if (branch !== this.room.now.branch || before !== this.spec) return;
      const { title, ...spec } = params;
      this.form.call(typeof title === "string" ? title : "");
      await this.preview(spec);
    } catch (error) {
      this.failed(error);
    }
  }

  /** The next click on the map, or the selected cell with Enter, is what a buffer or isochrone is around. */
  private pick(): void {
    const { view } = this.app;
    const click = ({ lng, lat }: Pointed) => this.pointTaken([lng, lat]);
    const tool: Tool = { down: () => false, drag: () => undefined, up: () => undefined, click };
    this.picking = true;
    view.use(tool);
    this.say((words) => words.gridsPickHint);
    this.app.announce(this.message.textContent ?? "");
    view.focus();
  }

  /** While a place is chosen Enter takes the selected cell's middle. */
  key(event: KeyboardEvent): boolean {
    if (!this.picking) return false;
    const cell = event.key === "Enter" ? selectedCentre(this.app.store.now) : null;
    if (cell) this.pointTaken(cell);
    else if (event.key === "Escape") this.picked();
    else return false;
    return true;
  }

  /** What is around the place is shown at once. */
  private pointTaken(point: Position): void {
    this.point = point;
    this.picked();
    this.form.attempt();
  }

  /** The pointer chooses grids again. */
  private picked(): void {
    this.picking = false;
    this.app.view.use(this.scene);
    this.say(null);
  }

  private async preview(spec: Spec): Promise<void> {
    [this.spec, this.shown] = [spec, null];
    this.say((words) => words.gridsCatchmentTrying);
    // One after the other: of corners that are moved while an answer is awaited only the last is asked for.
    if (this.asking) return;
    this.asking = true;
    let asked: Spec | null = null;
    while (this.spec && this.spec !== asked) {
      asked = this.spec;
      await this.ask(asked);
    }
    this.asking = false;
  }

  private async ask(spec: Spec): Promise<void> {
    try {
      const { body } = await this.app.send<Shown>("POST", "/api/v1/catchments/preview", this.body(spec));
      if (this.spec !== spec) return;
      this.shown = body;
      this.say(null);
      const extent = this.border.getSource()?.getExtent();
      // Whoever draws keeps the map where it is.
      if (extent && body.drawn.length && !this.draft.drawing) this.app.view.reveal(extent as Extent);
    } catch (error) {
      if (this.spec === spec) this.failed(error);
    }
  }

  private body(spec: Spec): Record<string, unknown> {
    return { spec, branches: [this.room.now.branch], datum: this.desk.datum };
  }

  /** Saving is a job: it is waited for, and goes on when the page does not. */
  private async store(): Promise<void> {
    const { spec } = this;
    if (!spec) return;
    this.save.disabled = true;
    this.say((words) => words.gridsCatchmentSaving);
    try {
      const key = { idempotencyKey: newKey() };
      let { body: job } = await this.app.send<Job>("POST", "/api/v1/catchments", this.body({ ...spec, ...this.form.titled() }), key);
      for (let asked = 0; asked < MOST_ASKED && ["queued", "running"].includes(job.state); asked++) {
        await new Promise((done) => setTimeout(done, ASK_EVERY_MS));
        job = await this.app.read<Job>(`/api/v1/jobs/${job.id}`);
      }
      if (job.state === "failed") throw new Error(job.error ?? wordsOf(this.app.store).gridsUnknown);
      if (this.spec === spec) {
        this.clear();
        this.draft.stop();
      }
      this.say((words) => (job.state === "done" ? words.gridsCatchmentSaved : words.gridsCatchmentLater));
      this.app.announce(this.message.textContent ?? "");
    } catch (error) {
      this.failed(error);
    }
    this.save.disabled = false;
  }

  private failed(error: unknown): void {
    this.problem = problemFrom(error);
    this.tell();
  }

  private say(phrase: Phrase | null): void {
    [this.said, this.problem] = [phrase, null];
    this.tell();
  }

  private tell(): void {
    const words = wordsOf(this.app.store);
    const one = this.shown?.drawn[0];
    const { problem } = this;
    this.message.textContent = !problem ? (this.said?.(words) ?? "") : problem.unclear ? "" : problemText(problem, this.app.store.now.language);
    this.message.classList.toggle("problem", problem !== null);
    this.save.hidden = !one;
    this.edit.hidden = this.draft.drawing || cornersOf(one).length === 0;
    this.place.textContent = this.point
      ? words.gridsAround(this.point[0].toFixed(5), this.point[1].toFixed(5))
      : words.gridsAroundBranch;
    const source = this.border.getSource();
    source?.clear();
    if (one) source?.addFeatures(new GeoJSON().readFeatures(one.border ?? one.geometry, { featureProjection: "EPSG:3857" }));
    this.scene.claim(one && this.room.now.hexagons ? one.claimed : null);
    document.body.dataset["gridsClaimed"] = one ? String(one.claimed.length) : "";
    const unclear = unclearNames(words, this.problem, (given, text) => this.form.correct(given, text));
    replace(this.result, ...(one && this.shown ? this.facts(one, this.shown.overlaps) : unclear));
  }

  private facts(one: Drawn, overlaps: readonly Overlap[]): HTMLElement[] {
    const words = wordsOf(this.app.store);
    const { language } = this.app.store.now;
    const { branch } = this.room.now;
    const names = { people: words.gridsPeople, households: words.gridsHouseholds, customers: words.gridsCustomers, merchants: words.gridsMerchants };
    const counted = COUNTED.map((name) => {
      const { value = null, reason = null } = one.counts[name] ?? {};
      if (name === "households") return fact(names[name], ...householdsOf(words, language, value, reason));
      return fact(names[name], value === null ? words.gridsUnknown : figure(language, "count", Math.round(value)));
    });
    const list = make(
      "dl",
      { class: "facts" },
      fact(words.gridsClaimed, integer(language, one.claimed.length)),
      fact(words.gridsLeft, integer(language, one.cells.length)),
      ...counted,
    );
    const shared = overlaps.filter(({ first, second }) => first === branch || second === branch);
    // The service's names: whose branch the other one is not does not have it among the branches of the page.
    const other = (pair: Overlap) => (pair.first === branch ? (pair.second_name ?? pair.second) : (pair.first_name ?? pair.first));
    const items = shared.map((pair) => make("li", {}, given(other(pair)), words.colon, words.gridsSharedCells(integer(language, pair.cells))));
    return [list, ...(items.length ? [make("p", {}, words.gridsOverlaps), make("ul", { class: "grids-overlaps" }, ...items)] : [])];
  }
}

/** Households, and how many grids of the guide's size they are enough for. */
function householdsOf(words: Catalogue, language: Language, households: number | null, reason: string | null = null): (HTMLElement | string)[] {
  if (households === null) return unknown(words, reason);
  const [fewest, most] = gridsFor(households, GUIDE).map((count) => integer(language, count));
  return [figure(language, "count", Math.round(households)), make("small", {}, words.gridsEnoughFor(fewest, most))];
}

/** The corners of a border that is one ring, the first not repeated; none where it is not, or has too many. */
function cornersOf(one: Drawn | undefined): Position[] {
  const { type, coordinates } = (one?.border ?? one?.geometry ?? {}) as { type?: string; coordinates?: Position[][][] & Position[][] };
  const rings = (type === "MultiPolygon" && coordinates?.length === 1 ? coordinates[0] : type === "Polygon" ? coordinates : []) as Position[][];
  return rings.length === 1 && rings[0].length <= MOST_CORNERS ? rings[0].slice(0, -1) : [];
}
