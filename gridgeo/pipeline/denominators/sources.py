"""The sources of denominators that a ground has side by side, and which of them a score uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.pipeline.denominators.registry import sources_of_ground
from gridgeo.sources.units import DEFAULT_WEIGHTS
from gridgeo.storage import part_of, read_frame, version_record
from gridgeo.storage.contracts import stored

COUNTED = ("people", "households", "businesses")
SAID = ("dated_on", "source", "assumed")
"""What a table of zones says of each figure."""
CELLS_KEY = "cells"
"""Key of the figures that came with `gridgeo import cells`."""


@dataclass(frozen=True)
class Source:
    """One source of denominators.

    key: tells it from others. form: zones (boundaries of the ground), polygons, points or cells. names: what it counts.
    source: where its figures are from; dated_on: the newest day they are of. weights: what areas are spread by, with
    commas. unit_m2: mean area of what it counts by; None for zones, whose boundaries are the ground's.
    """

    key: str
    version_id: int
    form: str
    names: tuple[str, ...]
    source: str | None = None
    dated_on: date | None = None
    weights: str = DEFAULT_WEIGHTS
    unit_m2: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "key": self.key,
            "version": self.version_id,
            "form": self.form,
            "names": list(self.names),
            "source": self.source,
            "dated_on": self.dated_on.isoformat() if self.dated_on else None,
            "method": self.weights if self.form in ("zones", "polygons") else self.form,
        }


def ground_sources(connection: sa.Connection, ground_id: int) -> list[Source]:
    """Return the sources of denominators of a ground, in the order of their versions."""
    ground = version_record(connection, ground_id)
    found = [source_of_version(connection, key, version_id) for key, version_id in sources_of_ground(ground).items()]
    keyed = _imported_cells(connection, ground_id)
    found += [keyed] if keyed is not None else []
    return sorted((each for each in found if each.names), key=lambda each: each.version_id)


def source_of_version(
    connection: sa.Connection, key: str, version_id: int, said: Mapping[str, Any] | None = None
) -> Source:
    """Return the source that a version holds; said: what is known of it, by default what its report says."""
    noted = said or (version_record(connection, version_id).report or {}).get("source") or {}
    form = noted.get("form", "zones")
    read = {"zones": _zone_names, "cells": _cell_names}.get(form, _figure_names)
    own = _own_words(connection, version_id) if not noted and form == "zones" else {}
    dated = noted.get("dated_on")
    return Source(
        key,
        version_id,
        form,
        read(connection, version_id),
        source=noted.get("source") or own.get("source"),
        dated_on=date.fromisoformat(dated) if dated else own.get("dated_on"),
        weights=noted.get("weights", DEFAULT_WEIGHTS),
        unit_m2=noted.get("unit_m2"),
    )


def ranked(candidates: Sequence[Source], complete: Mapping[str, bool], zone_m2: float) -> list[Source]:
    """Return sources of one count, the one that a score uses first.

    Those that know every zone of the ground go first, then the newest date (undated ones last), then the smallest
    units, then the one imported last. complete: by key. zone_m2: mean area of the ground's zones.
    """

    def rank(each: Source) -> tuple[bool, int, float, int]:
        day = each.dated_on.toordinal() if each.dated_on else 0
        unit_m2 = zone_m2 if each.unit_m2 is None else each.unit_m2
        return (not complete[each.key], -day, unit_m2, -each.version_id)

    return sorted(candidates, key=rank)


def zone_figures(connection: sa.Connection, source: Source, zones: pl.DataFrame) -> pl.DataFrame:
    """Return zone, the columns of `source.names` and SAID, of every zone, and `at`: its row in `zones`, or null.

    zones: id and name of the ground's boundaries. A figure is found by the boundary's name, or by its id where several
    bear that name.
    """
    rows = read_frame(connection, "denominator", version_id=source.version_id)
    further = read_frame(connection, "denominator_figure", version_id=source.version_id)
    rows = rows.with_columns(unit=pl.coalesce("given_name", "code", "zone"))
    if further.height:
        rows = rows.join(further.pivot(on="name", index="unit", values="value"), on="unit", how="left")
    known = zones.select(zone=pl.when(pl.col("name").is_unique()).then("name").otherwise("id")).with_row_index("at")
    return rows.select("zone", *source.names, *SAID).join(known, on="zone", how="left", maintain_order="left")


def _imported_cells(connection: sa.Connection, ground_id: int) -> Source | None:
    """Return the counts of `gridgeo import cells` as a source, None where there are none."""
    version_id = part_of(connection, ground_id, "cell_value")
    if version_id == ground_id:
        return None
    record = version_record(connection, version_id)
    return Source(CELLS_KEY, version_id, "cells", _cell_names(connection, version_id), source=record.params.get("file"))


def _zone_names(connection: sa.Connection, version_id: int) -> tuple[str, ...]:
    rows = read_frame(connection, "denominator", version_id=version_id, columns=list(COUNTED))
    fixed = tuple(name for name in COUNTED if rows[name].count())
    return fixed + _figure_names(connection, version_id)


def _figure_names(connection: sa.Connection, version_id: int) -> tuple[str, ...]:
    return _distinct(connection, "denominator_figure", version_id)


def _cell_names(connection: sa.Connection, version_id: int) -> tuple[str, ...]:
    return _distinct(connection, "cell_value", version_id)


def _distinct(connection: sa.Connection, table: str, version_id: int) -> tuple[str, ...]:
    model = stored(table)
    query = sa.select(model.c.name).where(model.c.version_id == version_id).distinct()
    found = set(connection.scalars(query))
    return tuple(name for name in COUNTED if name in found) + tuple(sorted(found - set(COUNTED)))


def _own_words(connection: sa.Connection, version_id: int) -> dict[str, Any]:
    """Return source and date of zones that came without a description, out of their rows."""
    rows = read_frame(connection, "denominator", version_id=version_id, columns=["dated_on", "source"])
    cited = rows["source"].drop_nulls().unique().sort()
    return {"source": "; ".join(cited.head(3)) or None, "dated_on": rows["dated_on"].max()}
