"""Judge what a provider answered by the address that was asked: its tier needs evidence, its confidence is low.

A provider always answers something. An answer counts as exact only when house number and street are those of the
address and no town contradicts it; the figures below are set by hand, since nothing was fitted on any provider.
"""

from __future__ import annotations

import polars as pl

from gridgeo.domain.tables import Contract
from gridgeo.locate.normalise import area_key, name_key, number_columns, postcode_key
from gridgeo.locate.parse import parse_addresses

CONFIDENCE = {
    "exact": 0.8, "interpolated": 0.5, "nearest": 0.4, "place": 0.4, "street": 0.2, "community": 0.05, "town": 0.05,
}  # fmt: skip
ACCURACY_M = {
    "exact": 60.0, "interpolated": 150.0, "nearest": 300.0, "place": 300.0, "street": 500.0, "community": 1_500.0,
    "town": 4_000.0,
}  # fmt: skip
"""Least radius of a tier; the answer's own extent counts where it is larger."""
OTHER_TOWN = "the provider's answer is in another town"
NO_EVIDENCE = "the provider's answer is not what the address says"
NOTHING = "the provider knows no such address"
PROVIDED: Contract = {
    "lng": pl.Float64, "lat": pl.Float64, "label": pl.String, "number": pl.String, "street": pl.String,
    "name": pl.String, "areas": pl.List(pl.String), "level": pl.String, "interpolated": pl.Boolean,
    "radius_m": pl.Float64,
}  # fmt: skip
"""Columns of the answers, null where the provider knew nothing; lng, lat in the datum of everything else."""


def judged_answers(asked: pl.Series, answers: pl.DataFrame, towns: pl.Series | None = None) -> pl.DataFrame:
    """Return tier, accuracy_m, confidence, lng, lat, matched, reason of a provider's answers, one row each.

    asked: the texts that were asked. answers: columns PROVIDED, aligned. towns: keys of known towns, to read the texts
    by. Tier none has no position and a reason.
    """
    wanted = parse_addresses(asked, towns)
    rows = _keys(wanted, "asked_").hstack(answers).with_columns(_answer_keys())
    rows = rows.with_columns(_tier().alias("tier"), _other_town().alias("other"))
    found = pl.col("lng").is_not_null() & pl.col("tier").is_not_null() & ~pl.col("other")
    reason = (
        pl.when(pl.col("lng").is_null()).then(pl.lit(NOTHING))
        .when(pl.col("other")).then(pl.lit(OTHER_TOWN))
        .when(~found).then(pl.lit(NO_EVIDENCE))
    )  # fmt: skip
    tier = pl.when(found).then("tier").otherwise(pl.lit("none"))
    least = pl.col("tier").replace_strict(ACCURACY_M, default=None, return_dtype=pl.Float64)
    return rows.select(
        *(pl.when(found).then(name).alias(name) for name in ("lng", "lat")),
        tier.alias("tier"),
        pl.when(found).then(pl.max_horizontal(least, "radius_m")).alias("accuracy_m"),
        tier.replace_strict(CONFIDENCE, default=0.0, return_dtype=pl.Float64).alias("confidence"),
        pl.when(found).then("label").alias("matched"),
        reason.alias("reason"),
    )


def _keys(parts: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Return number, street, name and areas of what was asked, as keys."""
    areas = pl.concat_list(
        area_key(pl.col("locality").str.split(",").list.last()),
        area_key(pl.col("city")),
        postcode_key(pl.col("postcode")),
    ).list.drop_nulls()
    return parts.select(
        number_columns(pl.col("number"))[-1].alias(prefix + "number"),
        name_key(pl.col("street")).alias(prefix + "street"),
        name_key(pl.col("house_name")).alias(prefix + "name"),
        areas.alias(prefix + "areas"),
    )


def _answer_keys() -> list[pl.Expr]:
    element = pl.element()
    keys = pl.col("areas").list.eval(pl.coalesce(postcode_key(element), area_key(element)))
    # A town whose name holds a digit has a key of either kind.
    names = pl.col("areas").list.eval(area_key(element))
    return [
        number_columns(pl.col("number"))[-1].alias("number_key"),
        name_key(pl.col("street")).alias("street_key"),
        name_key(pl.col("name")).alias("name_key"),
        pl.concat_list(keys, names).list.drop_nulls().alias("area_keys"),
    ]


def _tier() -> pl.Expr:
    """Return the tier that the evidence carries, null where the answer is something else."""
    same_street = (pl.col("asked_street") == pl.col("street_key")).fill_null(value=False)
    same_number = (pl.col("asked_number") == pl.col("number_key")).fill_null(value=False)
    in_house = pl.col("level") == "house"
    names = pl.concat_list("asked_name", "asked_street").list.drop_nulls()
    same_name = names.list.contains(pl.col("name_key")).fill_null(value=False) & pl.col("name_key").is_not_null()
    return (
        pl.when(same_street & same_number & in_house & ~pl.col("interpolated")).then(pl.lit("exact"))
        .when(same_street & same_number & in_house).then(pl.lit("interpolated"))
        .when(same_street & in_house & pl.col("asked_number").is_not_null()).then(pl.lit("nearest"))
        .when(same_street).then(pl.lit("street"))
        .when((pl.col("level") == "place") & same_name).then(pl.lit("place"))
        .when(pl.col("level").is_in(["community", "town"])).then("level")
    )  # fmt: skip


def _other_town() -> pl.Expr:
    """Tell whether the address names a town or postcode and the answer lies in none of them."""
    shared = pl.col("asked_areas").list.set_intersection("area_keys").list.len() > 0
    # A town is the answer's own name, not the area it lies in.
    itself = pl.col("asked_areas").list.contains(pl.col("name_key")).fill_null(value=False)
    return (pl.col("asked_areas").list.len() > 0) & ~shared & ~itself
