"""Grids out of names: villages, communities and streets as a planner types or pastes them, and roads to lie between."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa
from rapidfuzz import fuzz, process

from gridgeo.cells import overlay_lengths
from gridgeo.domain import CellArray
from gridgeo.domain.sums import sum_of
from gridgeo.errors import InvalidInputError
from gridgeo.grids import GridSetState, NewGrid
from gridgeo.grids.blocks import Lines, area_between
from gridgeo.grids.geometry import hexagons_of, union, without
from gridgeo.grids.proposals_common import Catchment
from gridgeo.pipeline.grids.ground import BranchGround, branch_ground
from gridgeo.storage import live, read_frame

KIND_OF = {"village": "village", "community": "residential"}
"""Kind of a boundary -> kind of the grid made of it; other where it is not here."""
RULES = ("code", "name", "old_name", "street")
"""How a text can be meant, the surest first."""
BETWEEN = re.compile(r"[、，,;；\t\n]+")
"""What stands between the names of a pasted list."""
SUGGESTIONS = 3
LEAST_LIKENESS = 60.0
NAMED = {"key": pl.String, "rule": pl.Int64, "place": pl.String, "label": pl.String, "row": pl.Int64}


def grids_from_places(
    connection: sa.Connection,
    state: GridSetState,
    places: Sequence[str],
    *,
    as_one: str | None = None,
    grid_kind: str | None = None,
) -> tuple[list[NewGrid], dict[str, Any]]:
    """Return the grids that a list of villages, communities and streets stands for, and how each text was understood.

    places: names or codes; a text that is no name by itself may hold several, as a pasted list does. as_one: name of
    the one grid of all of them; None makes one grid a place. A boundary gives its shape; a street the cells that it
    runs through further than any other street of the list, and takes them from the boundaries of the list. Only what
    reaches into the catchment counts.
    Raises InvalidInputError naming every text that is unknown (with the nearest names) or stands for several places.
    """
    ground = branch_ground(connection, state.branch_id, state.catchment_id, state.resolution)
    boundaries, streets = _layers(connection, ground)
    names = _names(boundaries, streets)
    found = _matched(_listed(places, set(names["key"])), names, state.branch_id).unique("place", maintain_order=True)
    along = _cells_along(streets, found.filter(pl.col("rule") == RULES.index("street"))["label"].to_list(), ground)
    made = _with_streets_cut_out([_grid(row, boundaries, along, grid_kind) for row in found.iter_rows(named=True)])
    report = [
        {"given": row["given"], "matched": row["label"], "rule": RULES[row["rule"]]}
        for row in found.iter_rows(named=True)
    ]
    return ([_joined(made, as_one, grid_kind)] if as_one is not None else made), {"places": report}


def grid_between(connection: sa.Connection, ground: BranchGround, road: str, other_road: str) -> shapely.Geometry:
    """Return the ground between two roads of the catchment, by their names.

    Raises InvalidInputError when a road is unknown (with the nearest names), or nothing lies between them.
    """
    streets = _layers(connection, ground)[1]
    known = dict(zip(_keys(streets["name"]), streets["name"], strict=True))
    missing = [name for name in (road, other_road) if _key(name) not in known]
    if missing:
        raise InvalidInputError(
            "no street in the catchment is called {names}", names=_with_suggestions(missing, streets["name"].to_list())
        )
    lines = Lines(streets["name"].to_list(), list(shapely.from_wkb(streets["geometry"].to_numpy())))
    roads = (known[_key(road)], known[_key(other_road)])
    return area_between(Catchment(ground.area, ground.cells), lines, roads)


def _layers(connection: sa.Connection, ground: BranchGround) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the boundaries and the named streets of the working ground that reach into the catchment."""
    version = live(connection, "ground").id
    boundaries = read_frame(connection, "boundary", version_id=version)
    streets = read_frame(connection, "street", version_id=version).drop_nulls("name")
    return _reaching(boundaries, ground.area), _reaching(streets, ground.area)


def _reaching(table: pl.DataFrame, area: shapely.Geometry) -> pl.DataFrame:
    shapely.prepare(area)
    near: Any = (
        shapely.intersects(area, shapely.from_wkb(table["geometry"].to_numpy()))
        if table.height
        else np.empty(0, np.bool_)
    )
    return table.filter(pl.Series(near, dtype=pl.Boolean))


def _names(boundaries: pl.DataFrame, streets: pl.DataFrame) -> pl.DataFrame:
    """Return every text that stands for a place: NAMED, one row a text and place."""
    rows = boundaries.with_row_index("row").with_columns(
        pl.col("row").cast(pl.Int64),
        place=pl.format("boundary {}", "id"),
        label=pl.when(pl.col("code").is_null())
        .then(pl.format("{} ({})", "name", "kind"))
        .otherwise(pl.format("{} ({}, {})", "name", "kind", "code")),
    )
    old = rows.with_columns(key=pl.col("aliases").str.split(";")).explode("key")
    roads = streets.select(pl.col("name").unique()).with_columns(
        pl.lit(-1, pl.Int64).alias("row"), key="name", label="name", place=pl.format("street {}", "name")
    )
    parts = [
        rows.with_columns(key="code", rule=RULES.index("code")),
        rows.with_columns(key="id", rule=RULES.index("code")),
        rows.with_columns(key="name", rule=RULES.index("name")),
        old.with_columns(rule=RULES.index("old_name")),
        roads.with_columns(rule=RULES.index("street")),
    ]
    every = pl.concat([part.select(pl.col(name).cast(kind) for name, kind in NAMED.items()) for part in parts])
    every = every.drop_nulls("key")
    return every.with_columns(pl.Series("key", _keys(every["key"]), pl.String), text="key").unique(maintain_order=True)


