"""From points and polygons to H3 cells: kernel calls, parents, neighbours, overlays, the polygon gate, datums."""
