"""From judged fields to the rows of a table: what a kind derives besides reading its columns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import shapely

from gridgeo.sources.intake.kinds_ground import AREAS_KIND, BOUNDARIES_KIND, DENOMINATORS_KIND, MEASURES, POINTS_KIND
from gridgeo.sources.intake.shapes import Shapes
from gridgeo.sources.intake.values import MINOR, age_on, band_of
from gridgeo.sources.osm_objects import small_areas_m2
from gridgeo.sources.osm_points import INDUSTRY_KEYS, with_industry

NO_BUSINESS = "its tags name no business"

Finish = Callable[[pl.DataFrame, Shapes | None], pl.DataFrame]
"""(typed rows, their shapes in the house datum or None) -> rows with every column of the contract."""


def with_tags(batch: pl.DataFrame, tags: tuple[str, ...]) -> pl.DataFrame:
    """Return row, osm_tag and industry that the columns named like OpenStreetMap keys say; null where none does."""
    missing = [pl.lit(None, pl.String).alias(key) for key in INDUSTRY_KEYS if key not in tags]
    return with_industry(batch.select("row", *tags).with_columns(missing)).select("row", "osm_tag", "industry")


def tags_of_column(text: pl.DataFrame) -> pl.DataFrame:
    """Return row, osm_tag and industry of a column that holds whole tags such as shop=bakery."""
    tag = pl.col("osm_tag")
    keys = [
        pl.when(tag.str.starts_with(f"{key}=")).then(tag.str.slice(len(key) + 1)).alias(key) for key in INDUSTRY_KEYS
    ]
    return with_industry(text.select("row", *keys)).select("row", "osm_tag", "industry")


def boundary_rows(rows: pl.DataFrame, shapes: Shapes | None) -> pl.DataFrame:
    """Add geometry; an area without an id goes by its code, else by the number of its record."""
    assert shapes is not None  # noqa: S101 (for the type checker)
    return rows.with_columns(
        BOUNDARIES_KIND.key_text("id"),
        pl.Series("geometry", shapely.to_wkb(shapes).tolist(), dtype=pl.Binary),
        label=pl.lit(None, pl.String),
        confirmed_by=pl.lit(None, pl.String),
    )


def building_rows(rows: pl.DataFrame, shapes: Shapes | None) -> pl.DataFrame:
    """Add geometry, and the area of an outline; only a point is known without one."""
    if shapes is None:
        return rows.with_columns(geometry=pl.lit(None, pl.Binary))
    outline = np.isin(shapely.get_type_id(shapes), (3, 6))
    area_m2 = np.where(outline, small_areas_m2(shapes, rows["lat"].to_numpy()), np.nan)
    wkb = np.asarray(shapely.to_wkb(shapes), dtype=np.object_)
    wkb[~outline] = None
    return rows.with_columns(
        pl.coalesce("area_m2", pl.Series(area_m2).fill_nan(None)).alias("area_m2"),
        pl.Series("geometry", wkb.tolist(), dtype=pl.Binary),
    )


def denominator_rows(rows: pl.DataFrame, shapes: Shapes | None) -> pl.DataFrame:  # noqa: ARG001 - one shape for all kinds
    """Name the zone by its name, else by its code, and keep the name as it was given.

    A value beside a category becomes the measure that the category names.
    """
    measures = [
        pl.coalesce(name, pl.when(pl.col("category") == name).then(pl.col("value"))).alias(name) for name in MEASURES
    ]
    return rows.with_columns(*measures, DENOMINATORS_KIND.key_text("zone"), given_name=pl.col("zone"))


def unit_rows(rows: pl.DataFrame, shapes: Shapes | None) -> pl.DataFrame:
    """Add the area or point that figures are counted by; one without an id goes by its code or the record's number."""
    measures = [
        pl.coalesce(name, pl.when(pl.col("category") == name).then(pl.col("value"))).alias(name) for name in MEASURES
    ]
    if shapes is None:
        shapes = np.asarray(shapely.points(rows["lng"].to_numpy(), rows["lat"].to_numpy()), dtype=np.object_)
    geometry = pl.Series("geometry", np.atleast_1d(shapely.to_wkb(shapes)).tolist(), dtype=pl.Binary)
    return rows.with_columns(*measures, geometry)


def area_rows(rows: pl.DataFrame, shapes: Shapes | None) -> pl.DataFrame:
    """Return `unit_rows` of areas."""
    return unit_rows(rows.with_columns(AREAS_KIND.key_text("id")), shapes)


def point_rows(rows: pl.DataFrame, shapes: Shapes | None) -> pl.DataFrame:
    """Return `unit_rows` of points."""
    return unit_rows(rows.with_columns(POINTS_KIND.key_text("id")), shapes)


def customer_rows(rows: pl.DataFrame, shapes: Shapes | None) -> pl.DataFrame:  # noqa: ARG001 - one shape for all kinds
    """Give those whose birth is known their age band; minors have none."""
    age = age_on(pl.col("as_of"), pl.col("born_on"))
    band = pl.coalesce("age_band", band_of(age))
    return rows.with_columns(age_band=pl.when(band != MINOR).then(band))


def minors(rows: pl.DataFrame) -> int:
    """Count the rows of people under 18, before `customer_rows`."""
    age = age_on(pl.col("as_of"), pl.col("born_on"))
    return int(rows.select((pl.coalesce("age_band", band_of(age)) == MINOR).sum()).item())


def industry_rows(rows: pl.DataFrame, shapes: Shapes | None) -> pl.DataFrame:  # noqa: ARG001 - one shape for all kinds
    """Fill level and parent where the file leaves them out, as GB/T 4754 and ISIC build their codes.

    A section is a letter, a division two digits, a group three, a class four. Groups and classes begin with their
    parent's code; a division belongs to the section above it.
    """
    level = pl.coalesce("level", pl.col("code").str.len_chars().cast(pl.Int32))
    section = pl.when(pl.col("code").str.contains("^[A-Z]$")).then(pl.col("code")).forward_fill()
    parent = pl.when(level == 2).then(section).when(level > 2).then(pl.col("code").str.slice(0, level - 1))
    digits = pl.col("code").str.contains("^[0-9]{2,4}$")
    return rows.with_columns(
        level=level,
        parent_code=pl.coalesce(
            "parent_code", pl.when(digits & (level == pl.col("code").str.len_chars())).then(parent)
        ),
    )


FINISHES: dict[str, Finish] = {
    "boundaries": boundary_rows,
    "buildings": building_rows,
    "customers": customer_rows,
    "denominator_areas": area_rows,
    "denominator_points": point_rows,
    "denominators": denominator_rows,
    "industries": industry_rows,
}
