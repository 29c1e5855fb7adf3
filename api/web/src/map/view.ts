// The map: layers in their order, and what the state changes on them.

import Map from "ol/Map.js";
import View from "ol/View.js";
import ScaleLine from "ol/control/ScaleLine.js";
import type BaseMapLayer from "ol/layer/Base.js";
import { containsExtent } from "ol/extent.js";
import { latLngToCell } from "h3-js";
import type { Read } from "../core/api.js";
import type { Catalogue } from "../core/i18n.js";
import type { TileJson } from "../core/contract.js";
import { bordersOf, extentOf, lngLat, mercator, type Extent } from "../core/hexagons.js";
import { outlinesOf, type Outlines } from "../core/outlines.js";
import { columnsMissing } from "../core/parents.js";
import { inChosenBranch, levelsDrawn, type State } from "../core/state.js";
import { shownColumn, shownPair } from "../core/shown.js";
import type { Store } from "../core/store.js";
import { Backdrop } from "./backdrop.js";
import { useTiles } from "./base.js";
import { CanvasLayer, type Draw, type Frame } from "./canvasLayer.js";
import type { Marks, Painted } from "./cellLayer.js";
import { paintFrom, type Paint } from "./cellPaint.js";
import { Levels } from "./levels.js";
import { overlay, showBranches, showNames, type Overlay } from "./overlays.js";
import { SceneLayers } from "./sceneLayers.js";
import type { BaseState } from "./tileLayer.js";
import { toolInteraction, type Tool } from "./tool.js";
import { canvasesOf, interactions, Twin } from "./twin.js";

const TILED = ["buildings", "streets", "boundaries"] as const;
const SWITCHED = [...TILED, "branches"] as const;
const MARGIN_PX = 28;
const MAX_ZOOM = 18;
/** A place that was looked for is shown at least this near. */
const PLACE_M_PER_PX = 6;

export interface Pointed {
  readonly lng: number;
  readonly lat: number;
  /** Position of the cell under the pointer, -1 outside. */
  readonly cell: number;
}

export interface MapEvents {
  /** A frame was drawn that shows the state as it is now. */
  drawn(): void;
  /** The map was moved: centre and metres a pixel. */
  moved(lng: number, lat: number, resolution: number): void;
  clicked(cell: number): void;
  /** Another scene is shown, or some of its cells have another colour. */
  changed(): void;
  pointed(at: Pointed | null): void;
  /** How the bank's own map below everything fares. */
  base(state: BaseState): void;
}

/** What a room shows in place of the publication: colours of the cells and the lines above them. */
export interface Scene {
  readonly paint: Paint;
  readonly marks: Marks;
  readonly told?: Told;
}

/** What the colour of a cell says, in words; "" where it says nothing. */
export interface Told {
  readonly head: (words: Catalogue) => string;
  of(cell: number): string;
}

export class MapView {
  private paint: Paint;
  private scene: Scene | null = null;
  private tool: Tool | null = null;
  private marks: Marks = { borders: null, chosen: null, selected: -1 };
  private outlines: Outlines | null = null;
  private readonly levels: Levels;
  private readonly layers: SceneLayers;
  private readonly sketches = new CanvasLayer(null);
  private readonly backdrop = new Backdrop((state) => this.events.base(state));
  private readonly labels: Overlay = overlay(8, true);
  private readonly map: Map;
  /** What the view was fitted to; null once the reader has moved the map. */
  private fitted: Extent | null = null;

