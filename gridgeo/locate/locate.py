"""Locate addresses: the one call that puts parsing, matching and confidence together."""

from __future__ import annotations

import polars as pl

from gridgeo.domain.tables import Contract, checked
from gridgeo.domain.words import PLACED_TIERS
from gridgeo.locate.chinese_lines import chinese_lines
from gridgeo.locate.chinese_table import Units
from gridgeo.locate.confidence import ConfidenceModel, confidence_columns
from gridgeo.locate.default_model import DEFAULT_MODEL
from gridgeo.locate.gazetteer import Gazetteer, row_labels
from gridgeo.locate.match import matched_addresses, possible_matches
from gridgeo.locate.parse import address_problems

QUERIES: Contract = {"id": pl.String, "address": pl.String, "locality": pl.String}
COMPONENTS: Contract = dict.fromkeys(("name", "street", "number", "unit", "part", "city", "postcode"), pl.String())
"""Columns of an address taken apart; part: the locality, community or district of the city."""
LOCATED: Contract = {
    "id": pl.String,
    "lng": pl.Float64,
    "lat": pl.Float64,
    "tier": pl.String,
    "accuracy_m": pl.Float64,
    "confidence": pl.Float64,
    "matched": pl.String,
    "gazetteer_id": pl.String,
    "reason": pl.String,
    "scale_m": pl.Float64,
    "doubtful": pl.Boolean,
}
"""reason: why there is no answer (tier none), else null. scale_m, doubtful: what confidence was read from."""
CANDIDATES: Contract = {
    "id": pl.String,
    "rank": pl.Int32,
    "lng": pl.Float64,
    "lat": pl.Float64,
    "tier": pl.String,
    "accuracy_m": pl.Float64,
    "confidence": pl.Float64,
    "score": pl.Float64,
    "matched": pl.String,
    "gazetteer_id": pl.String,
}
CHUNK_ROWS = 50_000


def locate_addresses(
    queries: pl.DataFrame, gazetteer: Gazetteer, model: ConfidenceModel | None = None, units: Units | None = None
) -> pl.DataFrame:
    """Locate addresses in a gazetteer.

    queries: id, address, locality (the town given with the row as a hint, null allowed), any number of rows; and any of
    the columns COMPONENTS, for rows that come taken apart: with a street or a name of its own a row is read from its
    components alone, otherwise they are read behind its address.
    units: the table of Chinese units, the packaged one by default.
    Returns one row a query in the order given, columns LOCATED: position, tier (domain/words.LOCATION_TIERS),
    accuracy_m (radius that holds the true position with probability 0.9), confidence (probability that it lies within
    100 m), matched text and gazetteer row. An address that cannot be read or found has tier none and a reason; none
    raises. The same input gives the same row.
    Raises InvalidInputError when a column of queries is missing or of another type.
    """
    given = _complete(queries)
    chosen = model or DEFAULT_MODEL
    chunks = [_located(chunk, gazetteer, chosen, units) for chunk in given.iter_slices(CHUNK_ROWS)]
    return pl.concat(chunks) if chunks else pl.DataFrame(schema=LOCATED)


def candidate_answers(
    queries: pl.DataFrame,
    gazetteer: Gazetteer,
    limit: int = 5,
    model: ConfidenceModel | None = None,
    units: Units | None = None,
) -> pl.DataFrame:
    """List what each address may mean, for a person to choose from.

    queries, gazetteer, model, units: as in `locate_addresses`; a street that stands in several towns, which has no
    answer there, has a candidate in each here. limit: candidates an address at most.
    Returns columns CANDIDATES, several rows an address, the likeliest first; score is the confidence, shared by the
    streets that the address may mean alike.
    """
    chosen = model or DEFAULT_MODEL
    chunks = [_possible(chunk, gazetteer, limit, chosen, units) for chunk in _complete(queries).iter_slices(CHUNK_ROWS)]
    return pl.concat(chunks) if chunks else pl.DataFrame(schema=CANDIDATES)


def placeable(tier: pl.Expr) -> pl.Expr:
    """Tell which tiers may be put into cells: a centroid of a street or a town never is."""
    return tier.is_in(PLACED_TIERS)


def _components(queries: pl.DataFrame) -> pl.DataFrame:
    """Return the columns COMPONENTS, null where the queries have none."""
    absent = [pl.lit(None, pl.String).alias(name) for name in COMPONENTS if name not in queries.columns]
    return queries.with_columns(absent).select(pl.col(name).cast(pl.String) for name in COMPONENTS)


