"""A small gazetteer in the shape of the demo grounds, and the Isle of Man measurement."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from gridgeo.domain.tables import GAZETTEER, checked
from gridgeo.locate import Gazetteer, gazetteer_from_table, locate_addresses
from tests.modules import module_at

HERE = Path(__file__).parent
ISLE_OF_MAN = HERE.parents[3] / "shared" / "data" / "isle_of_man"
VADUZ, BALZERS, HELSINKI = (9.5215, 47.1410), (9.5025, 47.0660), (24.9400, 60.1690)


def street_of(street: str, town: str, at: tuple[float, float], numbers: list[str], **more: Any) -> list[dict[str, Any]]:
    """Houses along a street that runs east from a point, 0.0002 degrees of longitude a step."""
    return [
        {
            "id": f"{town}/{street}/{number}",
            "lng": at[0] + 0.0002 * step,
            "lat": at[1],
            "street": street,
            "number": number,
            "locality": town,
            "kind": "address",
            "precision_m": 5.0,
            **more,
        }
        for step, number in enumerate(numbers)
    ]


def gazetteer_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows with only the columns that matter, filled up to the contract."""
    full = [dict.fromkeys(GAZETTEER) | {"source": "synthetic"} | row for row in rows]
    return checked(pl.DataFrame(full, schema=GAZETTEER), GAZETTEER, "gazetteer")


def _towns() -> list[dict[str, Any]]:
    places = {"Vaduz": VADUZ, "Balzers": BALZERS, "Helsinki": HELSINKI}
    return [
        {"id": f"town/{name}", "lng": at[0], "lat": at[1], "name": name, "kind": "town", "precision_m": 1500.0}
        for name, at in places.items()
    ]


def _streets() -> list[dict[str, Any]]:
    half = [str(number) for number in (2, 4, 8, 10, 12)]
    return [
        *street_of("Landstrasse", "Vaduz", VADUZ, half),
        *street_of("Landstrasse", "Balzers", BALZERS, half),
        *street_of("Im Rossfeld", "Vaduz", (9.5300, 47.1450), ["1", "2", "3"]),
        *street_of("Herrengasse", "Vaduz", (9.5240, 47.1400), ["5", "7"]),
        *street_of("Mannerheimintie", "Helsinki", HELSINKI, ["12 A", "12 B", "14"]),
        *street_of("Mannerheimvägen", "Helsinki", HELSINKI, ["3-5"]),
        {"id": "street/bare", "lng": 9.51, "lat": 47.13, "street": "Bannriet", "locality": "Vaduz",
         "kind": "street", "precision_m": 200.0},
        {"id": "place/museum", "lng": 9.5226, "lat": 47.1395, "name": "Landesmuseum", "locality": "Vaduz",
         "kind": "place", "precision_m": 20.0},
    ]  # fmt: skip


@pytest.fixture(scope="session")
def table() -> pl.DataFrame:
    """A gazetteer of three towns with a street name in two of them."""
    return gazetteer_frame(_towns() + _streets())


@pytest.fixture(scope="session")
def gazetteer(table: pl.DataFrame) -> Gazetteer:
    return gazetteer_from_table(table)


@pytest.fixture(scope="session")
def make_gazetteer() -> Callable[[list[dict[str, Any]]], Gazetteer]:
    """A function from short rows to a gazetteer."""
    return lambda rows: gazetteer_from_table(gazetteer_frame(rows))


@pytest.fixture(scope="session")
def make_street() -> Callable[..., list[dict[str, Any]]]:
    """The function `street_of`."""
    return street_of


@pytest.fixture(scope="session")
def asked() -> Callable[..., pl.DataFrame]:
    """A function from texts (and towns beside them) to a table of queries."""

    def make(texts: list[str | None], localities: list[str | None] | None = None) -> pl.DataFrame:
        ids = [str(number) for number in range(len(texts))]
        towns = localities or [None] * len(texts)
        return pl.DataFrame(
            {"id": ids, "address": texts, "locality": towns},
            schema=dict.fromkeys(("id", "address", "locality"), pl.String),
        )

    return make


@pytest.fixture(scope="session")
def answer(gazetteer: Gazetteer, asked: Callable[..., pl.DataFrame]) -> Callable[..., dict[str, Any]]:
    """A function that locates one text in the small gazetteer."""

    def locate(text: str | None, locality: str | None = None) -> dict[str, Any]:
        return locate_addresses(asked([text], [locality]), gazetteer).row(0, named=True)

    return locate


@pytest.fixture(scope="session")
def isle_of_man() -> ModuleType:
    """The measurement module; its FOLDER is the shared data."""
    if not ISLE_OF_MAN.is_dir():
        reason = f"shared Isle of Man data is not at {ISLE_OF_MAN}"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    module = module_at("isle_of_man_measurement", HERE / "isle_of_man.py")
    module.FOLDER = ISLE_OF_MAN  # type: ignore[attr-defined]
    return module
