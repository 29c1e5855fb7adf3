// Industry and cohort grids over the area grids: marks in the cells that hold some of them, a legend that switches and counts.

import Feature from "ol/Feature.js";
import Point from "ol/geom/Point.js";
import Fill from "ol/style/Fill.js";
import RegularShape from "ol/style/RegularShape.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import { cellToBoundary, cellToLatLng } from "h3-js";
import { problemFrom } from "../../core/api.js";
import type { Problem } from "../../core/contract.js";
import { integer } from "../../core/format.js";
import { chosenGrid, type GridsState } from "../../core/grids.js";
import { mercator } from "../../core/hexagons.js";
import { storedWord } from "../../core/i18n.js";
import { countIn, largest, layerHidden, layersOffered, layerShown, MOST_LAYERS, radiusPx, type Layer, type Offered } from "../../core/layers.js";
import { territoryColour } from "../../core/palette.js";
import type { Store } from "../../core/store.js";
import { overlay, type Overlay } from "../../map/overlays.js";
import { given, make, quiet, replace, say, swatch } from "../../ui/dom.js";
import { problemText } from "../../ui/pages.js";
import type { App } from "../room.js";
import { layerForm } from "./layerForm.js";
import { follow, wordsOf } from "./parts.js";

/** Corners, inner radius and turn of each mark: shapes tell layers apart, colours help. */
const MARKS: readonly (readonly [points: number, inner: number, angle: number])[] = [
  [24, 1, 0],
  [4, 1, Math.PI / 4],
  [3, 1, 0],
  [5, 0.45, 0],
  [4, 1, 0],
  [4, 0.35, Math.PI / 4],
];
const COLOURS = [4, 5, 2, 6, 7, 0];
/** Marks of several layers stand around the middle of their cell, so that none hides another; in parts of its radius. */
const APART = 0.45;
/** Where a cell is smaller on the screen than this, its marks are smaller too. */
const CELL_PX = 14;

export const markColour = (place: number) => territoryColour(COLOURS[place % COLOURS.length]);

export class LayersCard {
  readonly element: HTMLElement;
  private readonly marks: Overlay = overlay(7.5, false);
  private problem: Problem | null = null;
  /** Those that are to be shown, on their way or there. */
  private readonly wanted = new Set<string>();
  private readonly body = make("div");

  constructor(
    private readonly app: App,
    private readonly room: Store<GridsState>,
  ) {
    app.view.add(this.marks);
    const title = say(app.store, make("h2"), (words) => words.gridsLayers);
    const form = layerForm(app, room, async (id) => {
      await this.ask();
      await this.turn(id, true);
    });
    this.element = make("section", { class: "card grids-layers" }, title, this.body, form);
    room.watch((state) => [state.branch], ({ branch }) => {
      this.wanted.clear();
      if (branch !== null) void this.ask();
    });
    room.watch((state) => [state.layers], () => this.draw());
    const parts = (state: GridsState) => [state.set, state.offered, state.layers, state.chosen];
    follow(app.store, room, parts, () => this.tell());
    app.store.watch((state) => [state.selected], () => room.now.layers.some(Boolean) && this.tell());
  }

  show(shown: boolean): void {
    this.marks.setVisible(shown);
  }

  private async ask(): Promise<void> {
    try {
      const { features } = await this.app.read<{ features: Offered[] }>("/api/v1/features?limit=1000&sort=name");
      this.room.apply(layersOffered(features));
    } catch (error) {
      this.failed(error);
    }
  }

