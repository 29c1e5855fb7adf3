"""Which locations are doubtful, what each may do to the scores, and where it may be instead.

Parties at one house are one item: one decision settles all of them. The effect of an item is the expected number of its
parties whose count stands in a wrong cell: for a party in no cell 1; for one in cells with shares s that is wrong with
probability p it is p + (1 - p)(1 - sum s^2), since under a right location a share s is right with probability s.
"""

from __future__ import annotations

import polars as pl

from gridgeo.domain.sums import sum_of
from gridgeo.domain.words import PLACED_TIERS
from gridgeo.locate import Gazetteer, candidate_answers
from gridgeo.locate.audit import CROWDED, DUPLICATE, FAR, OUTSIDE, SWAPPED

UNSURE_BELOW = 0.9
"""An answer with less confidence than this waits for a person."""
WRONG = {FAR: 0.5, CROWDED: 0.5, DUPLICATE: 0.1}
"""How likely a point that came with a row is wrong under a doubt; a point nobody doubts is taken as right. These are
judgements and not fitted: nobody has told yet which delivered points were wrong."""
OUTSIDE_IS_WRONG = 0.25
"""Who is delivered outside the ground and has no address in it mostly lives there."""
UNSURE = "not sure"
CANDIDATE = ("lng", "lat", "tier", "accuracy_m", "score", "matched", "source")
ITEMS = ("party_kind", "branch_id", "key", "house")


