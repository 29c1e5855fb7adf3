// What every map shows below and above its cells: the bank's own map, streets and the like, and branches.

import type BaseMapLayer from "ol/layer/Base.js";
import type Layer from "ol/layer/Layer.js";
import type Source from "ol/source/Source.js";
import { boundaries, buildings, streets, type BaseLayer } from "./base.js";
import { overlay, type Overlay } from "./overlays.js";
import type { SceneLayers } from "./sceneLayers.js";
import { TileLayer, type BaseState } from "./tileLayer.js";

export class Backdrop {
  readonly base: TileLayer;
  readonly buildings: BaseLayer = buildings();
  readonly streets: BaseLayer = streets();
  readonly boundaries: BaseLayer = boundaries();
  readonly branches: Overlay = overlay(7, true);

  constructor(told?: (state: BaseState) => void) {
    this.base = new TileLayer(told);
  }

  /** All of them with a map's own scene and names among them, each in its place. */
  with({ cells, lines }: SceneLayers, names: Overlay): BaseMapLayer[] {
    const { base, buildings, streets, boundaries, branches } = this;
    const below = [base.layer, cells.layer, buildings, streets, boundaries];
    below.forEach((layer, at) => layer.setZIndex(at));
    lines.layer.setZIndex(6);
    return [...below, lines.layer, names, branches];
  }

  /** Shows the same as another map does, out of the same sources. */
  follow(first: Backdrop): void {
    this.base.follow(first.base);
    share(this.buildings, first.buildings);
    share(this.streets, first.streets);
    share(this.boundaries, first.boundaries);
    share(this.branches, first.branches);
  }
}

function share<S extends Source>(mine: Pick<Layer<S>, "getSource" | "setSource" | "setVisible">, its: Pick<Layer<S>, "getSource" | "getVisible">): void {
  if (mine.getSource() !== its.getSource()) mine.setSource(its.getSource());
  mine.setVisible(its.getVisible());
}
