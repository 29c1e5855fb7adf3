"""The two demo grounds: a small country, and the centre of a capital as the dense case."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from gridgeo.errors import NotFoundError
from gridgeo.sources.ground import GroundSpec

DEFAULT_GROUND = "liechtenstein"

GROUNDS: dict[str, GroundSpec] = {
    "liechtenstein": GroundSpec(
        name="liechtenstein",
        file="liechtenstein_2013-08-03.osm.pbf",
        boundary="municipality",
        resolutions=(9, 8, 10),
        travel="drive",
        boundary_level="8",
        inside_name="Liechtenstein",
        inside_level="2",
    ),
    "helsinki": GroundSpec(
        name="helsinki",
        file="helsinki_centre.osm.pbf",
        boundary="extract",
        resolutions=(10, 11),
        travel="walk",
        outline_name="centre",
        city="Helsinki",
    ),
}

POPULATION_FILE = "population.csv"


def ground_spec(name: str) -> GroundSpec:
    """Return the spec of a demo ground.

    Raises NotFoundError naming the known grounds.
    """
    if name not in GROUNDS:
        raise NotFoundError("no demo ground {given}; there are {known}", given=name, known=", ".join(GROUNDS))
    return GROUNDS[name]


def ground_path(name: str) -> Path:
    """Return the extract of a demo ground: out of the installed package, or of the checkout it runs from."""
    return _data_file(ground_spec(name).file)


def population_path() -> Path:
    """Return the population file of the demo grounds."""
    return _data_file(POPULATION_FILE)


def _data_file(name: str) -> Path:
    packaged = Path(str(resources.files("gridgeo.demo"))) / "ground_files" / name
    checkout = Path(__file__).resolve().parents[2] / "data" / "boundaries" / name
    for candidate in (packaged, checkout):
        if candidate.is_file():
            return candidate
    raise NotFoundError("demo file {name} is missing; expected it at {path}", name=name, path=packaged)
