"""The whole county in memory, as a ground and a bank that the main job takes like any other."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import polars as pl
import shapely

from gridgeo.demo.county.bank import org_units_of, staff_of
from gridgeo.demo.county.layout import Layout, layout_of
from gridgeo.demo.county.part import Part, Truths, parts_of
from gridgeo.demo.county.roads import river_lines, road_graph_of, road_lines
from gridgeo.demo.county.spec import COUNTY, DISTRICT_CODE, SOURCE, CountySpec
from gridgeo.demo.county.streets import Grids, grids_of, named_streets_of, plots_of
from gridgeo.domain.tables import (
    BOUNDARIES,
    BOUNDARY_NOTES,
    BUILDING_NOTES,
    BUILDINGS,
    DENOMINATOR_NOTES,
    DENOMINATORS,
    GAZETTEER,
    checked,
    empty,
)
from gridgeo.sources import BRANCH_SITES, Bank, Ground, LayerReport, RoadGraph
from gridgeo.sources.osm_objects import Shapes, wkb_of


@dataclass(frozen=True)
class County:
    """Everything of one county. people: DENOMINATORS and DENOMINATOR_NOTES. truth: hidden from ground and bank."""

    layout: Layout
    ground: Ground
    roads: RoadGraph
    people: pl.DataFrame
    bank: Bank
    truth: Truths


def county_of(spec: CountySpec) -> County:
    """Make the county; the same spec gives the same county on every platform."""
    layout = layout_of(spec)
    grids, staff = grids_of(layout), staff_of(layout)
    whole = _joined(list(parts_of(layout, grids, staff)))
    people = people_of(layout, whole.people)
    ground = Ground(
        name=COUNTY,
        boundaries=village_boundaries(layout),
        streets=pl.concat([whole.streets, road_lines(layout)]),
        buildings=with_footprints(layout, whole.buildings),
        merchants=whole.merchants,
        addresses=empty(GAZETTEER),
        branch_sites=empty(BRANCH_SITES),
        accounts=_accounts(whole),
        waterways=river_lines(layout),
        fictional=True,
    )
    bank = Bank(
        org_units=org_units_of(layout),
        staff=staff,
        customers=whole.customers,
        merchants=empty(dict(whole.merchants.schema)),
        gazetteer=whole.gazetteer.select(list(GAZETTEER)),
        households=whole.households,
        synthetic=True,
    )
    return County(layout, ground, _roads(layout, grids), people, bank, whole.truth)


def village_boundaries(layout: Layout) -> pl.DataFrame:
    """Return BOUNDARIES and BOUNDARY_NOTES of the villages: their code, their town's code, and old names."""
    towns = layout.towns.select("town", parent_code="code")
    rows = layout.villages.join(towns, on="town", how="left", maintain_order="left").select(
        pl.col("code").alias("id"),
        "name",
        pl.lit("village").alias("kind"),
        wkb_of(layout.shapes),
        "code",
        "parent_code",
        pl.lit(None, pl.String).alias("label"),
        pl.col("old_name").alias("aliases"),
        pl.lit(SOURCE).alias("source"),
        pl.lit(None, pl.String).alias("confirmed_by"),
    )
    return checked(rows, BOUNDARIES | BOUNDARY_NOTES, "boundaries")


def town_shapes(layout: Layout) -> Shapes:
    """Return the outline of each town: its villages together."""
    town = layout.villages["town"].to_numpy()
    edges = np.flatnonzero(np.diff(town)) + 1
    return np.array([shapely.coverage_union_all(part) for part in np.split(layout.shapes, edges)], dtype=np.object_)


def town_boundaries(layout: Layout) -> pl.DataFrame:
    """Return BOUNDARIES and BOUNDARY_NOTES of the towns."""
    rows = layout.towns.select(
        pl.col("code").alias("id"),
        "name",
        pl.lit("municipality").alias("kind"),
        wkb_of(town_shapes(layout)),
        "code",
        pl.lit(DISTRICT_CODE).alias("parent_code"),
        pl.lit(None, pl.String).alias("label"),
        pl.col("old_name").alias("aliases"),
        pl.lit(SOURCE).alias("source"),
        pl.lit(None, pl.String).alias("confirmed_by"),
    )
    return checked(rows, BOUNDARIES | BOUNDARY_NOTES, "boundaries")


def people_of(layout: Layout, counted: pl.DataFrame) -> pl.DataFrame:
    """Return DENOMINATORS and DENOMINATOR_NOTES of the villages.

    counted: village, people, households of every village.
    """
    rows = layout.villages.join(
        counted.rename({"households": "registered"}), on="village", how="left", maintain_order="left"
    ).select(
        pl.col("name").alias("zone"),
        pl.col("people").fill_null(0.0),
        pl.lit(layout.spec.as_of).alias("dated_on"),
        pl.lit(SOURCE).alias("source"),
        pl.lit(True).alias("assumed"),
        "code",
        pl.col("name").alias("given_name"),
        pl.col("registered").fill_null(0.0).alias("households"),
        pl.lit(None, pl.Float64).alias("businesses"),
    )
    return checked(rows, DENOMINATORS | DENOMINATOR_NOTES, "denominators")


def with_footprints(layout: Layout, buildings: pl.DataFrame) -> pl.DataFrame:
    """Return BUILDINGS and BUILDING_NOTES: a rectangle around each building's point."""
    plane = layout.plane
    half_lng, half_lat = (buildings[side].to_numpy() / 2.0 for side in ("width_m", "depth_m"))
    half_lng, half_lat = half_lng / plane.east_m, half_lat / plane.north_m
    lng, lat = buildings["lng"].to_numpy(), buildings["lat"].to_numpy()
    west, south, east, north = (
        np.round(edge, 7) for edge in (lng - half_lng, lat - half_lat, lng + half_lng, lat + half_lat)
    )
    boxes = np.asarray(shapely.box(west, south, east, north), dtype=np.object_)
    return checked(
        buildings.drop("width_m", "depth_m").with_columns(wkb_of(boxes)), BUILDINGS | BUILDING_NOTES, "buildings"
    )


def _joined(parts: list[Part]) -> Part:
    """Return several parts as one."""
    names = [entry.name for entry in fields(Part) if entry.name != "truth"]
    tables = {name: pl.concat([getattr(part, name) for part in parts]) for name in names}
    truths = {entry.name: pl.concat([getattr(part.truth, entry.name) for part in parts]) for entry in fields(Truths)}
    return Part(**tables, truth=Truths(**truths))


def _roads(layout: Layout, grids: Grids) -> RoadGraph:
    plots = plots_of(layout, grids, layout.towns["town"].to_numpy())
    return road_graph_of(layout, grids, named_streets_of(layout, plots))


def _accounts(whole: Part) -> tuple[LayerReport, ...]:
    """Return the account of each layer: what is made is taken, all of it."""
    layers = {"streets": whole.streets, "buildings": whole.buildings, "merchants": whole.merchants}
    return tuple(LayerReport(name, frame.height, frame.height) for name, frame in layers.items())
