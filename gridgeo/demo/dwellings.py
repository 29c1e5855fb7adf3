"""Numbered houses with the people in them, and the part of them a gazetteer knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from gridgeo.cells import cells_from_polygons
from gridgeo.demo.bank_spec import BankSpec
from gridgeo.demo.houses import houses_of
from gridgeo.demo.numbering import numbered
from gridgeo.demo.residents import residents_of
from gridgeo.domain import CellArray
from gridgeo.domain.tables import GAZETTEER, checked
from gridgeo.sources import Ground, GroundSpec
from gridgeo.sources.gazetteer import town_names
from gridgeo.sources.named_streets import named_streets
from gridgeo.sources.osm_objects import shapes_of
from gridgeo.sources.plane import Plane, plane_around
from gridgeo.sources.settlement import nearest_cells

ENTRANCE_PRECISION_M = 25.0
MAPPED_SOURCE = "synthetic number, mapped building"
INVENTED_SOURCE = "synthetic number, synthetic house"


@dataclass(frozen=True)
class Place:
    """A ground in the generator's terms: metres, the cells of the true rate, the town of each boundary."""

    ground: Ground
    plane: Plane
    cells: CellArray
    towns: list[str]


def place_of(ground: Ground, spec: GroundSpec) -> Place:
    """Lay the generator's plane and cells over the ground."""
    shapes = shapes_of(ground.boundaries["geometry"])
    cells, _ = cells_from_polygons(shapes, spec.resolution)
    return Place(ground, plane_around(shapes), cells, town_names(ground, spec.city))


def dwellings_of(place: Place, people: pl.DataFrame, plan: BankSpec, rng: np.random.Generator) -> pl.DataFrame:
    """Return one row a house: house, zone, town, postcode, street, number, mapped, held_out, people, cell, positions.

    people: DENOMINATORS. cell: position in the place's cells. lng, lat: the house; entrance_lng, entrance_lat: what a
    gazetteer has. street, number: null where the zone has no named street.
    Raises InvalidInputError when a boundary has no row of people, or people and nowhere to live.
    """
    streets = named_streets(place.ground, place.plane)
    plain = numbered(houses_of(place.ground, place.plane), streets, rng)
    lng, lat = place.plane.to_degrees(plain.select("x", "y").to_numpy())
    houses = plain.with_columns(pl.Series("cell", nearest_cells(lng, lat, place.cells)))
    door_lng, door_lat = place.plane.to_degrees(houses.select("entrance_x", "entrance_y").to_numpy())
    town = pl.Series("town", np.array(place.towns, dtype=object)[houses["zone"].to_numpy()].tolist(), pl.String)
    return houses.select(
        "house",
        "x",
        "y",
        "zone",
        "mapped",
        pl.col("street_name").alias("street"),
        "number",
        town,
        town.replace_strict(plan.postcodes, default=None, return_dtype=pl.String).alias("postcode"),
        pl.Series("lng", lng),
        pl.Series("lat", lat),
        pl.Series("entrance_lng", door_lng),
        pl.Series("entrance_lat", door_lat),
        "cell",
        pl.Series("people", residents_of(place.ground, people, place.cells, place.plane, houses)),
        pl.Series("held_out", _held_out(houses.height, plan.held_out, rng)),
    )


def house_rows(dwellings: pl.DataFrame) -> pl.DataFrame:
    """Return GAZETTEER rows of kind address: the houses that have a number and are not held out, at their entrance."""
    known = dwellings.filter(pl.col("street").is_not_null() & ~pl.col("held_out"))
    rows = known.select(
        pl.format("house-{}", "house").alias("id"),
        pl.col("entrance_lng").alias("lng"),
        pl.col("entrance_lat").alias("lat"),
        "street",
        pl.col("number").cast(pl.String),
        pl.lit(None, pl.String).alias("unit"),
        pl.col("town").alias("locality"),
        pl.col("town").alias("city"),
        "postcode",
        pl.lit(None, pl.String).alias("name"),
        pl.lit("address").alias("kind"),
        pl.when("mapped").then(pl.lit(MAPPED_SOURCE)).otherwise(pl.lit(INVENTED_SOURCE)).alias("source"),
        pl.lit(ENTRANCE_PRECISION_M).alias("precision_m"),
    )
    return checked(rows, GAZETTEER, "gazetteer")


def _held_out(n: int, share: float, rng: np.random.Generator) -> pl.Series:
    mask = np.zeros(n, dtype=np.bool_)
    mask[rng.permutation(n)[: round(share * n)]] = True
    return pl.Series(mask)
