"""What the bank's address list knows: most houses at their entrance, places, streets, villages and towns."""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely

from gridgeo.demo.county.address import PARTS, clean_text
from gridgeo.demo.county.layout import Layout
from gridgeo.demo.county.naming import with_parts
from gridgeo.demo.county.spec import DISTRICT, SOURCE
from gridgeo.demo.county.streets import Grids, street_lines
from gridgeo.domain import FloatArray, IntArray
from gridgeo.domain.tables import GAZETTEER, Contract, checked

ENTRANCE_PRECISION_M = 25.0
PLACE_PRECISION_M = {"park": 150.0, "compound": 60.0}
KNOWN: Contract = GAZETTEER | {"address": pl.String} | dict.fromkeys(
    (f"part_{name}" for name in PARTS), pl.String()
)  # fmt: skip
"""GAZETTEER, the whole address on one line, and its components."""


def known_houses(layout: Layout, buildings: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return KNOWN rows of the buildings that are not held out, at their entrance.

    buildings: with their id and the components of their addresses. A house of a village has the village and its group
    in place of a street, as it is written there.
    """
    held = np.zeros(buildings.height, dtype=np.bool_)
    held[rng.permutation(buildings.height)[: round(layout.spec.held_out * buildings.height)]] = True
    rows = buildings.filter(~pl.Series(held))
    street = pl.coalesce(pl.concat_str("road", pl.col("lane").fill_null("")), pl.concat_str("village", pl.col("group")))
    return _known(
        layout,
        rows.with_columns(street.alias("street"), pl.col("poi").alias("name")),
        rows.select("door_x", "door_y").to_numpy(),
        kind="address",
        precision=pl.lit(ENTRANCE_PRECISION_M),
    )


def known_places(
    layout: Layout, towns: IntArray, made: tuple[pl.DataFrame, tuple[Grids, pl.DataFrame], pl.DataFrame]
) -> pl.DataFrame:
    """Return KNOWN rows of compounds, places, streets, villages and towns, old names of the last two among them.

    made: buildings (with components), grids and streets, places.
    """
    buildings, (grids, streets), places = made
    return pl.concat(
        [
            _compounds(layout, buildings),
            _places(layout, places),
            _streets(layout, grids, streets),
            _villages(layout, towns),
            _towns(layout, towns),
        ]
    )


def _known(
    layout: Layout, rows: pl.DataFrame, spots: FloatArray, *, kind: str, precision: pl.Expr, source: str = SOURCE
) -> pl.DataFrame:
    """Return rows with id, street, name and components as KNOWN."""
    lng, lat = layout.plane.to_degrees(spots)
    absent = [name for name in (*PARTS, "street", "name") if name not in rows.columns]
    whole = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    house = pl.col("number") + pl.col("suffix").fill_null("")
    table = whole.with_columns(clean_text(whole).alias("address")).select(
        "id",
        pl.Series("lng", lng),
        pl.Series("lat", lat),
        "street",
        house.alias("number"),
        (pl.col("building") + "栋").alias("unit"),
        pl.col("village").alias("locality"),
        pl.col("town").alias("city"),
        pl.lit(None, pl.String).alias("postcode"),
        "name",
        pl.lit(kind).alias("kind"),
        pl.lit(source).alias("source"),
        precision.alias("precision_m"),
        "address",
        *(pl.col(name).alias(f"part_{name}") for name in PARTS),
    )
    return checked(table, KNOWN, "gazetteer")


def _compounds(layout: Layout, buildings: pl.DataFrame) -> pl.DataFrame:
    flats = buildings.filter(pl.col("building").is_not_null())
    first = flats.group_by("village_row", "road", "number", "poi", maintain_order=True).agg(
        pl.col("id").first(),
        pl.col("x").mean().round(2),
        pl.col("y").mean().round(2),
        *(pl.col(name).first() for name in PARTS if name not in ("road", "number", "poi", "building")),
    )
    rows = first.with_columns(("place-" + pl.col("id")).alias("id"), street=pl.col("road"), name=pl.col("poi"))
    return _known(
        layout, rows, rows.select("x", "y").to_numpy(), kind="place", precision=pl.lit(PLACE_PRECISION_M["compound"])
    )


def _places(layout: Layout, places: pl.DataFrame) -> pl.DataFrame:
    rows = with_parts(layout, places.with_columns(poi=pl.col("name"))).with_columns(
        pl.format("poi-{}-{}", "village_code", pl.int_range(pl.len()).over("village_code")).alias("id"),
        street=pl.col("road"),
    )
    precision = pl.col("kind").replace_strict(PLACE_PRECISION_M, default=ENTRANCE_PRECISION_M, return_dtype=pl.Float64)
    return _known(layout, rows, rows.select("x", "y").to_numpy(), kind="place", precision=precision)


def _streets(layout: Layout, grids: Grids, streets: pl.DataFrame) -> pl.DataFrame:
    lines = street_lines(grids, streets)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    half_m = np.round(shapely.length(lines) / 2.0, 1)
    towns = layout.towns.select("town", "code", town_name="name")
    rows = streets.join(towns, on="town", how="left", maintain_order="left").select(
        pl.format("street-{}-{}", "code", "street").alias("id"),
        pl.col("town_name").alias("town"),
        pl.col("name").alias("road"),
        pl.col("name").alias("street"),
        pl.Series("half_m", half_m),
    )
    return _known(layout, rows, middle, kind="street", precision=pl.col("half_m"))


def _villages(layout: Layout, towns: IntArray) -> pl.DataFrame:
    villages = layout.villages.filter(pl.col("town").is_in(towns))
    named = villages.join(
        layout.towns.select("town", town_name="name"), on="town", how="left", maintain_order="left"
    ).with_columns(reach=pl.col("inradius_m") * 1.5)
    kinds = [("community-", "name", named), ("community-old-", "old_name", named.drop_nulls("old_name"))]
    return pl.concat(
        _known(
            layout,
            rows.select(
                (pl.lit(prefix) + pl.col("code")).alias("id"),
                pl.col("town_name").alias("town"),
                pl.col(column).alias("village"),
                pl.col(column).alias("name"),
                "reach",
            ),
            rows.select("x", "y").to_numpy(),
            kind="community",
            precision=pl.col("reach"),
        )
        for prefix, column, rows in kinds
    )


def _towns(layout: Layout, towns: IntArray) -> pl.DataFrame:
    villages = layout.villages.select("town", vx="x", vy="y")
    named = layout.towns.filter(pl.col("town").is_in(towns))
    away = ((pl.col("vx") - pl.col("x")) ** 2 + (pl.col("vy") - pl.col("y")) ** 2).sqrt()
    reach = named.join(villages, on="town").group_by("town").agg((away.max() + 1_000.0).round(1).alias("reach"))
    whole = named.join(reach, on="town", how="left", maintain_order="left")
    kinds = [("town-", "name", whole), ("town-old-", "old_name", whole.drop_nulls("old_name"))]
    return pl.concat(
        _known(
            layout,
            rows.select(
                (pl.lit(prefix) + pl.col("code")).alias("id"),
                pl.lit(DISTRICT).alias("district"),
                pl.col(column).alias("town"),
                pl.col(column).alias("name"),
                "reach",
            ),
            rows.select("x", "y").to_numpy(),
            kind="town",
            precision=pl.col("reach"),
        )
        for prefix, column, rows in kinds
    )
