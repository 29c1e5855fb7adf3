// Stands in for parts of OpenLayers that this page has no use for: controls and ways to move that nobody asked for, zones
// of UTM, and the search for a feature under a pixel, since a cell is found by its position.

export const HIT_DETECT_RESOLUTION = 0.5;

function leftOut(): never {
  throw new Error("this part of OpenLayers is left out of this page");
}

/** No code names a zone of UTM. */
const none = () => null;

export { none as makeProjection, none as makeTransforms };
export { leftOut as createHitDetectionImageData, leftOut as defaults, leftOut as hitDetect };
