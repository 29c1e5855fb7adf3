"""Catchments as short texts, for combining them on the command line: ``buffer:800``, ``isochrone:10:walk``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.catchments.edit import drawn_spec, stated_spec
from gridgeo.pipeline.catchments.specs import GROUND_METHODS, CatchmentSpec
from gridgeo.pipeline.polygons import polygon_from_file, source_of

FORMS = (
    "stored",
    *GROUND_METHODS,
    "buffer:METRES",
    "isochrone:MINUTES[:drive|walk]",
    "customers:SHARE",
    "units:NAME,NAME",
    "kind:KIND",
    "drawn:FILE@DATUM",
)


def spec_from_term(connection: sa.Connection, branch_id: str, term: str) -> CatchmentSpec:
    """Read one catchment of a combination; ``stored`` is the branch's own in the newest version, as it is stated there.

    Raises InvalidInputError saying which forms there are.
    """
    word, _, rest = term.partition(":")
    if term == "stored":
        return stated_spec(connection, branch_id)
    if term in GROUND_METHODS:
        return CatchmentSpec(term)
    if word == "drawn" and "@" in rest:
        file, _, datum = rest.rpartition("@")
        return spec_from_file(connection, Path(file), datum)
    if word not in READ or not rest:
        raise InvalidInputError("{given} is no catchment; write {forms}", given=term, forms=", ".join(FORMS))
    return READ[word](rest)


def spec_from_file(connection: sa.Connection, path: Path, datum: str, layer: str | None = None) -> CatchmentSpec:
    """Return the spec of a polygon drawn elsewhere; its file's name and digest are kept with it."""
    return drawn_spec(connection, polygon_from_file(path, datum, layer), datum, source_of(path))


def _isochrone(text: str) -> CatchmentSpec:
    minutes, _, mode = text.partition(":")
    return CatchmentSpec("isochrone", minutes=_number(minutes), mode=mode or None)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InvalidInputError("{given} is not a number", given=text) from error


READ: dict[str, Callable[[str], CatchmentSpec]] = {
    "buffer": lambda text: CatchmentSpec("buffer", radius_m=_number(text)),
    "isochrone": _isochrone,
    "customers": lambda text: CatchmentSpec("customers", share=_number(text)),
    "units": lambda text: CatchmentSpec("administrative", units=tuple(text.split(","))),
    "kind": lambda text: CatchmentSpec("administrative", kind=text),
}
