"""The HTTP service over gridgeo: sign-in, limits, JSON, tiles and the page."""
