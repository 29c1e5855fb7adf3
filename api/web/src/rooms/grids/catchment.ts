// The branch's catchment drawn another way: by border, units, distance or time; counted before it is saved.

import GeoJSON from "ol/format/GeoJSON.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import type * as Api from "../../core/api-types.js";
import { figure, integer } from "../../core/format.js";
import { COUNTED, type GridsState } from "../../core/grids.js";
import type { Store } from "../../core/store.js";
import { overlay, type Overlay } from "../../map/overlays.js";
import type { Tool } from "../../map/tool.js";
import type { Pointed } from "../../map/view.js";
import { given, make, replace } from "../../ui/dom.js";
import { problemText } from "../../ui/pages.js";
import type { App } from "../room.js";
import { newKey, problemFrom } from "../../core/api.js";
import type { Desk } from "./desk.js";
import { selectedCentre, type Draft } from "./draft.js";
import { button, field, follow, fold, mayEdit, wordsOf, type Phrase } from "./parts.js";
import type { Scene } from "./scene.js";
import type { Position } from "./shape.js";

type Spec = Record<string, unknown>;
type Drawn = Pick<Api.ClaimedCatchment, "claimed" | "cells" | "counts" | "geometry">;
interface Overlap {
  readonly first: string;
  readonly second: string;
  readonly cells: number;
}
interface Shown {
  readonly drawn: readonly Drawn[];
  readonly overlaps: readonly Overlap[];
}
type Job = Pick<Api.Job, "id" | "state" | "error">;

const METHODS = ["drawn", "administrative", "buffer", "isochrone"] as const;
type Method = (typeof METHODS)[number];
const NAMES: Record<Method, Phrase> = {
  drawn: (words) => words.gridsByBorder,
  administrative: (words) => words.gridsByUnits,
  buffer: (words) => words.gridsByBuffer,
  isochrone: (words) => words.gridsByTime,
};
/** Jobs are asked for about every second, for at most two minutes; they go on by themselves. */
const ASK_EVERY_MS = 1000;
const MOST_ASKED = 120;

