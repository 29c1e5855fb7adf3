// The ground's own streets and boundaries as vector tiles of the service.

import MVT from "ol/format/MVT.js";
import VectorTileLayer from "ol/layer/VectorTile.js";
import VectorTileSource from "ol/source/VectorTile.js";
import { createXYZ } from "ol/tilegrid.js";
import Fill from "ol/style/Fill.js";
import RegularShape from "ol/style/RegularShape.js";
import Stroke from "ol/style/Stroke.js";
import Style, { type StyleFunction } from "ol/style/Style.js";
import type { TileJson } from "../core/contract.js";

const MAJOR = new Set(["motorway", "trunk", "primary", "secondary"]);
const MIDDLE = new Set(["tertiary", "unclassified", "motorway_link", "trunk_link", "primary_link", "secondary_link"]);

const line = (color: string, width: number) => new Style({ stroke: new Stroke({ color, width }) });
const major = line("rgba(64, 72, 86, 0.8)", 1.8);
const middle = line("rgba(64, 72, 86, 0.6)", 1.1);
const minor = line("rgba(64, 72, 86, 0.45)", 0.7);
const majorFar = line("rgba(64, 72, 86, 0.4)", 0.9);

/** Streets would cover the cells while the map shows much of the country. */
const ALL_BELOW_M_PER_PX = 9;
const MIDDLE_BELOW_M_PER_PX = 18;

const streetStyle: StyleFunction = (feature, resolution) => {
  const highway = String(feature.get("highway") ?? "");
  const near = resolution < MIDDLE_BELOW_M_PER_PX;
  if (MAJOR.has(highway)) return near ? major : majorFar;
  if (MIDDLE.has(highway)) return near ? middle : [];
  return resolution < ALL_BELOW_M_PER_PX ? minor : [];
};

const boundaryNear = [line("rgba(255, 255, 255, 0.8)", 2.8), line("rgba(120, 60, 130, 0.85)", 1.3)];
const boundaryFar = line("rgba(120, 60, 130, 0.6)", 0.9);

const boundaryStyle: StyleFunction = (_, resolution) =>
  resolution < MIDDLE_BELOW_M_PER_PX ? boundaryNear : boundaryFar;

/** Only from near: from farther off they are smaller than the lines around them. */
const BUILDINGS_BELOW_M_PER_PX = 4.5;
const wall = { fill: new Fill({ color: "rgba(64, 72, 86, 0.3)" }), stroke: new Stroke({ color: "rgba(64, 72, 86, 0.7)", width: 0.7 }) };
/** A square where no more than the place of a building is known. */
const building = new Style({ ...wall, image: new RegularShape({ ...wall, points: 4, radius: 4, angle: Math.PI / 4 }) });

export type BaseLayer = VectorTileLayer;

export function streets(): BaseLayer {
  return new VectorTileLayer({ style: streetStyle, updateWhileInteracting: true });
}

export function buildings(): BaseLayer {
  return new VectorTileLayer({ style: building, maxResolution: BUILDINGS_BELOW_M_PER_PX });
}

export function boundaries(): BaseLayer {
  return new VectorTileLayer({ style: boundaryStyle, updateWhileInteracting: true });
}

/** Points a layer at the tiles that the service describes; the address is taken relative to the page. */
export function useTiles(layer: BaseLayer, tiles: TileJson): void {
  const url = tiles.tiles[0]?.replace(/^https?:\/\/[^/]+/, "");
  if (!url) return;
  const tileGrid = createXYZ({ minZoom: tiles.minzoom, maxZoom: tiles.maxzoom, tileSize: 512 });
  layer.setSource(new VectorTileSource({ format: new MVT(), url, tileGrid }));
}