def doubtful(found: pl.DataFrame, outcomes: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """Return the parties whose location is doubtful, those that there is something to decide about.

    found: from `positions`. outcomes: party_id, outcome, reason. shares: party_id, share.
    Returns the columns of found, outcome, why (reasons in words, a list) and effect (see the module).
    """
    spread = shares.group_by("party_id").agg((1 - sum_of(pl.col("share").pow(2))).alias("spread"))
    rows = (
        found.drop("reason")
        .join(outcomes, left_on="id", right_on="party_id", how="left", maintain_order="left")
        .join(spread, left_on="id", right_on="party_id", how="left", maintain_order="left")
    )
    placed = pl.col("outcome") == "placed"
    unsure = placed & (pl.col("confidence") < UNSURE_BELOW).fill_null(value=False)
    why = pl.concat_list(
        pl.col("reasons"),
        pl.when(unsure).then(pl.lit([UNSURE])).otherwise(pl.lit([], pl.List(pl.String))),
        pl.when(pl.col("reason").is_not_null())
        .then(pl.concat_list("reason"))
        .otherwise(pl.lit([], pl.List(pl.String))),
    ).list.unique(maintain_order=True)
    effect = pl.when(placed).then(_wrong() + (1 - _wrong()) * pl.col("spread").fill_null(0.0)).otherwise(_missing())
    decided = pl.col("decision").is_not_null()
    return rows.with_columns(why.alias("why"), effect.alias("effect")).filter(
        pl.col("key").is_not_null() & ~decided & (pl.col("why").list.len() > 0)
    )


def _wrong() -> pl.Expr:
    """How likely the place of a placed party is wrong."""
    doubts = [
        pl.when(pl.col("reasons").list.contains(reason)).then(pl.lit(likely)).otherwise(0.0)
        for reason, likely in WRONG.items()
    ]
    # A point that came with a row has no confidence of its own.
    by_answer = pl.when(pl.col("tier") != "given").then(1 - pl.col("confidence")).otherwise(0.0)
    return pl.max_horizontal(*doubts, by_answer)


def _missing() -> pl.Expr:
    abroad = pl.col("reasons").list.contains(OUTSIDE) & (pl.col("own_tier") == "none")
    return pl.when(abroad).then(OUTSIDE_IS_WRONG).otherwise(1.0)


def review_items(rows: pl.DataFrame, kind: str, others: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return one row an item: ITEMS, the columns of `LOCATION_REVIEWS` but item_id, and party_ids (a list).

    rows: from `doubtful`. others: what else the gazetteer offers, from `other_places`. Of the parties of an item the
    first by id speaks for all; candidates are everybody's.
    """
    ordered = rows.sort("id").with_columns(party_kind=pl.lit(kind))
    by = ["party_kind", "branch_id", "key"]
    items = ordered.group_by(by, maintain_order=True).agg(
        pl.col("house", "lng", "lat", "tier", "accuracy_m", "confidence", "matched", "outcome").first(),
        pl.col("why").explode(empty_as_null=False).unique(maintain_order=True).str.join("; ").alias("reasons"),
        pl.len().cast(pl.Int32).alias("parties"),
        sum_of("effect"),
        pl.col("id").alias("party_ids"),
    )
    candidates = pl.concat_str(pl.lit('{"list":['), pl.col("candidates").fill_null(""), pl.lit("]}"))
    return items.join(
        _candidates(ordered, by, others), on=by, how="left", nulls_equal=True, maintain_order="left"
    ).with_columns(candidates.alias("candidates"))


def other_places(rows: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return what the gazetteer offers for the house of each item: contract CANDIDATES, by the first party's id.

    rows: from `doubtful`. The house is looked for as it is shown, without unit or person.
    """
    houses = rows.filter(pl.col("house").is_not_null()).sort("id").unique("key", keep="first", maintain_order=True)
    asked = houses.select("id", pl.col("house").alias("address"), pl.lit(None, pl.String).alias("locality"))
    found = candidate_answers(asked, gazetteer)
    # The middle of a street or a town is no place to choose.
    return found.filter(pl.col("tier").is_in(PLACED_TIERS))


def _candidates(rows: pl.DataFrame, by: list[str], others: pl.DataFrame | None) -> pl.DataFrame:
    """Return by and candidates: the places an item may be at as JSON objects, the likeliest first."""
    shown = ("lng", "lat", "tier", "accuracy_m", "matched")
    answer = {name: pl.col(name) for name in shown} | {"score": pl.col("confidence")}
    address = {name: pl.col(f"own_{name}") for name in shown} | {"score": pl.col("own_confidence")}
    swapped = rows.filter(pl.col("reasons").list.contains(SWAPPED))
    kinds = [
        _candidate(rows, by, "answer", answer),
        _candidate(rows, by, "address", address),
        _candidate(rows, by, "given", _point("given_lng", "given_lat")),
        _candidate(swapped, by, "given, turned", _point("given_lat", "given_lng")),
    ]
    if others is not None:
        offered = rows.select("id", *by).join(others, on="id", how="inner", maintain_order="left")
        kinds.append(_candidate(offered, by, "gazetteer", {name: pl.col(name) for name in (*shown, "score")}))
    usable = pl.col("lng").is_between(-180, 180) & pl.col("lat").is_between(-90, 90)
    nowhere = (pl.col("lng").abs() < 0.001) & (pl.col("lat").abs() < 0.001)
    every = pl.concat(kinds).filter(usable & ~nowhere).unique([*by, "lng", "lat"], keep="first", maintain_order=True)
    placeable = pl.col("tier").is_in([*PLACED_TIERS, "given"])
    ordered = every.with_columns(placeable.alias("placeable")).sort(
        "placeable", "score", descending=True, nulls_last=True, maintain_order=True
    )
    body = pl.struct(CANDIDATE).struct.json_encode()
    return ordered.group_by(by, maintain_order=True).agg(body.str.join(",").alias("candidates"))


def _candidate(rows: pl.DataFrame, by: list[str], source: str, columns: dict[str, pl.Expr]) -> pl.DataFrame:
    return (
        rows.select(*by, *(value.alias(name) for name, value in columns.items()))
        .with_columns(source=pl.lit(source))
        .select(*by, *CANDIDATE)
    )


def _point(lng: str, lat: str) -> dict[str, pl.Expr]:
    return {
        "lng": pl.col(lng),
        "lat": pl.col(lat),
        "tier": pl.lit("given"),
        "accuracy_m": pl.lit(None, pl.Float64),
        "matched": pl.lit(None, pl.String),
        "score": pl.lit(None, pl.Float64),
    }