export class CatchmentCard {
  readonly element: HTMLElement;
  private spec: Spec | null = null;
  private shown: Shown | null = null;
  private point: Position | null = null;
  private picking = false;
  private readonly border: Overlay = overlay(6.6, false);
  private readonly message = make("p", { role: "status", class: "grids-message" });
  private readonly result = make("div", { class: "grids-claim" });
  private readonly place = make("p", { class: "quiet" });
  private readonly save: HTMLButtonElement;

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
    const drop = button(store, "drop-catchment", (words) => words.gridsCancel, () => this.clear());
    this.element = make(
      "section",
      { class: "card" },
      fold(store, "catchment", (words) => words.gridsCatchment, this.form(), this.message, this.result, make("div", { class: "row" }, this.save, drop)),
    );
    follow(store, room, (state) => [state.branch, state.hexagons], () => {
      this.element.hidden = !mayEdit(store.now) || room.now.branch === null;
      this.tell();
    });
    room.watch((state) => [state.branch], () => this.clear());
  }

  show(shown: boolean): void {
    this.border.setVisible(shown);
  }

  clear(): void {
    [this.spec, this.shown, this.point, this.picking] = [null, null, null, false];
    this.message.textContent = "";
    this.tell();
  }

  private form(): HTMLElement {
    const { store } = this.app;
    const method = make("select", { name: "catchment-method" });
    const units = make("textarea", { name: "units", rows: "3" });
    const radius = make("input", { type: "number", name: "radius", min: "1", value: "800" });
    const minutes = make("input", { type: "number", name: "minutes", min: "1", value: "10" });
    const pick = button(store, "pick-point", (words) => words.gridsPickPoint, () => this.pick());
    const fields = {
      units: field(store, (words) => words.gridsUnits, units),
      radius: field(store, (words) => words.gridsRadius, radius),
      minutes: field(store, (words) => words.gridsMinutes, minutes),
    };
    const go = button(store, "try-catchment", (words) => words.gridsCatchmentTry, () => {
      const listed = units.value.split("\n").map((one) => one.trim()).filter(Boolean);
      const around = this.point ? { point: this.point } : {};
      const chosen = method.value as Method;
      if (chosen === "drawn") this.draft.draw("polygon", (polygon) => void this.preview({ method: "drawn", polygon }));
      else if (chosen === "administrative") void this.preview({ method: chosen, units: listed });
      else if (chosen === "buffer") void this.preview({ method: chosen, radius_m: Number(radius.value), ...around });
      else void this.preview({ method: chosen, minutes: Number(minutes.value), ...around });
    });
    const choose = () => {
      const chosen = method.value as Method;
      fields.units.hidden = chosen !== "administrative";
      fields.radius.hidden = chosen !== "buffer";
      fields.minutes.hidden = chosen !== "isochrone";
      pick.hidden = this.place.hidden = chosen !== "buffer" && chosen !== "isochrone";
    };
    method.addEventListener("change", choose);
    store.watch((state) => [state.language], () => {
      const kept = method.value || METHODS[0];
      replace(method, ...METHODS.map((id) => make("option", { value: id }, NAMES[id](wordsOf(store)))));
      method.value = kept;
      choose();
    });
    const how = field(store, (words) => words.gridsCatchmentHow, method);
    return make("div", {}, how, fields.units, fields.radius, fields.minutes, this.place, pick, go);
  }

  /** The next click on the map, or the selected cell with Enter, is what a buffer or isochrone is around. */
  private pick(): void {
    const { view } = this.app;
    const click = ({ lng, lat }: Pointed) => this.pointTaken([lng, lat]);
    const tool: Tool = { down: () => false, drag: () => undefined, up: () => undefined, click };
    this.picking = true;
    view.use(tool);
    this.app.announce(wordsOf(this.app.store).gridsPickHint);
    this.message.textContent = wordsOf(this.app.store).gridsPickHint;
    view.focus();
  }

  /** While a place is chosen Enter takes the selected cell's middle. */
  key(event: KeyboardEvent): boolean {
    const cell = event.key === "Enter" && this.picking ? selectedCentre(this.app.store.now) : null;
    if (cell) this.pointTaken(cell);
    return cell !== null;
  }

  private pointTaken(point: Position): void {
    [this.point, this.picking] = [point, false];
    this.message.textContent = "";
    this.app.view.use(this.scene);
    this.tell();
  }

  private async preview(spec: Spec): Promise<void> {
    const words = wordsOf(this.app.store);
    this.message.classList.remove("problem");
    this.message.textContent = words.gridsCatchmentTrying;
    [this.spec, this.shown] = [spec, null];
    this.tell();
    try {
      const { body } = await this.app.send<Shown>("POST", "/api/v1/catchments/preview", this.body(spec));
      if (this.spec !== spec) return;
      this.shown = body;
      this.message.textContent = "";
    } catch (error) {
      this.failed(error);
    }
    this.tell();
  }

  private body(spec: Spec): Record<string, unknown> {
    const datum = "polygon" in spec || "point" in spec ? { datum: this.desk.datum } : {};
    return { spec, branches: [this.room.now.branch], ...datum };
  }

  /** Saving is a job: it is waited for, and goes on when the page does not. */
  private async store(): Promise<void> {
    const { spec } = this;
    if (!spec) return;
    const words = wordsOf(this.app.store);
    this.save.disabled = true;
    this.message.textContent = words.gridsCatchmentSaving;
    try {
      const key = { idempotencyKey: newKey() };
      let { body: job } = await this.app.send<Job>("POST", "/api/v1/catchments", this.body(spec), key);
      for (let asked = 0; asked < MOST_ASKED && ["queued", "running"].includes(job.state); asked++) {
        await new Promise((done) => setTimeout(done, ASK_EVERY_MS));
        job = await this.app.read<Job>(`/api/v1/jobs/${job.id}`);
      }
      if (job.state === "failed") throw new Error(job.error ?? words.gridsUnknown);
      this.clear();
      this.draft.stop();
      this.message.textContent = job.state === "done" ? words.gridsCatchmentSaved : words.gridsCatchmentLater;
      this.app.announce(this.message.textContent);
    } catch (error) {
      this.failed(error);
    }
    this.save.disabled = false;
  }

  private failed(error: unknown): void {
    this.message.textContent = problemText(problemFrom(error), this.app.store.now.language);
    this.message.classList.add("problem");
  }

  private tell(): void {
    const words = wordsOf(this.app.store);
    const one = this.shown?.drawn[0];
    this.save.hidden = !one;
    this.place.textContent = this.point
      ? words.gridsAround(this.point[0].toFixed(5), this.point[1].toFixed(5))
      : words.gridsAroundBranch;
    const source = this.border.getSource();
    source?.clear();
    if (one) source?.addFeatures(new GeoJSON().readFeatures(one.geometry, { featureProjection: "EPSG:3857" }));
    this.scene.claim(one && this.room.now.hexagons ? one.claimed : null);
    document.body.dataset["gridsClaimed"] = one ? String(one.claimed.length) : "";
    replace(this.result, ...(one && this.shown ? this.facts(one, this.shown.overlaps) : []));
  }

  private facts(one: Drawn, overlaps: readonly Overlap[]): HTMLElement[] {
    const words = wordsOf(this.app.store);
    const { language, branches } = this.app.store.now;
    const { branch } = this.room.now;
    const names = { people: words.gridsPeople, households: words.gridsHouseholds, customers: words.gridsCustomers, merchants: words.gridsMerchants };
    const counted = COUNTED.map((name): [string, string] => {
      const value = one.counts[name]?.value ?? null;
      return [names[name], value === null ? words.gridsUnknown : figure(language, "count", Math.round(value))];
    });
    const rows: [string, string][] = [
      [words.gridsClaimed, integer(language, one.claimed.length)],
      [words.gridsLeft, integer(language, one.cells.length)],
      ...counted,
    ];
    const list = make("dl", { class: "facts" }, ...rows.map(([term, said]) => make("div", {}, make("dt", {}, term), make("dd", {}, said))));
    const shared = overlaps.filter(({ first, second }) => first === branch || second === branch);
    const other = ({ first, second }: Overlap) => {
      const id = first === branch ? second : first;
      return branches.find((known) => known.id === id)?.name ?? id;
    };
    const items = shared.map((pair) => make("li", {}, given(other(pair)), `: ${words.gridsSharedCells(integer(language, pair.cells))}`));
    return [list, ...(items.length ? [make("p", {}, words.gridsOverlaps), make("ul", { class: "grids-overlaps" }, ...items)] : [])];
  }
}