def _listed(places: Sequence[str], known: set[str]) -> list[str]:
    """Return the single texts of a pasted list, each once: what is no name as a whole is taken apart."""
    parts = [part for place in places for part in ([place] if _key(place) in known else BETWEEN.split(place))]
    words = [word for part in parts for word in _apart(part, known)]
    return [text for text in dict.fromkeys(words) if text]


def _apart(text: str, known: set[str]) -> list[str]:
    """Return the words of a text where it is no name and every word is one, else the text itself."""
    words = text.split()
    every = len(words) > 1 and _key(text) not in known and all(_key(word) in known for word in words)
    return words if every else [" ".join(words)]


def _matched(texts: Sequence[str], names: pl.DataFrame, branch_id: str) -> pl.DataFrame:
    """Return given, rule, place, label, row of each text, in the order given; the surest rule decides."""
    if not texts:
        raise InvalidInputError("no village, community or street was given")
    asked = pl.DataFrame({"given": list(texts), "key": _keys(texts)}).with_row_index("at")
    hits = asked.join(names, on="key", how="left").sort("at", "rule", maintain_order=True)
    missing = hits.filter(pl.col("place").is_null())["given"].to_list()
    if missing:
        raise InvalidInputError(
            "no village, community or street in the catchment of branch {branch} is called {names}",
            branch=branch_id,
            names=_with_suggestions(missing, names["text"].to_list()),
        )
    best = hits.filter(pl.col("rule") == pl.col("rule").min().over("at")).unique(["at", "place"], maintain_order=True)
    several = best.filter(pl.len().over("at") > 1)
    if several.height:
        grouped = several.group_by("given", maintain_order=True).agg(pl.col("label").str.join(", "))
        raise InvalidInputError(
            "these names stand for several places, give their codes: {names}",
            names="; ".join(f"{given}: {labels}" for given, labels in grouped.iter_rows()),
        )
    return best.select("given", "rule", "place", "label", "row")


def _with_suggestions(missing: Sequence[str], known: Sequence[str]) -> str:
    """Return the unknown texts, each with the names nearest to it."""
    shown = []
    for text in missing:
        near = process.extract(text, sorted(set(known)), scorer=fuzz.ratio, limit=SUGGESTIONS, processor=_key)
        names = [str(name) for name, score, _ in near if score >= LEAST_LIKENESS]
        shown.append(f"{text} ({' / '.join(names)}?)" if names else text)
    return ", ".join(shown)


def _cells_along(streets: pl.DataFrame, names: Sequence[str], ground: BranchGround) -> dict[str, CellArray]:
    """Return for each street the cells that it runs through further than the others do."""
    mine = streets.filter(pl.col("name").is_in(list(names)))
    if mine.is_empty():
        return {}
    line, cell, length_m = overlay_lengths(shapely.from_wkb(mine["geometry"].to_numpy()), ground.cells)
    runs = pl.DataFrame({"name": mine["name"].to_numpy()[line], "cell": ground.cells[cell], "length_m": length_m})
    sums = runs.group_by("name", "cell").agg(sum_of("length_m"))
    first = sums.sort("cell", pl.col("length_m").round(3), "name", descending=[False, True, False])
    won = first.unique("cell", keep="first", maintain_order=True)
    empty = won.filter(False)["cell"].to_numpy()
    held = {str(name): part["cell"].to_numpy() for (name,), part in won.partition_by("name", as_dict=True).items()}
    return {name: held.get(name, empty) for name in names}


def _grid(row: dict[str, Any], boundaries: pl.DataFrame, along: dict[str, CellArray], grid_kind: str | None) -> NewGrid:
    if row["rule"] == RULES.index("street"):
        cells = along[row["label"]]
        if not len(cells):
            raise InvalidInputError(
                "street {street} has no cell that it runs through further than the other streets: "
                "make one grid of them, or leave it out",
                street=row["label"],
            )
        return NewGrid(row["label"], grid_kind or "other", cells=cells)
    place = boundaries.row(row["row"], named=True)
    kind = grid_kind or KIND_OF.get(place["kind"], "other")
    return NewGrid(place["name"], kind, place["code"], boundary=shapely.from_wkb(place["geometry"]))


def _with_streets_cut_out(made: Sequence[NewGrid]) -> list[NewGrid]:
    """Return the grids, those with a boundary without the hexagons of those that are streets."""
    streets = [item.cells for item in made if item.cells is not None]
    if not streets or len(streets) == len(made):
        return list(made)
    taken = hexagons_of(np.concatenate(streets))
    return [item if item.cells is not None else replace(item, boundary=without(item.boundary, taken)) for item in made]


def _joined(made: Sequence[NewGrid], name: str, grid_kind: str | None) -> NewGrid:
    """Return one grid of several: their cells where none has a boundary, else all of their ground."""
    kinds = {item.kind for item in made}
    kind = grid_kind or (kinds.pop() if len(kinds) == 1 else "other")
    codes = ";".join(item.code for item in made if item.code) or None
    streets = [item.cells for item in made if item.cells is not None]
    cells = np.unique(np.concatenate(streets)) if streets else None
    if cells is not None and len(streets) == len(made):
        return NewGrid(name, kind, codes, cells=cells)
    ground = union([*(item.boundary for item in made), None if cells is None else hexagons_of(cells)])
    return NewGrid(name, kind, codes, boundary=ground)


def _keys(texts: Sequence[str] | pl.Series) -> list[str]:
    return [_key(text) for text in texts]


def _key(text: str) -> str:
    """Return a text as it is compared: one width, one case, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
