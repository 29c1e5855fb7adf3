// The location on the map: a ring where it stands, numbers for the candidates, a pin where the reader puts it.

import Feature from "ol/Feature.js";
import Point from "ol/geom/Point.js";
import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import RegularShape from "ol/style/RegularShape.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import Text from "ol/style/Text.js";
import { mercator, type Extent } from "../../core/hexagons.js";
import type { Place, QueueState } from "../../core/queue.js";
import type { Overlay } from "../../map/overlays.js";

const INK = "#10243e";
const HERE = "#b3003c";
const WHITE = "#ffffff";
/** A view of one house still shows the streets around it. */
const ROOM_M = 350;

const ring = new Style({
  image: new CircleStyle({ radius: 15, stroke: new Stroke({ color: HERE, width: 3 }), fill: new Fill({ color: "rgba(255, 255, 255, 0.25)" }) }),
  zIndex: 1,
});
const pinStyle = [
  new Style({ image: new CircleStyle({ radius: 13, fill: new Fill({ color: HERE }), stroke: new Stroke({ color: WHITE, width: 3 }) }), zIndex: 3 }),
  new Style({ image: new RegularShape({ points: 4, radius: 8, radius2: 1.6, fill: new Fill({ color: WHITE }) }), zIndex: 4 }),
];

function numbered(number: number): Style {
  return new Style({
    image: new CircleStyle({ radius: 10, fill: new Fill({ color: INK }), stroke: new Stroke({ color: WHITE, width: 2 }) }),
    text: new Text({ text: String(number), font: "600 12px system-ui, sans-serif", fill: new Fill({ color: WHITE }), offsetY: 1 }),
    zIndex: 2,
  });
}

/** Where the location stands now, as it is known: by its card, before that by the list. */
export function placeNow({ item, items, at }: QueueState): Place | null {
  const known = item ?? items.find(({ id }) => id === at);
  return known && known.lng !== null && known.lat !== null ? [known.lng, known.lat] : null;
}

export function showMarks(layer: Overlay, state: QueueState): void {
  const now = placeNow(state);
  const features = (state.item?.candidates ?? []).map(({ candidate, lng, lat }) => mark([lng, lat], numbered(candidate)));
  if (now) features.unshift(mark(now, ring));
  if (state.pin) features.push(mark(state.pin, pinStyle));
  const source = layer.getSource();
  source?.clear();
  source?.addFeatures(features);
}

function mark(place: Place, style: Style | Style[]): Feature {
  const feature = new Feature(new Point(mercator(...place)));
  feature.setStyle(style);
  return feature;
}

/** What must be seen of a location: where it stands and where it may stand; null where it stands nowhere. */
export function extentOfItem(state: QueueState): Extent | null {
  const now = placeNow(state);
  const places: Place[] = (state.item?.candidates ?? []).map(({ lng, lat }) => [lng, lat]);
  if (now) places.push(now);
  if (places.length === 0) return null;
  const [xs, ys] = [places.map((place) => mercator(...place)[0]), places.map((place) => mercator(...place)[1])];
  return [Math.min(...xs) - ROOM_M, Math.min(...ys) - ROOM_M, Math.max(...xs) + ROOM_M, Math.max(...ys) + ROOM_M];
}
