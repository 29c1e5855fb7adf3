"""Merchants and bank points out of OpenStreetMap tables."""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely

from gridgeo.domain import BoolArray
from gridgeo.domain.tables import MERCHANTS, checked
from gridgeo.sources.ground import BRANCH_SITES, LayerReport, account
from gridgeo.sources.osm_objects import covers, object_ids, points_of, shapes_of, tag_columns, with_positions
from gridgeo.sources.osm_tables import OBJECT_KEY, OsmTables

INDUSTRY_KEYS = ("amenity", "shop", "tourism", "healthcare", "office", "craft", "leisure")
"""In the order in which they name the business of an object that carries several."""

INDUSTRY_OF_TAG = {
    **dict.fromkeys(
        [f"amenity={value}" for value in (
            "restaurant", "fast_food", "cafe", "pub", "bar", "food_court", "ice_cream", "biergarten", "nightclub",
        )],
        "food",
    ),
    **dict.fromkeys(["amenity=fuel", "amenity=charging_station"], "fuel"),
    **dict.fromkeys(["amenity=bank", "amenity=bureau_de_change"], "finance"),
    **dict.fromkeys(
        [f"amenity={value}" for value in (
            "pharmacy", "hospital", "clinic", "doctors", "dentist", "veterinary", "nursing_home",
        )],
        "health",
    ),
    **dict.fromkeys(
        [f"amenity={value}" for value in (
            "place_of_worship", "public_building", "school", "kindergarten", "preschool", "university", "college",
            "townhall", "library", "police", "fire_station", "courthouse", "post_office", "community_centre",
            "social_facility", "embassy", "arts_centre", "theatre", "prison", "music_school", "childcare",
        )],
        "public",
    ),
    **dict.fromkeys(
        [f"amenity={value}" for value in (
            "cinema", "casino", "car_wash", "car_rental", "driving_school", "language_school", "events_venue", "gym",
            "conference_centre", "studio", "marketplace",
        )],
        "other",
    ),
    **dict.fromkeys(
        [f"tourism={value}" for value in (
            "hotel", "hostel", "guest_house", "motel", "apartment", "alpine_hut", "camp_site", "chalet", "caravan_site",
        )],
        "lodging",
    ),
    **dict.fromkeys(["tourism=gallery", "tourism=zoo", "tourism=theme_park"], "other"),
    "tourism=museum": "other",
    **dict.fromkeys(["leisure=fitness_centre", "leisure=dance", "leisure=bowling_alley"], "other"),
}  # fmt: skip
"""Tag -> industry; shop, office, healthcare and craft need no list (`INDUSTRY_OF_KEY`). Small ones stand together."""
INDUSTRY_OF_KEY = {"shop": "retail", "office": "office", "healthcare": "health", "craft": "other"}
PUBLIC_OFFICES = ("government", "administrative", "quango")
FINANCE_OFFICES = ("financial", "insurance", "central_bank", "financial_advisor", "accountant")
NO_SHOP = ("no", "vacant")


def merchants_from_osm(tables: OsmTables, area: shapely.Geometry) -> tuple[pl.DataFrame, LayerReport]:
    """Return the MERCHANTS inside the area, unnamed ones too, and their account.

    An object counts as a merchant when its tags name an industry; benches, parking and the like are no rows.
    """
    tagged = with_industry(tag_columns(tables, [*INDUSTRY_KEYS, "name"])).drop_nulls("industry")
    placed = _judged_inside(tables, tagged, area)
    again = pl.col("reason").is_null() & pl.Series("again", _drawn_twice(tables, placed))
    judged = placed.with_columns(
        pl.when(again).then(pl.lit("point and area of one business")).otherwise(pl.col("reason")).alias("reason")
    )
    kept = judged.filter(pl.col("reason").is_null())
    frame = kept.select(object_ids(kept), "name", "industry", "osm_tag", "lng", "lat", pl.lit(False).alias("synthetic"))
    return checked(frame.sort("id"), MERCHANTS, "merchant"), account("merchants", judged)


def with_industry(tagged: pl.DataFrame) -> pl.DataFrame:
    """Add osm_tag (the tag that decides) and industry, null where no tag names one.

    tagged: a String column for each of INDUSTRY_KEYS.
    """
    candidates = [
        pl.when(pl.col(key).is_not_null()).then(pl.concat_str(pl.lit(f"{key}="), pl.col(key))) for key in INDUSTRY_KEYS
    ]
    named = tagged.with_columns(
        pl.struct(tag.alias("osm_tag"), _industry(key, tag).alias("industry")).alias(f"_{key}")
        for key, tag in zip(INDUSTRY_KEYS, candidates, strict=True)
    )
    decided = pl.coalesce(
        pl.when(pl.col(f"_{key}").struct.field("industry").is_not_null()).then(pl.col(f"_{key}"))
        for key in INDUSTRY_KEYS
    )
    return named.with_columns(decided.alias("_decided")).unnest("_decided")


def _industry(key: str, tag: pl.Expr) -> pl.Expr:
    listed = tag.replace_strict(INDUSTRY_OF_TAG, default=None, return_dtype=pl.String)
    if key == "office":
        office = pl.when(pl.col(key).is_in(PUBLIC_OFFICES)).then(pl.lit("public"))
        return (
            office.when(pl.col(key).is_in(FINANCE_OFFICES))
            .then(pl.lit("finance"))
            .when(pl.col(key).is_not_null())
            .then(pl.lit("office"))
        )
    if key in INDUSTRY_OF_KEY:
        in_use = pl.col(key).is_not_null() & ~pl.col(key).is_in(NO_SHOP)
        return pl.when(in_use).then(pl.lit(INDUSTRY_OF_KEY[key]))
    return listed


def _judged_inside(tables: OsmTables, tagged: pl.DataFrame, area: shapely.Geometry) -> pl.DataFrame:
    placed = with_positions(tables, tagged)
    inside = covers(area, placed.get_column("lng").to_numpy(), placed.get_column("lat").to_numpy())
    reason = (
        pl.when(pl.col("lng").is_null())
        .then(pl.lit("no position"))
        .when(~pl.Series("inside", inside))
        .then(pl.lit("outside"))
    )
    return placed.with_columns(reason.alias("reason"))


def _drawn_twice(tables: OsmTables, placed: pl.DataFrame) -> BoolArray:
    """Tell which points lie in an area of the same tag: one business, mapped as both."""
    shaped = placed.join(tables.areas, on=OBJECT_KEY, how="left", maintain_order="left")
    shapes = shapes_of(shaped.get_column("geometry"))
    points = points_of(placed)
    node = (placed.get_column("kind") == "n").to_numpy()
    tags = placed.get_column("osm_tag").to_numpy()
    point, area = shapely.STRtree(shapes).query(points, predicate="within")
    twice = np.zeros(placed.height, dtype=np.bool_)
    twice[point[tags[point] == tags[area]]] = True
    return np.asarray(twice & node)


def branch_sites_from_osm(tables: OsmTables, area: shapely.Geometry) -> tuple[pl.DataFrame, LayerReport]:
    """Return bank and post office points inside the area (BRANCH_SITES), and their account."""
    tagged = tag_columns(tables, ["amenity", "name"]).filter(pl.col("amenity").is_in(["bank", "post_office"]))
    judged = _judged_inside(tables, tagged, area)
    kept = judged.filter(pl.col("reason").is_null())
    frame = kept.select(object_ids(kept), pl.col("amenity").alias("kind"), "name", "lng", "lat")
    return checked(frame.sort("id"), BRANCH_SITES, "branch_site"), account("branch_sites", judged)