  constructor(
    element: HTMLElement,
    scale: HTMLElement,
    private readonly store: Store<State>,
    private readonly events: MapEvents,
    /** How many pixels at the right are covered by something. */
    private readonly covered: () => number,
  ) {
    this.paint = paintFrom(store.now);
    this.levels = new Levels(store);
    const shape = () => this.store.now.cells?.hexagons ?? null;
    this.layers = new SceneLayers({
      shape,
      painted: (frame) => this.painted(frame),
      marks: () => this.scene?.marks ?? this.marks,
      outlines: () => this.outlines,
      drawn: () => this.events.drawn(),
    });
    this.sketches.layer.setZIndex(9);
    this.map = new Map({
      target: element,
      controls: [new ScaleLine({ target: scale, minWidth: 60 })],
      interactions: interactions(),
      layers: [...this.backdrop.with(this.layers, this.labels), this.sketches.layer],
      view: new View({ center: [0, 0], zoom: 2, maxZoom: MAX_ZOOM, enableRotation: false, constrainResolution: false }),
    });
    this.map.addInteraction(toolInteraction(() => this.tool, (coordinate) => this.cellAt(coordinate)));
    this.listen(element);
    this.watch();
  }

  /** Shows a room's own colours and lines, or with null the publication's again. */
  show(scene: Scene | null): void {
    this.scene = scene;
    this.labels.setVisible(scene === null);
    this.layers.changed();
    this.events.changed();
  }

  /** What the scene says of cells; null where it says nothing, and for the publication. */
  get told(): Told | null {
    return this.scene?.told ?? null;
  }

  /** Gives the pointer to a tool, or with null back to the map. */
  use(tool: Tool | null): void {
    this.tool = tool;
    this.map.getTargetElement()?.classList.toggle("tooled", tool !== null);
  }

  /** Draws cells again whose colour or owner was changed in place in what is shown; at once, and nothing else. */
  repaint(cells: Iterable<number>): void {
    this.layers.repaint(cells);
    this.events.changed();
  }

  /** Draws a tool's lines over everything, or with null none. */
  sketch(draw: Draw | null): void {
    this.sketches.use(draw);
  }

  /** Moves the map by pixels of the screen. */
  panBy(right: number, down: number): void {
    const view = this.map.getView();
    const [[x, y], resolution] = [view.getCenter() ?? [0, 0], view.getResolution() ?? 1];
    this.fitted = null;
    view.setCenter([x + right * resolution, y - down * resolution]);
  }

  /** Puts a room's own layer on the map; it stays and is hidden by whoever added it. */
  add(layer: BaseMapLayer): void {
    this.map.addLayer(layer);
  }

  /** A second map in an element of its own that moves with this one. */
  twin(element: HTMLElement): Twin {
    return new Twin(element, {
      backdrop: this.backdrop,
      view: this.map.getView(),
      shape: () => this.store.now.cells?.hexagons ?? null,
      outlines: () => this.outlines,
      clicked: (coordinate) => this.events.clicked(this.cellAt(coordinate).cell),
      taken: () => (this.fitted = null),
    });
  }

  /** Shows what lies in an extent, with room around it. */
  showExtent(extent: Extent): void {
    this.fit(extent);
  }

  /** Shows an extent too, unless all of it is in sight. */
  reveal(extent: Extent): void {
    if (!containsExtent(this.map.getView().calculateExtent(this.map.getSize()), extent)) this.fit(extent);
  }

  /** Gives the keyboard to the map. */
  focus(): void {
    this.map.getTargetElement()?.focus();
  }

  metresPerPixel(): number {
    return this.map.getView().getResolution() ?? 1;
  }

  /** The cells with their colours, or while too many are in view their parents; a room's own scene is shown as it is. */
  private painted(frame: Frame): Painted | null {
    const shape = this.store.now.cells?.hexagons;
    if (!shape) return null;
    const above = this.levels.drawn(frame);
    return this.scene || !above ? { shape, paint: this.scene?.paint ?? this.paint } : above();
  }

