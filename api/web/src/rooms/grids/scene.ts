// The grids on the map: their borders in their colours with their names, hexagons on demand, and choosing with a click.

import Feature from "ol/Feature.js";
import GeoJSON from "ol/format/GeoJSON.js";
import Point from "ol/geom/Point.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import { cellToLatLng, latLngToCell } from "h3-js";
import * as grids from "../../core/grids.js";
import type { GridsState } from "../../core/grids.js";
import { bordersOf, mercator } from "../../core/hexagons.js";
import { isLight, NOTHING_THERE, paled, territoryColour } from "../../core/palette.js";
import type { Store } from "../../core/store.js";
import { BLANK, SOLID, territoryFill, type Paint } from "../../map/cellPaint.js";
import { nameStyle, overlay, type Overlay } from "../../map/overlays.js";
import type { Tool } from "../../map/tool.js";
import type { Pointed } from "../../map/view.js";
import type { App } from "../room.js";
import type { Outlines } from "./desk.js";

/** The colours of Okabe and Ito but black, which names are written in. */
const COLOURS = 7;
const CLAIM_COLOUR = 1;
/** Between the cells and the streets, so that streets stay to be seen. */
const UNDER_STREETS = 1.5;
const OVER_MARKS = 6.5;

export class Scene implements Tool {
  /** What each grid is painted with; the list shows the same. */
  private colours: readonly number[] = [];
  private shown = false;
  private readonly areas: Overlay = overlay(UNDER_STREETS, false);
  private readonly chosen: Overlay = overlay(OVER_MARKS, false);
  private readonly names: Overlay = overlay(9, true);
  private outlines = new Map<string, Feature>();
  /** What belongs to grids that are drawn by lines, which have no inside. */
  private grounds = new Map<string, Feature>();
  /** Owners while cells are painted, and the colours that are changed in place. */
  private owner: Int32Array | null = null;
  private painted: Paint | null = null;
  private claimed: readonly string[] | null = null;

  constructor(
    private readonly app: App,
    private readonly room: Store<GridsState>,
  ) {
    for (const layer of [this.areas, this.chosen, this.names]) app.view.add(layer);
    this.chosen.setStyle([line("#ffffff", 7), line("#0b2545", 4)]);
    room.watch((state) => [state.set], ({ set }) => (this.colours = set ? grids.coloursOf(set, COLOURS) : []));
    room.watch((state) => [state.set, state.hexagons, state.pending], () => this.paint());
    room.watch((state) => [state.chosen], () => this.mark());
    app.store.watch((state) => [state.selected, state.cells], () => this.paint());
    this.show(false);
  }

  show(shown: boolean): void {
    this.shown = shown;
    for (const layer of [this.areas, this.chosen, this.names]) layer.setVisible(shown);
    this.paint();
  }

  colourOf(grid: number): string {
    return territoryFill(this.colours[grid] ?? 0);
  }

  /** Shows hexagons of owners on the cells of the map; null: the grids as they are saved. */
  painting(owner: Int32Array | null): void {
    this.owner = owner;
    this.paint();
    this.mark();
  }

  /** Cells changed hands while they are painted. */
  recolour(cells: ArrayLike<number>): void {
    for (const cell of Array.from(cells)) {
      if (this.painted && this.owner) this.painted.index[cell] = this.colours[this.owner[cell]] ?? 0;
    }
  }

  /** Hexagons of a catchment that is tried; null: none. */
  claim(cells: readonly string[] | null): void {
    if (cells === this.claimed) return;
    this.claimed = cells;
    this.paint();
  }

  /** The colour of the grid at a place in a preview's list. */
  touchedColour(at: number): string {
    return touched(at);
  }

  /** Borders as the service gives them: the grid's own line, the street it was made of, or that around its cells. */
  outline(found: Outlines): void {
    const { set } = this.room.now;
    if (!set) return;
    const own = found.features.filter((one) => one.properties.branch_id === set.branch_id);
    this.outlines = featuresOf(own);
    // A layer takes a name once.
    this.grounds = featuresOf(own.flatMap((one) => (one.ground ? { ...one, id: undefined, geometry: one.ground } : [])));
    fillLayer(this.areas, [...this.grounds.values(), ...this.outlines.values()]);
    fillLayer(this.names, set.grids.flatMap(({ id, name }, at) => this.name(at, id, name)));
    this.paint();
    this.mark();
  }

  private name(at: number, id: string, name: string): Feature[] {
    const { set } = this.room.now;
    const cells = set?.cells.filter((_, cell) => set.grid_index[cell] === at) ?? [];
    if (cells.length === 0) return [];
    const feature = new Feature(new Point(middle(cells)));
    feature.setId(id);
    feature.setStyle(nameStyle(name));
    return [feature];
  }

  down(): boolean {
    return false;
  }

  drag(): void {
    // The map pans.
  }

  up(): void {
    // Nothing was taken.
  }

  click(at: Pointed): void {
    const grid = this.gridAt(at.lng, at.lat);
    if (grid) this.room.apply(grids.gridChosen(grid.id, false));
    else this.room.apply(grids.nothingChosen());
  }

  /** The grid whose cell holds a place: the very cell that the service would name. */
  gridAt(lng: number, lat: number): grids.GridInfo | undefined {
    const { set, position } = this.room.now;
    if (!set) return undefined;
    const cell = position.get(latLngToCell(lat, lng, set.resolution));
    return cell === undefined ? undefined : set.grids[set.grid_index[cell]];
  }

