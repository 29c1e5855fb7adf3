"""The HTTP service over gridgeo."""