  private listen(element: HTMLElement): void {
    this.map.on("click", (event) => {
      if (!this.tool) this.events.clicked(this.cellAt(event.coordinate).cell);
      else this.tool.click?.(this.cellAt(event.coordinate));
    });
    this.map.on("dblclick", (event) => {
      if (!this.tool?.doubleClick) return true;
      this.tool.doubleClick(this.cellAt(event.coordinate));
      return false;
    });
    this.map.on("pointermove", (event) => {
      if (!event.dragging) this.events.pointed(this.cellAt(event.coordinate));
    });
    element.addEventListener("pointerleave", () => {
      this.events.pointed(null);
      this.tool?.leave?.();
    });
    // A wheel, a drag, a pinch: from now on the reader's view is kept when the map's size changes.
    this.map.on("pointerdrag", () => (this.fitted = null));
    element.addEventListener("wheel", () => (this.fitted = null), { passive: true });
    this.map.on("moveend", () => {
      const view = this.map.getView();
      if (this.levels.settle(this.seen(), view.getResolution() ?? 1)) this.layers.cells.changed();
      this.store.apply(levelsDrawn(this.levels.now));
      const [lng, lat] = lngLat(...(view.getCenter() as [number, number]));
      this.events.moved(lng, lat, view.getResolution() ?? 0);
    });
    // The map comes to light, or the table below it opens, without the window changing its size.
    new ResizeObserver(() => {
      this.map.updateSize();
      if (this.fitted) this.fit(this.fitted);
    }).observe(element);
  }

  private watch(): void {
    const { store } = this;
    store.watch(
      (state) => [state.cells, shownColumn(state), shownPair(state), state.mode, state.branch, state.plan, columnsMissing(state).length],
      (state) => {
        this.paint = paintFrom(state);
        this.levels.forget();
        this.layers.cells.changed();
      },
    );
    store.watch(
      (state) => [state.cells, state.mode, state.plan, state.territory, state.selected, state.pointed],
      (state) => {
        this.marks = marksFrom(state);
        this.layers.lines.changed();
      },
    );
    store.watch(
      (state) => [state.catchments, state.branch, state.layers.catchments],
      (state) => {
        this.outlines = state.layers.catchments ? outlinesOf(state) : null;
        this.layers.lines.changed();
      },
    );
    store.watch((state) => [state.branches, state.branch], (state) => showBranches(this.backdrop.branches, state));
    store.watch((state) => [state.plan, state.mode, state.branch], (state) => showNames(this.labels, state));
    store.watch((state) => [state.session, state.layers.base], (state) => {
      const server = state.session?.tile_server ?? null;
      this.backdrop.base.use(server, state.session?.house_datum ?? "wgs84", state.layers.base);
      this.map.getTargetElement()?.classList.toggle("with-base", server !== null && state.layers.base);
    });
    store.watch((state) => [state.layers], ({ layers }) => {
      for (const name of SWITCHED) this.backdrop[name].setVisible(layers[name]);
    });
    store.watch((state) => [state.cells, state.branch], () => this.showAll());
    store.watch((state) => [state.territory], (state) => this.showTerritory(state));
    store.watch((state) => [state.selected, state.panel !== null], (state) => this.keepInView(state));
  }

  /** Loads where the ground's own tiles are; without them the map is still of use. */
  async loadTiles(read: Read): Promise<void> {
    await Promise.all(TILED.map(async (name) => useTiles(this.backdrop[name], await read<TileJson>(`/tiles/${name}.json`))));
  }

  zoomBy(delta: number): void {
    this.fitted = null;
    const view = this.map.getView();
    view.animate({ zoom: (view.getZoom() ?? 0) + delta, duration: motion() });
  }

  /** Shows the chosen branch, or the whole ground. */
  showAll(): void {
    const { cells } = this.store.now;
    if (!cells) return;
    this.fit(extentOf(cells.hexagons, inChosenBranch(this.store.now)) ?? this.bounds());
  }

  /** Shows a place from near by. */
  goTo(lng: number, lat: number): void {
    this.fitted = null;
    const view = this.map.getView();
    view.setCenter(mercator(lng, lat));
    view.setResolution(Math.min(view.getResolution() ?? PLACE_M_PER_PX, PLACE_M_PER_PX));
  }

