"""The column contracts refuse what they do not name."""

from __future__ import annotations

import polars as pl
import pytest

from gridgeo.domain import tables
from gridgeo.domain.actor import actor_from_text
from gridgeo.errors import InvalidInputError


def test_columns_come_back_in_the_order_of_the_contract() -> None:
    frame = pl.DataFrame({"travel_s": [1], "cell": [5], "branch_id": ["a"]})
    result = tables.checked(frame, tables.CATCHMENT_CELLS, "catchment_cell")
    assert result.schema == pl.Schema(tables.CATCHMENT_CELLS)


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame({"cell": [5], "branch_id": ["a"]}),
        pl.DataFrame({"cell": [5], "branch_id": ["a"], "travel_s": [1.0], "surprise": [1]}),
        pl.DataFrame({"cell": [-5], "branch_id": ["a"], "travel_s": [1.0]}),
        pl.DataFrame({"cell": ["x"], "branch_id": ["a"], "travel_s": [1.0]}),
    ],
)
def test_a_table_off_its_contract_is_refused(frame: pl.DataFrame) -> None:
    with pytest.raises(InvalidInputError, match="catchment_cell"):
        tables.checked(frame, tables.CATCHMENT_CELLS, "catchment_cell")


def test_an_empty_table_passes_its_contract() -> None:
    assert tables.checked(tables.empty(tables.CUSTOMERS), tables.CUSTOMERS, "customer").is_empty()


def test_actor_text_names_role_and_scope() -> None:
    actor = actor_from_text("li:branch_manager:b1,b2")
    assert (actor.role, actor.sees("b1"), actor.sees("b3")) == ("branch_manager", True, False)
    assert actor_from_text("li:hq").sees("anything")


@pytest.mark.parametrize("text", ["", "li", "li:", ":hq", "li:king"])
def test_actor_text_without_a_known_role_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="NAME:ROLE"):
        actor_from_text(text)


@pytest.mark.parametrize("text", ["li:rm", "li:branch_manager"])
def test_a_role_without_its_scope_sees_nothing(text: str) -> None:
    with pytest.raises(InvalidInputError, match="role"):
        actor_from_text(text)
