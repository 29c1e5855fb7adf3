"""Files of the world into checked tables: OpenStreetMap extracts, roads, denominators."""