  private async turn(id: string, on: boolean): Promise<void> {
    this.problem = null;
    this.wanted[on ? "add" : "delete"](id);
    if (!on) return this.room.apply(layerHidden(id));
    const branch = encodeURIComponent(this.room.now.branch ?? "");
    try {
      const layer = await this.app.read<Layer>(`/api/v1/features/${encodeURIComponent(id)}/cells?branch_id=${branch}`);
      if (!this.wanted.has(id)) return;
      this.room.apply(layerShown(layer));
      this.app.announce(this.counted(layer));
    } catch (error) {
      this.wanted.delete(id);
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    this.problem = problemFrom(error);
    this.tell();
  }

  private tell(): void {
    const words = wordsOf(this.app.store);
    const { offered, layers, set } = this.room.now;
    this.element.hidden = set === null;
    document.body.dataset["gridsLayers"] = layers.flatMap((one) => one?.feature_id ?? []).join(" ");
    const full = layers.filter(Boolean).length >= MOST_LAYERS;
    const held = document.activeElement?.getAttribute("data-layer");
    const said = this.problem ? [make("p", { class: "problem", role: "alert" }, problemText(this.problem, this.app.store.now.language))] : [];
    const empty = offered?.length === 0 ? [quiet(words.gridsLayersNone)] : [];
    const most = largest(layers);
    const size = most > 1 ? [quiet(words.gridsLayersSize(integer(this.app.store.now.language, most)))] : [];
    replace(this.body, ...empty, ...(offered ?? []).map((one) => this.row(one, full)), ...size, ...said);
    if (held) this.body.querySelector<HTMLElement>(`[data-layer="${CSS.escape(held)}"]`)?.focus();
  }

  private row(offer: Offered, full: boolean): HTMLElement {
    const { layers } = this.room.now;
    const { language } = this.app.store.now;
    const place = layers.findIndex((one) => one?.feature_id === offer.id);
    const layer = layers[place];
    const tick = make("input", { type: "checkbox", "data-layer": offer.id });
    tick.checked = this.wanted.has(offer.id);
    tick.disabled = full && !tick.checked;
    tick.addEventListener("change", () => void this.turn(offer.id, tick.checked));
    const mark = layer ? [markSwatch(place)] : [];
    const kind = make("small", { class: "quiet" }, ` ${storedWord(language, "layers", offer.kind)}`);
    const label = make("label", { class: "tick named" }, tick, ...mark, make("span", {}, given(offer.name), kind));
    return make("div", {}, label, ...(layer ? this.facts(layer) : []));
  }

  private facts(layer: Layer): HTMLElement[] {
    const words = wordsOf(this.app.store);
    const { language, cells, selected } = this.app.store.now;
    const whole = (count: number) => integer(language, count);
    const grid = chosenGrid(this.room.now);
    const lines = [this.counted(layer)];
    if (layer.outside || layer.unplaced) lines.push(words.gridsLayerElsewhere(whole(layer.outside), whole(layer.unplaced)));
    if (grid) lines.push(words.gridsLayerIn(grid.name, whole(layer.grids[grid.id] ?? 0)));
    const cell = cells?.ids[selected];
    if (cell !== undefined) lines.push(words.gridsLayerCell(whole(countIn(layer, cell))));
    return lines.map((text, at) => make("p", { class: "quiet", "data-members": at ? undefined : String(layer.members) }, text));
  }

  private counted({ members, cells }: Layer): string {
    const { language } = this.app.store.now;
    return wordsOf(this.app.store).gridsLayerCount(integer(language, members), integer(language, cells.length));
  }

  private draw(): void {
    const { layers } = this.room.now;
    const places = layers.flatMap((layer, at) => (layer ? [at] : []));
    const most = largest(layers);
    const source = this.marks.getSource();
    source?.clear();
    places.forEach((place, turn) => source?.addFeatures(marksOf(layers[place] as Layer, place, [turn, places.length], most)));
  }
}

function marksOf(layer: Layer, place: number, [turn, layers]: readonly [number, number], most: number): Feature[] {
  const away = layers > 1 ? APART : 0;
  const angle = (2 * Math.PI * turn) / layers;
  // Marks of one size are one picture; the small ones lie over the large ones.
  const styles = new Map<number, Style>();
  const styleOf = (count: number, cellPx: number) => {
    const radius = Math.round(2 * radiusPx(count, most) * Math.min(1, Math.max(0.5, cellPx / CELL_PX))) / 2;
    const known = styles.get(radius) ?? new Style({ image: mark(place, Math.max(3.5, radius)), zIndex: -radius });
    styles.set(radius, known);
    return known;
  };
  return layer.cells.map((cell, at) => {
    const [lat, lng] = cellToLatLng(cell);
    const [cornerLat, cornerLng] = cellToBoundary(cell)[0];
    const [[x, y], corner] = [mercator(lng, lat), mercator(cornerLng, cornerLat)];
    const reach = Math.hypot(corner[0] - x, corner[1] - y);
    const gap = away * reach;
    const feature = new Feature(new Point([x + gap * Math.sin(angle), y + gap * Math.cos(angle)]));
    feature.setStyle((_, metresPerPx) => styleOf(layer.counts[at], reach / metresPerPx));
    return feature;
  });
}

function mark(place: number, radius: number): RegularShape {
  const [points, inner, angle] = MARKS[place];
  return new RegularShape({
    points,
    angle,
    radius,
    ...(inner < 1 ? { radius2: radius * inner } : {}),
    fill: new Fill({ color: markColour(place) }),
    stroke: new Stroke({ color: "#ffffff", width: 1 }),
  });
}

/** The mark of a place, as the map draws it. */
export function markSwatch(place: number): HTMLElement {
  const [points, inner, angle] = MARKS[place];
  const corners = inner < 1 ? points * 2 : points;
  return swatch((context, size) => {
    context.beginPath();
    for (let at = 0; at < corners; at++) {
      const reach = (size / 2 - 1) * (inner < 1 && at % 2 ? inner : 1);
      const turn = angle + (2 * Math.PI * at) / corners - Math.PI / 2;
      context.lineTo(size / 2 + reach * Math.cos(turn), size / 2 + reach * Math.sin(turn));
    }
    context.fillStyle = markColour(place);
    context.fill();
  });
}
