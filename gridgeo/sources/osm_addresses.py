"""Addresses out of OpenStreetMap tables, as gazetteer rows."""

from __future__ import annotations

import polars as pl
import shapely

from gridgeo.domain.tables import GAZETTEER, checked
from gridgeo.sources.ground import GroundSpec, LayerReport, account
from gridgeo.sources.osm_objects import covers, points_of, tag_columns, with_positions
from gridgeo.sources.osm_tables import OsmTables
from gridgeo.sources.settlement import zone_of_points

ADDRESS_KEYS = ("addr:street", "addr:housenumber", "addr:unit", "addr:city", "addr:postcode", "addr:housename")
POINT_PRECISION_M, RANGE_PRECISION_M = 20.0, 35.0
LONGEST_RANGE = 40
"""A larger difference between the ends of a range is a slip, not a row of houses."""


def addresses_from_osm(
    tables: OsmTables, spec: GroundSpec, boundaries: pl.DataFrame, area: shapely.Geometry
) -> tuple[pl.DataFrame, LayerReport]:
    """Return GAZETTEER rows of kind address inside the area, and their account.

    A range such as 3-5 becomes a row for each number of its side; text behind a comma (floors, courtyards) leaves the
    number; the same street, number, unit and town twice is reported, the first by kind and identifier stays.
    """
    tagged = tag_columns(tables, ADDRESS_KEYS).filter(pl.col("addr:housenumber").is_not_null())
    placed = with_positions(tables, tagged)
    lng, lat = placed.get_column("lng").to_numpy(), placed.get_column("lat").to_numpy()
    read = _numbers_read(placed).with_columns(
        _localities(spec, boundaries, placed), pl.Series("inside", covers(area, lng, lat))
    )
    usable = read.with_columns(_unusable().alias("reason"))
    judged = usable.with_columns(
        pl.when(_repeated()).then(pl.lit("duplicate")).otherwise(pl.col("reason")).alias("reason")
    )
    rows = _expanded(judged.filter(pl.col("reason").is_null()))
    frame = rows.select(_gazetteer_columns(spec)).sort("id")
    return checked(frame, GAZETTEER, "gazetteer"), account("addresses", judged, frame.height)


def _numbers_read(placed: pl.DataFrame) -> pl.DataFrame:
    """Split the number field: first, last number, letter, unit."""
    text = pl.col("addr:housenumber").str.split(",").list.first().str.strip_chars()
    pattern = r"^(?P<first>\d{1,4})\s*(?P<letter>[A-Za-z]?)(?:\s*[-–]\s*(?P<last>\d{1,4}))?(?:\s+(?P<rest>\w+))?$"
    parts = placed.with_columns(text.str.extract_groups(pattern).alias("parts")).unnest("parts")
    first, last = pl.col("first").cast(pl.Int64), pl.col("last").cast(pl.Int64)
    unit = pl.col("addr:unit").str.extract(r"^(\w{1,3})$")
    return parts.with_columns(
        pl.min_horizontal(first, last).alias("low"),
        pl.max_horizontal(first, last).alias("high"),
        pl.coalesce(unit, pl.col("rest")).alias("unit"),
        pl.col("letter").str.to_uppercase(),
    )


def _localities(spec: GroundSpec, boundaries: pl.DataFrame, placed: pl.DataFrame) -> pl.Series:
    """Return the town of each address: the municipality around it, or the ground's city for a bare extract."""
    if spec.boundary == "extract":
        return pl.Series("locality", [spec.city or spec.outline_name] * placed.height, pl.String)
    zone = pl.Series(zone_of_points(boundaries, points_of(placed)))
    return boundaries["name"].gather(zone.replace(-1, None)).rename("locality")


def _unusable() -> pl.Expr:
    """Say why a row is no address; null where it is one."""
    return (
        pl.when(pl.col("addr:street").is_null())
        .then(pl.lit("no street"))
        .when(pl.col("lng").is_null())
        .then(pl.lit("no position"))
        .when(~pl.col("inside") | pl.col("locality").is_null())
        .then(pl.lit("outside"))
        .when(pl.col("low").is_null() | (pl.col("high") - pl.col("low") > LONGEST_RANGE))
        .then(pl.lit("number not understood"))
    )


def _repeated() -> pl.Expr:
    """Tell which usable rows name an address that an earlier usable row has named."""
    address = pl.struct("addr:street", "low", "high", "letter", "unit", "locality", pl.col("reason").is_null())
    return pl.col("reason").is_null() & ~address.is_first_distinct()


def _expanded(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row a house number: a range whose ends lie on one side of the street keeps to that side."""
    high = pl.coalesce("high", "low")
    step = pl.when((high - pl.col("low")) % 2 == 0).then(2).otherwise(1)
    numbers = rows.with_columns(
        (high > pl.col("low")).alias("range"), pl.int_ranges("low", high + 1, step).alias("house")
    )
    return numbers.explode("house").unique(
        ["addr:street", "house", "letter", "unit", "locality"], keep="first", maintain_order=True
    )


def _gazetteer_columns(spec: GroundSpec) -> list[pl.Expr | str]:
    city = pl.col("addr:city").str.strip_chars()
    named_city = pl.when(city.str.contains(r"\p{L}")).then(city)
    identity = [pl.lit("osm-"), pl.col("kind"), pl.col("object").cast(pl.String), pl.lit("-"), pl.col("house")]
    return [
        pl.concat_str(identity).alias("id"),
        "lng",
        "lat",
        pl.col("addr:street").alias("street"),
        pl.concat_str(pl.col("house").cast(pl.String), pl.col("letter").fill_null("")).alias("number"),
        "unit",
        "locality",
        pl.coalesce(named_city, pl.lit(spec.city, pl.String)).alias("city"),
        pl.col("addr:postcode").str.extract(r"^(?:[A-Z]{2}-)?(\d{4,6})$").alias("postcode"),
        pl.col("addr:housename").alias("name"),
        pl.lit("address").alias("kind"),
        pl.lit("openstreetmap").alias("source"),
        pl.when("range").then(RANGE_PRECISION_M).otherwise(POINT_PRECISION_M).alias("precision_m"),
    ]
