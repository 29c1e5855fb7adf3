"""How sure answers are, fitted on a bank's own addresses with known positions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from gridgeo.errors import InvalidInputError
from gridgeo.locate import ConfidenceModel, fit_confidence, gazetteer_from_table, locate_addresses
from gridgeo.locate.normalise import name_key
from gridgeo.pipeline.chinese_units import chinese_units
from gridgeo.pipeline.geocode import GeocodeRequest, read_queries
from gridgeo.sources.files import open_table
from gridgeo.sources.gazetteer_file import gazetteer_from_file

ROUNDS = 5
"""Houses leave the gazetteer in so many parts, so that most of a street always stays."""
FOLDS = 10
FEWEST = 100
HOUSE = pl.struct(name_key(pl.col("street")), pl.col("number").str.to_lowercase(), pl.col("name").str.to_lowercase())


@dataclass(frozen=True)
class Calibration:
    """A fitted model, and the record of what it was fitted on."""

    model: ConfidenceModel
    record: dict[str, Any]


def calibrate(known: GeocodeRequest, points: Path, datum: str | None = None) -> Calibration:
    """Fit how sure answers are on addresses with known positions, looked for in a file of address points.

    known: a file of addresses as people write them, each with lng and lat in the datum of the points. Each is looked
    for twice: with every row of the points, and with the rows of its own house taken out, as if it were not known.
    The table of the calibration is read on other streets than the curves were fitted on.
    Raises InvalidInputError when a file cannot be read or fewer than 100 addresses have a position.
    """
    units = chinese_units(known.aliases, known.year, known.how)
    table = gazetteer_from_file(points, known.how, datum).table
    truth = gazetteer_from_file(known.path, known.how, datum)
    queries, _ = read_queries(open_table(known.path, known.how))
    wanted = queries.drop("datum").unique("id", keep="first", maintain_order=True)
    asked = wanted.join(truth.table.select("id"), on="id", how="semi", maintain_order="left")
    if asked.height < FEWEST:
        raise InvalidInputError(
            "{path}: {count} addresses have a position; a fit takes at least {least}",
            path=known.path.name,
            count=asked.height,
            least=FEWEST,
        )

    def looked_up(part: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
        return locate_addresses(part, gazetteer_from_table(rows), known.model, units)

    full = looked_up(asked, table)
    withheld = [looked_up(part, rows) for part, rows in _without_their_house(asked, full, table)]
    answers = pl.concat([full, *withheld])
    placed = answers.join(
        truth.table.select("id", true_lng="lng", true_lat="lat", place=pl.coalesce(name_key(pl.col("street")), "id")),
        on="id",
        maintain_order="left",
    )
    folds = (placed["place"].rank("dense") % FOLDS).to_numpy()
    position = (placed["true_lng"].to_numpy(), placed["true_lat"].to_numpy())
    model = fit_confidence(answers, *position, folds, origin=f"{known.path.name}, {points.name}")
    return Calibration(model, _record(model, asked.height, answers.height - full.height, truth.account))


def _without_their_house(
    asked: pl.DataFrame, full: pl.DataFrame, table: pl.DataFrame
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield addresses with the points that are left when the houses which answered them are taken out."""
    houses = table.with_columns(house=HOUSE.rank("dense"))
    answered = full.filter(pl.col("tier").is_in(["exact", "typo"])).select("id", at="gazetteer_id")
    own = answered.join(houses.select("house", at="id"), on="at", how="inner")
    for turn in range(ROUNDS):
        mine = own.filter(pl.col("house") % ROUNDS == turn)
        left = houses.filter(~pl.col("house").is_in(mine["house"].implode())).drop("house")
        if mine.height and left.height:
            yield asked.join(mine.select("id"), on="id", how="semi", maintain_order="left"), left


def _record(model: ConfidenceModel, known: int, withheld: int, account: dict[str, Any]) -> dict[str, Any]:
    return {
        "origin": model.origin,
        "known": known,
        "withheld": withheld,
        "ece": model.ece,
        "bins": [asdict(part) for part in model.bins],
        "tiers": sorted({curve.tier for curve in model.curves}),
        "rows": account,
    }
