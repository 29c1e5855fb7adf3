// Stands in for OpenLayers' styles as data: the page styles its layers by functions and Style objects only.

export function flatStyleLikeToStyleFunction(): never {
  throw new Error("styles as data are left out of this page");
}
