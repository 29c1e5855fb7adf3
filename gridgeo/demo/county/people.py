"""Households in the buildings: flats, heads, members, and what the register says of them."""

from __future__ import annotations

import numpy as np
import polars as pl

from gridgeo.demo.county.words import GIVEN, SURNAMES
from gridgeo.domain.words import HOUSEHOLD_STATUS

STATUS_SHARE = {"resident": 0.72, "working_away": 0.17, "empty_registration": 0.07, "moved": 0.04}
COUNTED = ("resident", "working_away")
"""Their members are the people of a village."""
MEMBERS_SHARE = (0.14, 0.26, 0.25, 0.18, 0.12, 0.05)
"""Of households with 1 to 6 members."""
FLATS_A_FLOOR = 2
FICTIONAL = "(虚构)"


def households_of(buildings: pl.DataFrame, first: int, rng: np.random.Generator) -> pl.DataFrame:
    """Return one row a household, in the order of the buildings.

    buildings: BUILDINGS_MADE. first: number of the first household in the county. Columns: household (number in the
    county), building (row), town, village, unit, room (text, of flats only), status, members, head.
    """
    count = buildings["dwellings"].to_numpy()
    building = np.repeat(np.arange(len(count)), count)
    at = np.arange(len(building)) - np.repeat(np.cumsum(count) - count, count)
    n = len(building)
    rows = buildings[building].select("town", "village", "form", "floors").with_columns(
        pl.Series("building", building), pl.Series("at", at), household=first + pl.int_range(n)
    )  # fmt: skip
    per_unit = pl.col("floors") * FLATS_A_FLOOR
    is_flat = pl.col("form") == "compound"
    floor = (pl.col("at") % per_unit) // FLATS_A_FLOOR + 1
    room = floor * 100 + pl.col("at") % FLATS_A_FLOOR + 1
    status = np.array(HOUSEHOLD_STATUS)[rng.choice(4, n, p=[STATUS_SHARE[name] for name in HOUSEHOLD_STATUS])]
    return rows.with_columns(
        pl.when(is_flat).then((pl.col("at") // per_unit + 1).cast(pl.String)).alias("unit"),
        pl.when(is_flat).then(room.cast(pl.String)).alias("room"),
        pl.Series("status", status.tolist()),
        pl.Series("members", 1 + rng.choice(len(MEMBERS_SHARE), n, p=MEMBERS_SHARE)),
        person_names(n, rng).alias("head"),
    ).drop("form", "floors", "at")


def person_names(count: int, rng: np.random.Generator) -> pl.Series:
    """Return made-up names, each labelled so."""
    surname = np.array(list(SURNAMES))[rng.integers(0, len(SURNAMES), count)]
    given = np.array(list(GIVEN))
    one, two = (given[rng.integers(0, len(given), count)] for _ in range(2))
    return pl.Series("name", np.char.add(np.char.add(surname, one), np.char.add(two, FICTIONAL)).tolist())


def people_by_village(households: pl.DataFrame) -> pl.DataFrame:
    """Return village, people (members of the households that are counted), households (registered and not moved)."""
    counted = pl.col("status").is_in(COUNTED)
    return (
        households.group_by("village")
        .agg(people=pl.col("members").filter(counted).sum(), households=(pl.col("status") != "moved").sum())
        .sort("village")
        .select("village", pl.col("people").cast(pl.Float64), pl.col("households").cast(pl.Float64))
    )