  /** What is seen, in Web Mercator metres. */
  seen(): Extent {
    return this.map.getView().calculateExtent(this.map.getSize()) as Extent;
  }

  /** The canvases of the map from the lowest to the highest, with where each of them stands. */
  canvases(): HTMLCanvasElement[] {
    return canvasesOf(this.map, this.backdrop.base);
  }

  /** Whether the bank's own map is shown and may be in pictures. */
  get baseInPictures(): boolean {
    return this.backdrop.base.layer.getVisible() && this.backdrop.base.shut === null;
  }

  /** The cell in the middle of what is seen, or the one nearest to it. */
  cellInMiddle(): number {
    const { cells } = this.store.now;
    const centre = this.map.getView().getCenter();
    if (!cells || !centre) return -1;
    const here = this.cellAt(centre).cell;
    if (here >= 0) return here;
    const { centreX, centreY } = cells.hexagons;
    let [best, nearest] = [-1, Infinity];
    for (let cell = 0; cell < cells.ids.length; cell++) {
      const gap = Math.hypot(centreX[cell] - centre[0], centreY[cell] - centre[1]);
      if (gap < nearest) [best, nearest] = [cell, gap];
    }
    return best;
  }

  cellAt(coordinate: number[]): Pointed {
    const { cells } = this.store.now;
    const [lng, lat] = lngLat(coordinate[0], coordinate[1]);
    const sane = cells && Math.abs(lng) <= 180 && Math.abs(lat) <= 90;
    const cell = sane ? cells.position.get(latLngToCell(lat, lng, cells.resolution)) : undefined;
    return { lng, lat, cell: cell ?? -1 };
  }

  private showTerritory(state: State): void {
    const { cells, plan, territory } = state;
    if (cells && plan && territory >= 0) this.fit(extentOf(cells.hexagons, (cell) => plan.owner[cell] === territory));
  }

  private keepInView({ cells, selected }: State): void {
    const size = this.map.getSize();
    if (!cells || selected < 0 || !size) return;
    const view = this.map.getView();
    const [resolution, [x, y]] = [view.getResolution() ?? 1, view.getCenter() ?? [0, 0]];
    const [gapX, gapY] = [cells.hexagons.centreX[selected] - x, cells.hexagons.centreY[selected] - y];
    const reach = (pixels: number) => (pixels / 2 - MARGIN_PX) * resolution;
    const moveX = overshoot(gapX, -reach(size[0]), reach(size[0]) - this.covered() * resolution);
    const moveY = overshoot(gapY, -reach(size[1]), reach(size[1]));
    if (moveX === 0 && moveY === 0) return;
    this.fitted = null;
    view.setCenter([x + moveX, y + moveY]);
  }

  private bounds(): Extent | null {
    const bounds = this.store.now.session?.bounds;
    return bounds ? [...mercator(bounds[0], bounds[1]), ...mercator(bounds[2], bounds[3])] : null;
  }

  private fit(extent: Extent | null): void {
    this.fitted = extent;
    const [width, height] = this.map.getSize() ?? [0, 0];
    if (!extent || !width || !height) return;
    const padding = [MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX];
    // The size of this map: a second one that shares the view tells it of no pixels at all when it is put away.
    this.map.getView().fit(extent, { size: [width, height], padding, maxZoom: MAX_ZOOM - 2 });
  }
}

/** How far a value lies beyond its limits, with its sign. */
function overshoot(value: number, low: number, high: number): number {
  return value > high ? value - high : Math.min(0, value - low);
}

function motion(): number {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150;
}

function marksFrom({ cells, mode, plan, territory, selected, pointed }: State): Marks {
  if (!cells || !plan || mode !== "territories") return { borders: null, chosen: null, selected, pointed };
  const chosen = territory < 0 ? null : bordersOf(cells.hexagons, plan.owner.map((owner) => Number(owner === territory)));
  return { borders: bordersOf(cells.hexagons, plan.owner), chosen, selected, pointed };
}
