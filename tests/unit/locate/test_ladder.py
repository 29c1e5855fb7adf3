"""House numbers along a street: what is known of its spacing, and what is estimated from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from gridgeo.locate import Gazetteer, locate_addresses
from gridgeo.locate.ladder_index import number_ladder, street_spacing

STEP_LNG = 0.0002
METRES_PER_STEP = STEP_LNG * 111_195 * 0.682  # at 47 degrees north


def numbers(known: list[tuple[int, float, float]]) -> pl.DataFrame:
    """One street: number, steps east, steps north."""
    rows = [
        {
            "street": 0,
            "number": number,
            "lng": 9.5 + STEP_LNG * east,
            "lat": 47.0 + STEP_LNG * north,
            "row": row,
            "alias": False,
        }
        for row, (number, east, north) in enumerate(known)
    ]
    return pl.DataFrame(rows).sort("street", "number", "row")


def spacing(known: list[tuple[int, float, float]]) -> dict[str, float | None]:
    return street_spacing(number_ladder(numbers(known))).row(0, named=True)


def test_sides_numbered_in_step_are_a_street_apart() -> None:
    found = spacing([(1, 0, 0), (2, 0, 1), (3, 1, 0), (4, 1, 1), (5, 2, 0), (6, 2, 1)])
    assert found["along_m"] == pytest.approx(METRES_PER_STEP / 2, rel=0.01)
    assert found["across_m"] < 3 * METRES_PER_STEP


def test_sides_numbered_each_for_itself_are_far_apart() -> None:
    """The even side runs the other way."""
    found = spacing([(1, 0, 0), (2, 20, 1), (3, 5, 0), (4, 15, 1), (5, 10, 0), (6, 10, 1), (7, 15, 0), (8, 5, 1)])
    assert found["across_m"] > 10 * METRES_PER_STEP


def test_a_street_with_one_number_shows_no_spacing() -> None:
    assert street_spacing(number_ladder(numbers([(5, 0, 0)]))).is_empty()


def test_a_number_in_two_places_is_left_out_and_one_in_two_doors_is_not() -> None:
    doors = number_ladder(numbers([(1, 0, 0), (1, 1, 0), (3, 5, 0)]))
    places = number_ladder(numbers([(1, 0, 0), (1, 90, 0), (3, 5, 0)]))
    assert doors["number"].to_list() == [1, 3]
    assert places["number"].to_list() == [3]


def test_the_own_side_of_the_street_is_believed_where_sides_differ(
    make_gazetteer: Callable[..., Gazetteer], make_street: Callable[..., Any], asked: Callable[..., pl.DataFrame]
) -> None:
    """Evens run east, odds run west: number 5 belongs between 3 and 7, far from 4 and 6."""
    rows = make_street("Ringweg", "Vaduz", (9.50, 47.14), ["2", "4", "6", "8", "10", "12"])
    rows += make_street("Ringweg", "Vaduz", (9.52, 47.14), ["11", "9", "7", "x", "3", "1"])
    gazetteer = make_gazetteer([row for row in rows if row["number"] != "x"])
    found = locate_addresses(asked(["Ringweg 5, Vaduz"]), gazetteer).row(0, named=True)
    assert (found["tier"], found["matched"]) == ("interpolated", "Ringweg, Vaduz (3-7)")
    assert found["lng"] == pytest.approx(9.52 + 3 * STEP_LNG)


def test_the_other_side_serves_where_both_are_numbered_in_step(
    make_gazetteer: Callable[..., Gazetteer], make_street: Callable[..., Any], asked: Callable[..., pl.DataFrame]
) -> None:
    rows = make_street("Hauptweg", "Vaduz", (9.50, 47.14), [str(number) for number in range(1, 12)])
    gazetteer = make_gazetteer([row for row in rows if row["number"] not in ("5", "7", "9", "11")])
    found = locate_addresses(asked(["Hauptweg 7, Vaduz"]), gazetteer).row(0, named=True)
    assert (found["tier"], found["matched"]) == ("interpolated", "Hauptweg, Vaduz (6-8)")


def test_a_number_far_beyond_the_last_is_not_estimated(
    make_gazetteer: Callable[..., Gazetteer], make_street: Callable[..., Any], asked: Callable[..., pl.DataFrame]
) -> None:
    gazetteer = make_gazetteer(make_street("Hauptweg", "Vaduz", (9.50, 47.14), ["1", "3", "5"]))
    found = locate_addresses(asked(["Hauptweg 7, Vaduz", "Hauptweg 500, Vaduz"]), gazetteer)
    assert found["tier"].to_list() == ["nearest", "street"]


def test_accuracy_grows_with_the_steps_to_the_nearest_number(
    make_gazetteer: Callable[..., Gazetteer], make_street: Callable[..., Any], asked: Callable[..., pl.DataFrame]
) -> None:
    gazetteer = make_gazetteer(make_street("Hauptweg", "Vaduz", (9.50, 47.14), ["1", "3", "5"]))
    found = locate_addresses(asked([f"Hauptweg {number}, Vaduz" for number in (7, 11, 15, 19)]), gazetteer)
    assert found["accuracy_m"].is_sorted()
    assert found["confidence"].is_sorted(descending=True)
    assert found["accuracy_m"][3] > found["accuracy_m"][0]
