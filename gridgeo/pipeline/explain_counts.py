"""Take the counts of a cell apart: the zones that people came from, and how its customers and merchants were placed."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import parents
from gridgeo.domain.sums import sum_of
from gridgeo.domain.words import PLACED_TIERS
from gridgeo.pipeline.denominators.on_cells import choices_of, people_choice, unit_parts
from gridgeo.pipeline.ground_cells import ground_cells, settlement_of
from gridgeo.pipeline.locate import all_merchants
from gridgeo.pipeline.steps import Inputs
from gridgeo.scoring.notes import Note, note
from gridgeo.scoring.parts import Explained, Part
from gridgeo.storage import read_frame


def explain_counted(
    connection: sa.Connection, inputs: Inputs, name: str, where: tuple[int, int], value: float
) -> Explained:
    """Return the figure of each zone (or area, point, cell of its source) and the share of it that lies in the cell.

    name: people, households or businesses. where: the cell, and the resolution at which they were spread over the
    ground; a finer cell has a part of its ancestor's, which is worked out from its value.
    """
    cell, resolution = where
    settled = settlement_of(connection, inputs.ground)
    cells, _ = ground_cells(connection, inputs.ground, resolution)
    home = int(parents(np.array([cell], dtype=np.uint64), resolution)[0])
    choices = choices_of(connection, inputs.ground, settled)
    choice = people_choice(choices, settled) if name == "people" else choices[name]
    rows = unit_parts(choice, settled, cells, cells == home)
    rows = rows.select("share", "source", "dated_on", name="zone", figure=choice.name)
    total = float((rows["figure"] * rows["share"]).sum())
    part = value / total if total > 0 and home != cell else 1.0
    parts: list[Part] = []
    for place, row in enumerate(rows.to_dicts(), start=1):
        said = {"zone": row["name"], "source": row["source"] or "-", "dated_on": row["dated_on"] or "-"}
        if name == "people":
            words = note("people of {zone}, {source}, {dated_on}", **said)
        else:
            words = note("{count} of {zone}, {source}, {dated_on}", count=name, **said)
        parts.append(Part(f"figure_{place}", row["figure"], words, name, "ground"))
        parts.append(
            Part(f"share_{place}", row["share"], note("part of {zone} in this cell", zone=row["name"]), "share")
        )
    parts.append(Part("part", part, note("part of the larger cell that people were spread to"), "share"))
    formula = " + ".join(f"figure_{place} * share_{place}" for place in range(1, rows.height + 1)) or "0"
    return Explained(f"({formula}) * part", total * part, tuple(parts))


def explain_placed(
    connection: sa.Connection, inputs: Inputs, cell: int, kind: str, industry: str | None = None
) -> Explained:
    """Return how many of a kind (customer, merchant) have their point in the cell, by how sure their place is.

    industry: merchants of this one only.
    """
    placed = _placed(connection, inputs, cell, kind)
    notes: tuple[Note, ...] = ()
    if kind == "merchant":
        trades = all_merchants(connection, inputs).select("id", "industry")
        placed = placed.join(trades, left_on="party_id", right_on="id", how="left")
        placed = placed if industry is None else placed.filter(pl.col("industry") == industry)
        counted = sorted(placed.group_by("industry").len().iter_rows())
        notes = tuple(note("{count} of industry {industry}", count=count, industry=name) for name, count in counted)
    tiers = dict(placed.group_by("tier").len().iter_rows())
    parts = [
        Part(f"placed_{tier}", int(tiers[tier]), note("placed by {tier} match", tier=tier), kind + "s", "location")
        for tier in PLACED_TIERS
        if tier in tiers
    ]
    formula = " + ".join(part.symbol for part in parts) or "0"
    return Explained(formula, float(placed.height), tuple(parts), notes)


def placed_parts(connection: sa.Connection, inputs: Inputs, cell: int) -> tuple[list[Part], int]:
    """Return the expected customers of a cell by how sure their place is, and how many share one address at most."""
    shares = read_frame(
        connection, "location_cell", version_id=inputs.location, where={"party_kind": "customer", "cell": cell}
    )
    rows = shares.join(_locations(connection, inputs, "customer", shares["party_id"]), on="party_id", how="left")
    sums = dict(rows.group_by("tier").agg(sum_of("share")).iter_rows())
    hard = rows.filter(pl.col("hard"))
    at_one = max(hard.group_by("lng", "lat").len()["len"].to_list(), default=0)
    parts = [
        Part(f"placed_{tier}", float(sums[tier]), note("placed by {tier} match", tier=tier), "customers", "location")
        for tier in PLACED_TIERS
        if tier in sums
    ]
    return parts, int(at_one)


def _placed(connection: sa.Connection, inputs: Inputs, cell: int, kind: str) -> pl.DataFrame:
    where = {"party_kind": kind, "cell": cell, "hard": True}
    rows = read_frame(connection, "location_cell", version_id=inputs.location, where=where)
    return rows.join(_locations(connection, inputs, kind, rows["party_id"]), on="party_id", how="left")


def _locations(connection: sa.Connection, inputs: Inputs, kind: str, ids: pl.Series) -> pl.DataFrame:
    where: dict[str, Any] = {"party_kind": kind, "party_id": ids.to_list()}
    columns = ["party_id", "tier", "lng", "lat"]
    return read_frame(connection, "location", version_id=inputs.location, where=where, columns=columns)
