"""Demo grounds and the seeded synthetic bank over them."""

from gridgeo.demo.grounds import DEFAULT_GROUND, GROUNDS, ground_path, ground_spec, population_path

__all__ = ["DEFAULT_GROUND", "GROUNDS", "ground_path", "ground_spec", "population_path"]
