// Branches and the names of territories: few features, drawn by OpenLayers itself.

import Feature from "ol/Feature.js";
import Point from "ol/geom/Point.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorSource from "ol/source/Vector.js";
import Fill from "ol/style/Fill.js";
import RegularShape from "ol/style/RegularShape.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import Text from "ol/style/Text.js";
import type { Branch } from "../core/contract.js";
import { mercator, middles } from "../core/hexagons.js";
import type { State } from "../core/state.js";

const FONT = 'system-ui, "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif';
const INK = "#10243e";
const FAR_M_PER_PX = 70;
const halo = new Stroke({ color: "rgba(255, 255, 255, 0.95)", width: 4 });

export type Overlay = VectorLayer<VectorSource>;

export function overlay(zIndex: number, declutter: boolean): Overlay {
  return new VectorLayer({ source: new VectorSource(), zIndex, declutter });
}

function replace(layer: Overlay, features: Feature[]): void {
  const source = layer.getSource();
  source?.clear();
  source?.addFeatures(features);
}

export function showBranches(layer: Overlay, state: State): void {
  const placed = state.branches.filter(({ lng, lat }) => lng !== null && lat !== null);
  const features = placed.map((branch) => {
    const feature = new Feature(new Point(mercator(branch.lng as number, branch.lat as number)));
    const faint = state.branch !== null && state.branch !== branch.id;
    const [near, far] = [branchStyle(branch, faint, false), branchStyle(branch, faint, true)];
    feature.setStyle((_, resolution) => (resolution > FAR_M_PER_PX ? far : near));
    return feature;
  });
  replace(layer, features);
}

/** A square for a branch on record, a diamond for a made-up one: the shape tells, not the colour alone. */
function branchStyle(branch: Branch, faint: boolean, far: boolean): Style {
  const fill = new Fill({ color: faint ? "#8a97a8" : INK });
  const stroke = new Stroke({ color: "#ffffff", width: 2 });
  const angle = branch.synthetic ? 0 : Math.PI / 4;
  return new Style({
    image: new RegularShape({ points: 4, radius: 8.5, angle, fill, stroke, declutterMode: "none" }),
    text: new Text({ text: far ? oneLine(branch.name) : twoLines(branch.name), offsetY: 11, textBaseline: "top", fill, stroke: halo }),
    zIndex: 2,
  });
}

const BRACKETED = /^(.+?)\s*([((].+[))])$/;

/** What stands in brackets goes below the name, smaller. */
function twoLines(name: string): string[] {
  const [, before, bracket] = BRACKETED.exec(name) ?? [];
  const first = [before ?? name, `600 13px ${FONT}`];
  return bracket === undefined ? first : [...first, "\n", "", bracket, `400 11px ${FONT}`];
}

/** From far off names would cover the map: smaller, without what stands in brackets. */
function oneLine(name: string): string[] {
  return [BRACKETED.exec(name)?.[1] ?? name, `600 11px ${FONT}`];
}

/** Puts the manager's name, or the territory's own, on the cell nearest to the middle of each territory. */
export function showNames(layer: Overlay, state: State): void {
  const { cells, plan } = state;
  if (!cells || !plan || state.mode !== "territories") return replace(layer, []);
  const middle = middles(cells.hexagons, plan.owner, plan.territories.length);
  const features = plan.territories.flatMap((territory, at) => {
    const cell = middle[at];
    if (cell < 0 || (state.branch !== null && territory.branch_id !== state.branch)) return [];
    const feature = new Feature(new Point([cells.hexagons.centreX[cell], cells.hexagons.centreY[cell]]));
    feature.setStyle(nameStyle(territory.rm_name ?? territory.name));
    return [feature];
  });
  replace(layer, features);
}

export function nameStyle(name: string): Style {
  const fill = new Fill({ color: INK });
  return new Style({ text: new Text({ text: name, font: `600 12px ${FONT}`, fill, stroke: halo }), zIndex: 1 });
}
