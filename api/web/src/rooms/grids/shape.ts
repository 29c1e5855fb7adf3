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

/** Larger and filled: not told by colour alone. */
const CHOSEN = new Style({
  image: new CircleStyle({ radius: 8, fill: new Fill({ color: INK }), stroke: new Stroke({ color: "#ffffff", width: 2.5 }) }),
});

export class Shape implements Tool {
  points: Position[] = [];
  closed = false;
  /** The corner that keys move or take out; none: -1. */
  chosen = -1;
  private kind: ShapeKind = "polygon";
  private held = -1;
  private pointer: Position | null = null;
  private readonly layer: Overlay = overlay(10, false);

  constructor(
    private readonly view: MapView,
    /** The points changed; `ended` when the drawing was closed, or a point of a closed one was let go. */
    private readonly changed: (ended: boolean) => void,
    /** The pointer moved, and with it the side that is not set yet. */
    private readonly moved: () => void,
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

  start(kind: ShapeKind, corners: readonly Position[] = []): void {
    this.kind = kind;
    this.clear();
    if (corners.length === 0) return;
    [this.points, this.closed] = [[...corners], true];
    this.told(true);
  }

  clear(): void {
    [this.points, this.closed, this.held, this.chosen, this.pointer] = [[], false, -1, -1, null];
    this.draw();
  }

  /** As GeoJSON; null while there are too few points. */
  geometry(): { type: string; coordinates: unknown } | null {
    if (this.points.length < LEAST[this.kind]) return null;
    if (this.kind === "line") return { type: "LineString", coordinates: this.points };
    return { type: "Polygon", coordinates: [[...this.points, this.points[0]]] };
  }

  /** A corner is taken; of what is closed also a side, which gets a corner there. */
  down(at: Pointed): boolean {
    this.held = this.near(at);
    if (this.held < 0 && this.closed) this.held = this.cornerOnSide(at);
    return this.held >= 0 && (this.closed || this.held > 0 || this.points.length < LEAST[this.kind]);
  }

  drag(at: Pointed): void {
    if (this.held < 0) return;
    this.points[this.held] = [at.lng, at.lat];
    this.chosen = this.held;
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
    this.moved();
  }

  /** The corners of a polygon as it is seen, the pointer's among them; none while they hold no ground. */
  ring(): readonly Position[] {
    const seen = this.pointer && !this.closed ? [...this.points, this.pointer] : this.points;
    return this.kind === "polygon" && this.points.length > 0 && seen.length > 2 ? seen : [];
  }

  click(at: Pointed): void {
    const near = this.near(at);
    if (near === 0 && this.kind === "polygon") this.close();
    else if (near < 0) this.add([at.lng, at.lat]);
  }

  doubleClick(at: Pointed): void {
    if (!this.closed) return this.close();
    this.chosen = this.near(at);
    this.takeOut();
  }

  /** Takes the chosen corner out, as long as enough are left. */
  takeOut(): void {
    if (this.chosen < 0 || this.points.length <= LEAST[this.kind]) return;
    this.points.splice(this.chosen, 1);
    this.chosen = -1;
    this.told(this.closed);
  }

  /** Chooses the next corner for the keys, or the one before. */
  private step(by: number): void {
    const count = this.points.length;
    if (count) this.chosen = (Math.max(this.chosen, by < 0 ? 0 : -1) + by + count) % count;
    this.told(false);
  }

  /** Puts a corner in the middle of the side after the chosen one. */
  private insert(): void {
    if (this.chosen < 0 || this.points.length < 2) return;
    const [lng, lat] = this.points[this.chosen];
    const [nextLng, nextLat] = this.points[(this.chosen + 1) % this.points.length];
    this.chosen += 1;
    this.points.splice(this.chosen, 0, [(lng + nextLng) / 2, (lat + nextLat) / 2]);
    this.told(this.closed);
  }

  private moveChosen(to: Position): void {
    this.points[this.chosen] = to;
    this.told(this.closed);
  }

  add(point: Position): void {
    if (this.closed) return;
    this.points.push(point);
    this.told(false);
  }

  takeBack(): void {
    [this.closed, this.chosen] = [false, -1];
    this.points.pop();
    this.told(false);
  }

  close(): void {
    if (this.closed || this.points.length < LEAST[this.kind]) return;
    [this.closed, this.pointer] = [true, null];
    this.told(true);
  }

  /**
   * Enter at a selected cell adds its centre; a second time, or with none selected, it ends the drawing. With a corner
   * chosen it is moved there.
   */
  key(event: KeyboardEvent, selected: Position | null): boolean {
    if (event.key === "Backspace") this.takeBack();
    else if (event.key === "," || event.key === ".") this.step(event.key === "," ? -1 : 1);
    else if (event.key === "Delete") this.takeOut();
    else if (event.key === "Insert") this.insert();
    else if (event.key === "Enter") this.enter(selected);
    else return false;
    return true;
  }

  private enter(selected: Position | null): void {
    const last = this.points[this.points.length - 1];
    const again = selected && last && selected[0] === last[0] && selected[1] === last[1];
    if (selected && this.chosen >= 0) this.moveChosen(selected);
    else if (selected && !again) this.add(selected);
    else this.close();
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

  /** Adds a corner where a side was touched and returns its place; -1 where no side is near. */
  private cornerOnSide(at: Pointed): number {
    const spot = mercator(at.lng, at.lat);
    const ends = this.points.map((point) => mercator(...point));
    const gap = (from: readonly number[], to: readonly number[]) => {
      const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
      const along = ((spot[0] - from[0]) * dx + (spot[1] - from[1]) * dy) / (dx * dx + dy * dy || 1);
      const kept = Math.min(1, Math.max(0, along));
      return Math.hypot(from[0] + kept * dx - spot[0], from[1] + kept * dy - spot[1]);
    };
    const sides = this.kind === "polygon" ? ends.length : ends.length - 1;
    const reach = REACH_PX * this.view.metresPerPixel();
    const side = ends.findIndex((from, at_) => at_ < sides && gap(from, ends[(at_ + 1) % ends.length]) <= reach);
    if (side < 0) return -1;
    this.points.splice(side + 1, 0, [at.lng, at.lat]);
    return side + 1;
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
    if (this.chosen < 0) return;
    const chosen = new Feature(new MultiPoint([placed[this.chosen]]));
    chosen.setStyle(CHOSEN);
    source?.addFeature(chosen);
  }
}
