"""The gazetteer index: what it refuses, and that the order of its rows means nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from gridgeo.domain.tables import GAZETTEER, empty
from gridgeo.errors import InvalidInputError
from gridgeo.locate import Gazetteer, gazetteer_from_table, locate_addresses
from gridgeo.locate.trigrams import similar_streets


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "castle"}, "has kind castle"),
        ({"lng": 200.0}, "has no valid position"),
        ({"lat": None}, "has no valid position"),
        ({"lat": float("nan")}, "has no valid position"),
        ({"id": "town/Vaduz"}, "occurs more than once"),
        ({"id": None}, "missing or occurs"),
    ],
)
def test_a_broken_row_is_named(table: pl.DataFrame, change: dict[str, Any], message: str) -> None:
    row = table.tail(1).with_columns(pl.lit(value, dtype=GAZETTEER[name]).alias(name) for name, value in change.items())
    with pytest.raises(InvalidInputError, match=message):
        gazetteer_from_table(pl.concat([table.head(-1), row]))


def test_the_table_itself_is_accepted(table: pl.DataFrame) -> None:
    assert gazetteer_from_table(table).rows.height == table.height


def test_an_empty_gazetteer_finds_nothing(asked: Callable[..., pl.DataFrame]) -> None:
    found = locate_addresses(asked(["Landstrasse 12, Vaduz", "Vaduz", ""]), gazetteer_from_table(empty(GAZETTEER)))
    assert found["tier"].to_list() == ["none"] * 3


def test_the_order_of_rows_does_not_change_an_answer(table: pl.DataFrame, asked: Callable[..., pl.DataFrame]) -> None:
    queries = asked(["Landstrasse 6, Vaduz", "Landstrase 2, Balzers", "Im Rossfeld", "Vaduz", "Landstrasse 16, Vaduz"])
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=3)
    first = locate_addresses(queries, gazetteer_from_table(table))
    assert first.equals(locate_addresses(queries, gazetteer_from_table(shuffled)))


def test_a_row_without_a_town_takes_its_neighbours(
    make_gazetteer: Callable[..., Gazetteer], make_street: Callable[..., Any], asked: Callable[..., pl.DataFrame]
) -> None:
    rows = make_street("High Street", "Peel", (-4.69, 54.22), ["1", "3"])
    rows += [row | {"locality": None} for row in make_street("Low Street", "x", (-4.69, 54.221), ["4"])]
    gazetteer = make_gazetteer([row | {"city": row["locality"]} for row in rows])
    assert locate_addresses(asked(["4 Low Street, Peel"]), gazetteer)["tier"][0] == "exact"


def test_a_far_row_without_a_town_keeps_none(
    make_gazetteer: Callable[..., Gazetteer], make_street: Callable[..., Any], asked: Callable[..., pl.DataFrame]
) -> None:
    rows = make_street("High Street", "Peel", (-4.69, 54.22), ["1", "3"])
    rows += [row | {"locality": None} for row in make_street("Low Street", "x", (-4.40, 54.30), ["4"])]
    gazetteer = make_gazetteer([row | {"city": row["locality"]} for row in rows])
    assert locate_addresses(asked(["4 Low Street, Peel"]), gazetteer)["tier"][0] == "town"


def test_near_names_are_found_inside_their_area_only(gazetteer: Gazetteer) -> None:
    area = gazetteer.areas.filter(pl.col("canon") == "balzers")["area"][0]
    wanted = pl.DataFrame(
        {"key": ["im rosfeld", "lnd str"], "area": [area, area]}, schema_overrides={"area": pl.UInt32}
    )
    near = similar_streets(wanted, gazetteer.trigrams, gazetteer.streets)
    assert near["street_key"].to_list() == ["land str"]
    assert near["edits"].to_list() == [1]
