// A second map beside the first that moves with it: the same ground, another scene.

import Map from "ol/Map.js";
import type View from "ol/View.js";
import Kinetic from "ol/Kinetic.js";
import DoubleClickZoom from "ol/interaction/DoubleClickZoom.js";
import DragPan from "ol/interaction/DragPan.js";
import MouseWheelZoom from "ol/interaction/MouseWheelZoom.js";
import PinchZoom from "ol/interaction/PinchZoom.js";
import type { Hexagons } from "../core/hexagons.js";
import type { Outlines } from "../core/outlines.js";
import { Backdrop } from "./backdrop.js";
import type { Marks } from "./cellLayer.js";
import { overlay, type Overlay } from "./overlays.js";
import { SceneLayers } from "./sceneLayers.js";
import type { TileLayer } from "./tileLayer.js";
import type { Scene } from "./view.js";

const NO_MARKS: Marks = { borders: null, chosen: null, selected: -1 };

/** The first map, as the second needs it. */
export interface First {
  /** Where both look. */
  readonly view: View;
  readonly shape: () => Hexagons | null;
  readonly outlines: () => Outlines | null;
  readonly backdrop: Backdrop;
  clicked(coordinate: number[]): void;
  /** The reader moves the map by hand. */
  taken(): void;
}

/** The ways that a hand moves the map; keys are the page's own. */
export const interactions = () => [new DragPan({ kinetic: new Kinetic(-0.005, 0.05, 100) }), new DoubleClickZoom(), new PinchZoom(), new MouseWheelZoom()];

export class Twin {
  /** Names on this map; its owner fills it. */
  readonly names: Overlay = overlay(8, true);
  private scene: Scene | null = null;
  private outlines: Outlines | null = null;
  private readonly layers: SceneLayers;
  private readonly backdrop = new Backdrop();
  private readonly map: Map;

  constructor(
    readonly element: HTMLElement,
    private readonly first: First,
  ) {
    const painted = () => {
      const shape = first.shape();
      return shape && this.scene ? { shape, paint: this.scene.paint } : null;
    };
    this.layers = new SceneLayers({ shape: first.shape, painted, marks: () => this.scene?.marks ?? NO_MARKS, outlines: () => this.outlines });
    this.map = new Map({
      target: element,
      controls: [],
      interactions: interactions(),
      layers: this.backdrop.with(this.layers, this.names),
      view: first.view,
    });
    this.map.on("click", (event) => first.clicked(event.coordinate));
    this.map.on("pointerdrag", () => first.taken());
    element.addEventListener("wheel", () => first.taken(), { passive: true });
    new ResizeObserver(() => this.map.updateSize()).observe(element);
  }

  show(scene: Scene): void {
    this.scene = scene;
    this.outlines = this.first.outlines();
    const { backdrop } = this.first;
    this.backdrop.follow(backdrop);
    this.element.classList.toggle("with-base", backdrop.base.layer.getVisible());
    this.layers.changed();
  }

  /** Draws cells again whose colour was changed in place. */
  repaint(cells: Iterable<number>): void {
    this.layers.repaint(cells);
  }

  canvases(): HTMLCanvasElement[] {
    return canvasesOf(this.map, this.backdrop.base);
  }
}

/** The canvases of a map from the lowest to the highest, as far as they may be in pictures. */
export function canvasesOf(map: Map, base: TileLayer): HTMLCanvasElement[] {
  map.renderSync();
  const found = map.getTargetElement()?.querySelectorAll<HTMLCanvasElement>(".ol-layers canvas");
  return Array.from(found ?? []).filter((canvas) => canvas !== base.shut);
}