def _spoken(queries: pl.DataFrame) -> pl.Series:
    """Return the texts to read: a row with a street or a name from its components, others from both."""
    apart = pl.col("street").is_not_null() | pl.col("name").is_not_null()
    unit = pl.when(pl.col("unit").is_not_null()).then(pl.format("unit {}", "unit"))
    numbered = pl.when(pl.col("number").is_not_null()).then(pl.coalesce("street", "part", "city")).otherwise("street")
    whole = pl.concat_str(
        "name", numbered, "number", unit, "part", "city", "postcode", separator=", ", ignore_nulls=True
    )
    behind = pl.concat_str("address", "number", unit, "part", "city", "postcode", separator=", ", ignore_nulls=True)
    return queries.select(
        pl.when(apart).then(whole).when(_has_components()).then(behind).otherwise("address")
    ).to_series()


def _has_components() -> pl.Expr:
    return pl.any_horizontal(pl.col(name).is_not_null() for name in COMPONENTS)


def _located(queries: pl.DataFrame, gazetteer: Gazetteer, model: ConfidenceModel, units: Units | None) -> pl.DataFrame:
    problems = _problems(queries)
    texts = _texts(queries, gazetteer, units, problems)
    answers, reasons = matched_addresses(texts, queries["locality"], gazetteer)
    joined = (
        problems.with_columns(queries["id"])
        .join(answers, on="query", how="left", maintain_order="left")
        .join(reasons, on="query", how="left", maintain_order="left")
        .join(row_labels(gazetteer, answers["row"].unique()), on="row", how="left", maintain_order="left")
        .with_columns(
            pl.col("tier").fill_null("none"),
            pl.col("doubtful").fill_null(value=False),
            _matched().alias("matched"),
            pl.coalesce("reason", "problem").alias("reason"),
        )
    )
    # No answer is surer than the row it stands on.
    accuracy_m = pl.max_horizontal(pl.col("accuracy_m"), "precision_m")
    return (
        joined.with_columns(confidence_columns(joined, model))
        .with_columns(accuracy_m.alias("accuracy_m"))
        .select(pl.col(name).cast(dtype) for name, dtype in LOCATED.items())
    )


def _possible(
    queries: pl.DataFrame, gazetteer: Gazetteer, limit: int, model: ConfidenceModel, units: Units | None
) -> pl.DataFrame:
    texts = _texts(queries, gazetteer, units, _problems(queries))
    found = possible_matches(texts, queries["locality"], gazetteer, limit)
    labelled = found.join(row_labels(gazetteer, found["row"].unique()), on="row", how="left", maintain_order="left")
    score = pl.col("confidence") / pl.col("streets").fill_null(1).clip(1)
    return (
        labelled.with_columns(confidence_columns(labelled, model))
        .with_columns(_matched().alias("matched"), score.alias("score"))
        .with_columns(pl.max_horizontal("accuracy_m", "precision_m").alias("accuracy_m"))
        .sort("query", "score", "row", descending=[False, True, False], maintain_order=True)
        .unique(["query", "lng", "lat"], keep="first", maintain_order=True)
        .with_columns((pl.int_range(pl.len()).over("query") + 1).cast(pl.Int32).alias("rank"))
        .filter(pl.col("rank") <= limit)
        .join(queries.select("id").with_row_index("query"), on="query", maintain_order="left")
        .select(pl.col(name).cast(dtype) for name, dtype in CANDIDATES.items())
    )


def _complete(queries: pl.DataFrame) -> pl.DataFrame:
    return checked(queries.select(pl.exclude(*COMPONENTS)), QUERIES, "queries").hstack(_components(queries))


def _texts(queries: pl.DataFrame, gazetteer: Gazetteer, units: Units | None, problems: pl.DataFrame) -> pl.Series:
    """Return the texts to be matched, null where an address cannot be read."""
    areas = gazetteer.areas.filter(pl.col("level") == "named")["canon"]
    lines = queries.with_columns(chinese_lines(queries["address"], units, areas))
    return pl.select(pl.when(problems["problem"].is_null()).then(_spoken(lines))).to_series()


def _problems(queries: pl.DataFrame) -> pl.DataFrame:
    """Tell why an address cannot be read; one that has components is read from these."""
    apart = queries.select(_has_components()).to_series()
    return address_problems(queries["address"]).with_columns(pl.when(~apart).then("problem"))


def _matched() -> pl.Expr:
    """Say what was matched: the house, the street or the area; for an estimated number the numbers beside it."""
    between = pl.format("{} ({}-{})", "street_label", "low", "high")
    return (
        pl.when(pl.col("high").is_not_null())
        .then(between)
        .when(pl.col("tier") == "street")
        .then("street_label")
        .when(pl.col("tier") == "town")
        .then(pl.coalesce("city_label", "locality_label", "label"))
        .when(pl.col("tier") == "community")
        .then(pl.coalesce("locality_label", "city_label", "label"))
        .otherwise("label")
    )
