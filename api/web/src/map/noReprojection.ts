// Stands in for OpenLayers' tiles of another projection: every tile of this page is in Web Mercator, so there is none.

export default class NoReprojectedTile {}
