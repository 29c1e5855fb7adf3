// Stands in for parts of OpenLayers that this page has no use for: controls that nobody asked for, and the search for a
// feature under a pixel, since a cell is found by its position.

export const HIT_DETECT_RESOLUTION = 0.5;

function leftOut(): never {
  throw new Error("this part of OpenLayers is left out of this page");
}

export { leftOut as createHitDetectionImageData, leftOut as defaults, leftOut as hitDetect };