  /** The grid that a cell of the map is of, as it is painted or else as it is saved. */
  private gridOf(cell: number): grids.GridInfo | undefined {
    const { set, position } = this.room.now;
    const at = position.get(this.app.store.now.cells?.ids[cell] ?? "");
    const grid = this.owner ? this.owner[cell] : at === undefined ? -1 : set?.grid_index[at];
    return set?.grids[grid ?? -1];
  }

  private paint(): void {
    const { store, view } = this.app;
    if (!this.shown) return;
    const { hexagons, pending } = this.room.now;
    const { owner } = this;
    const bare = hexagons || pending !== null || owner !== null;
    this.areas.setVisible(owner === null);
    for (const [id, feature] of this.outlines) feature.setStyle(this.areaStyle(id, bare));
    for (const [id, feature] of this.grounds) feature.setStyle(bare ? [] : new Style({ fill: this.fillOf(id), zIndex: -1 }));
    this.areas.changed();
    this.painted = this.cellPaint();
    const shape = store.now.cells?.hexagons;
    const borders = owner && shape ? bordersOf(shape, owner) : null;
    const marks = { borders, chosen: null, selected: store.now.selected };
    view.show({ paint: this.painted, marks, told: { head: (words) => words.tableGrid, of: (cell) => this.gridOf(cell)?.name ?? "" } });
  }

  private areaStyle(id: string, bare: boolean): Style[] {
    const grids = this.room.now.set?.grids ?? [];
    const at = grids.findIndex((grid) => grid.id === id);
    const fill = bare ? {} : { fill: this.fillOf(id) };
    const edge = new Style({ ...fill, stroke: new Stroke({ color: "#26323f", width: 1.6 }) });
    // A street has no inside: it is as wide as its colour needs to be seen.
    return grids[at]?.has_border ? [line("#26323f", 7), line(this.colourOf(at), 4), edge] : [edge];
  }

  private fillOf(id: string): Fill {
    const at = this.room.now.set?.grids.findIndex((grid) => grid.id === id) ?? -1;
    return new Fill({ color: this.colourOf(at) });
  }

  /** Blank cells, or hexagons of the grids; of a preview only those that it touches, each grid in a colour of its own. */
  private cellPaint(): Paint {
    const { set, hexagons, pending } = this.room.now;
    const cells = this.app.store.now.cells;
    const count = cells?.ids.length ?? 0;
    const own = Array.from({ length: COLOURS }, (_, at) => territoryFill(at));
    const colours = [...own, ...own.map((_, at) => touched(at)), NOTHING_THERE];
    const index = new Uint8Array(count).fill(colours.length - 1);
    const texture = new Uint8Array(count).fill(BLANK);
    const put = (cell: string, colour: number) => {
      const at = cells?.position.get(cell);
      if (at !== undefined) [index[at], texture[at]] = [colour, SOLID];
    };
    this.owner?.forEach((grid, at) => {
      if (grid >= 0) [index[at], texture[at]] = [this.colours[grid] ?? 0, SOLID];
    });
    if (this.owner) return { colours, index, texture, light: colours.map(isLight), dimmed: new Uint8Array(count) };
    if (set && hexagons && !pending && !this.claimed) set.cells.forEach((cell, at) => put(cell, this.colours[set.grid_index[at]] ?? 0));
    this.claimed?.forEach((cell) => put(cell, COLOURS + CLAIM_COLOUR));
    pending?.preview.grids.forEach((grid, at) => grid.cells.forEach((cell) => put(cell, COLOURS + (at % COLOURS))));
    return { colours, index, texture, light: colours.map(isLight), dimmed: new Uint8Array(count) };
  }

  private mark(): void {
    this.chosen.setVisible(this.shown && this.owner === null);
    const wanted = this.room.now.chosen.flatMap((id) => this.outlines.get(id) ?? []);
    fillLayer(
      this.chosen,
      wanted.map((feature) => new Feature(feature.getGeometry())),
    );
  }
}

function featuresOf(features: Outlines["features"]): Map<string, Feature> {
  const read = new GeoJSON().readFeatures({ type: "FeatureCollection", features }, { featureProjection: "EPSG:3857" });
  return new Map(read.map((one) => [String(one.get("id")), one]));
}

function fillLayer(layer: Overlay, features: Feature[]): void {
  const source = layer.getSource();
  source?.clear();
  source?.addFeatures(features);
}

const touched = (at: number) => paled(territoryColour(at % COLOURS), 0.15);
const line = (color: string, width: number) => new Style({ stroke: new Stroke({ color, width }) });

/** Centre of the cell nearest to the middle of some. */
function middle(cells: readonly string[]): [number, number] {
  const placed = cells.map((cell) => {
    const [lat, lng] = cellToLatLng(cell);
    return mercator(lng, lat);
  });
  const mean = [0, 1].map((axis) => placed.reduce((sum, point) => sum + point[axis as 0 | 1], 0) / placed.length);
  const gap = ([x, y]: [number, number]) => Math.hypot(x - mean[0], y - mean[1]);
  return placed.reduce((best, point) => (gap(point) < gap(best) ? point : best));
}
