"""What leaves gridgeo: vector tiles, columnar JSON, class breaks, exports."""
