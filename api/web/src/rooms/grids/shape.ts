// Drawing a line or a polygon: clicks and keys add points, points can be dragged, nothing of it needs the mouse.

import Feature from "ol/Feature.js";
import LineString from "ol/geom/LineString.js";
import MultiPoint from "ol/geom/MultiPoint.js";
import Polygon from "ol/geom/Polygon.js";
import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import { mercator } from "../../core/hexagons.js";
import { overlay, type Overlay } from "../../map/overlays.js";
import type { Tool } from "../../map/tool.js";
import type { MapView, Pointed } from "../../map/view.js";

export type Position = readonly [lng: number, lat: number];
export type ShapeKind = "line" | "polygon";
const REACH_PX = 11;
const INK = "#b3003c";
const LEAST: Record<ShapeKind, number> = { line: 2, polygon: 3 };

export class Shape implements Tool {
  points: Position[] = [];
  closed = false;
  private kind: ShapeKind = "polygon";
  private held = -1;
  private pointer: Position | null = null;
  private readonly layer: Overlay = overlay(10, false);

  constructor(
    private readonly view: MapView,
    /** The points changed; `ended` when the drawing was closed, or a point of a closed one was let go. */
    private readonly changed: (ended: boolean) => void,
  ) {
    this.layer.setStyle([
      new Style({ stroke: new Stroke({ color: "#ffffff", width: 5 }), fill: new Fill({ color: "rgba(179, 0, 60, 0.08)" }) }),
      new Style({
        stroke: new Stroke({ color: INK, width: 2.5 }),
        image: new CircleStyle({ radius: 5.5, fill: new Fill({ color: "#ffffff" }), stroke: new Stroke({ color: INK, width: 2 }) }),
      }),
    ]);
    view.add(this.layer);
  }

  start(kind: ShapeKind): void {
    this.kind = kind;
    this.clear();
  }

  clear(): void {
    [this.points, this.closed, this.held, this.pointer] = [[], false, -1, null];
    this.draw();
  }

  /** As GeoJSON; null while there are too few points. */
  geometry(): { type: string; coordinates: unknown } | null {
    if (this.points.length < LEAST[this.kind]) return null;
    if (this.kind === "line") return { type: "LineString", coordinates: this.points };
    return { type: "Polygon", coordinates: [[...this.points, this.points[0]]] };
  }

  down(at: Pointed): boolean {
    this.held = this.near(at);
    return this.held >= 0 && (this.closed || this.held > 0 || this.points.length < LEAST[this.kind]);
  }

  drag(at: Pointed): void {
    if (this.held < 0) return;
    this.points[this.held] = [at.lng, at.lat];
    this.told(false);
  }

  up(at: Pointed): void {
    this.drag(at);
    this.held = -1;
    if (this.closed) this.told(true);
  }

  hover(at: Pointed): void {
    if (this.closed) return;
    this.pointer = [at.lng, at.lat];
    this.draw();
  }

  click(at: Pointed): void {
    const near = this.near(at);
    if (near === 0 && this.kind === "polygon") this.close();
    else if (near < 0) this.add([at.lng, at.lat]);
  }

  doubleClick(): void {
    this.close();
  }

  add(point: Position): void {
    if (this.closed) return;
    this.points.push(point);
    this.told(false);
  }

  takeBack(): void {
    this.closed = false;
    this.points.pop();
    this.told(false);
  }

  close(): void {
    if (this.closed || this.points.length < LEAST[this.kind]) return;
    [this.closed, this.pointer] = [true, null];
    this.told(true);
  }

  /** Enter at a selected cell adds its centre; a second time, or with none selected, it ends the drawing. */
  key(event: KeyboardEvent, selected: Position | null): boolean {
    if (event.key === "Backspace") this.takeBack();
    else if (event.key === "Enter") {
      const last = this.points[this.points.length - 1];
      const again = selected && last && selected[0] === last[0] && selected[1] === last[1];
      if (selected && !again) this.add(selected);
      else this.close();
    } else return false;
    return true;
  }

  private told(ended: boolean): void {
    this.draw();
    this.changed(ended);
  }

  private near(at: Pointed): number {
    const [x, y] = mercator(at.lng, at.lat);
    const reach = REACH_PX * this.view.metresPerPixel();
    return this.points.findIndex((point) => {
      const [px, py] = mercator(...point);
      return Math.hypot(px - x, py - y) <= reach;
    });
  }

  private draw(): void {
    const source = this.layer.getSource();
    source?.clear();
    const placed = this.points.map((point) => mercator(...point));
    if (placed.length === 0) return;
    const path = this.pointer && !this.closed ? [...placed, mercator(...this.pointer)] : placed;
    const area = this.kind === "polygon" && path.length > 2;
    source?.addFeature(new Feature(area ? new Polygon([[...path, path[0]]]) : new LineString(path)));
    source?.addFeature(new Feature(new MultiPoint(placed)));
  }
}
