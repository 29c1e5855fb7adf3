"""Cells are chosen by branch, box, polygon, list, parent and figures, in an order, page by page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import cell_polygons, centres, parents
from gridgeo.domain import Actor

from .conftest import Client, Start
from .small_bank import Bank

CELLS = "/api/v1/cells"
QUERY = "/api/v1/cells/query"
FEW = settings(max_examples=25, deadline=None)


def names(client: Client, **asked: Any) -> list[str]:
    answer = client.get(CELLS, params={"measures": "people"} | asked)
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.json()["cells"]
    return found


def queried(client: Client, **asked: Any) -> list[str]:
    answer = client.post(QUERY, {"measures": ["people"]} | asked)
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.json()["cells"]
    return found


def expected(bank: Bank, holds: np.ndarray[Any, Any]) -> list[str]:
    return [name for name, kept in zip(bank.names(), holds, strict=True) if kept]


def inside(bank: Bank, west: float, south: float, east: float, north: float) -> np.ndarray[Any, Any]:
    lng, lat = centres(bank.cells)
    held: np.ndarray[Any, Any] = (lng >= west) & (lng <= east) & (lat >= south) & (lat <= north)
    return held


def ring(*corners: list[float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


@FEW
@given(west=st.floats(9.4, 9.6), width=st.floats(0.0, 0.2), south=st.floats(47.0, 47.2), height=st.floats(0.0, 0.2))
def test_a_box_holds_the_cells_whose_centre_lies_in_it(
    client: Client, published: tuple[str, Bank], west: float, width: float, south: float, height: float
) -> None:
    box = (west, south, west + width, south + height)
    bank = published[1]
    assert names(client, bbox=",".join(map(str, box))) == expected(bank, inside(bank, *box))
    assert queried(client, bbox=list(box)) == expected(bank, inside(bank, *box))


def test_a_box_over_the_antimeridian_holds_both_of_its_sides(client: Client, bank: Bank) -> None:
    assert names(client, bbox="179,-90,-179,90") == []
    assert names(client, bbox="9.4,-90,-179,90") == bank.names()
    assert names(client, bbox="-180,-90,180,90") == bank.names()


@pytest.mark.parametrize("box", ["47.1,9.4,47.3,9.6", "9.4,91,9.6,95", "9.4,47.3,9.6,47.0", "400,0,401,1"])
def test_a_box_that_is_exchanged_upside_down_or_off_the_globe_is_refused(client: Client, box: str) -> None:
    answer = client.get(CELLS, params={"bbox": box})
    assert answer.status_code == 422
    assert "west,south,east,north" in answer.json()["detail"]


@pytest.mark.parametrize("box", ["1,2,3", "1,2,3,4,5", "a,b,c,d", "nan,0,1,1", "inf,0,1,1", ",,,"])
def test_a_box_that_is_none_is_refused(client: Client, box: str) -> None:
    assert client.get(CELLS, params={"bbox": box}).status_code == 422


def test_a_polygon_holds_the_cells_whose_centre_lies_in_it(client: Client, bank: Bank) -> None:
    shape = shapely.union_all(cell_polygons(bank.cells[10:25]))
    polygon = shapely.geometry.mapping(shape)
    held = shapely.contains_xy(shape, *centres(bank.cells))
    assert queried(client, polygon=polygon, datum="wgs84") == expected(bank, held) == bank.names()[10:25]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"polygon": {"type": "Point", "coordinates": [9.5, 47.1]}, "datum": "wgs84"}, "Polygon"),
        ({"polygon": ring([9, 47], [10, 47], [10, 48])}, "datum"),
        ({"polygon": ring([47, 120], [47, 121], [48, 120]), "datum": "wgs84"}, "swapped"),
        ({"polygon": ring([0, 0], [19, 0], [19, 19]), "datum": "wgs84"}, "cells"),
        ({"polygon": {"nonsense": 1}, "datum": "wgs84"}, "GeoJSON"),
        ({"cells": ["8a1126d06cb7fff"]}, "resolution"),
        ({"parent": "8c1126d06cb61ff"}, "finer"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused_with_the_reason(client: Client, body: Any, word: str) -> None:
    answer = client.post(QUERY, body)
    assert answer.status_code == 422
    assert word in answer.json()["detail"]


def test_a_list_gives_those_of_its_cells_that_are_there(client: Client, bank: Bank) -> None:
    wanted = bank.names()[3:9]
    assert names(client, cells=",".join([*wanted, "89283082803ffff"])) == wanted
    assert queried(client, cells=[*reversed(wanted), wanted[0]]) == wanted


def test_cells_come_with_the_boundary_that_holds_their_centre(start: Start, bank: Bank) -> None:
    client = start()
    client.login()
    answer = client.get("/api/v1/boundaries/cells").json()
    assert answer["boundaries"] == [{"id": "g1", "name": "Vaduz", "kind": "municipality"}]
    assert answer["cells"] == bank.names()
    assert set(answer["boundary_index"]) == {0}
    of_one = client.get("/api/v1/boundaries/cells", params={"branch_id": "b1"}).json()["cells"]
    assert sorted(of_one) == sorted(names(client, branch_id="b1"))
    assert 0 < len(of_one) < len(answer["cells"])
    narrow = start(max_cells_per_answer=len(of_one))
    narrow.login()
    assert narrow.get("/api/v1/boundaries/cells").status_code == 422
    assert narrow.get("/api/v1/boundaries/cells", params={"branch_id": "b1"}).json()["cells"] == of_one


def test_a_parent_gives_its_cells(client: Client, bank: Bank) -> None:
    above = parents(bank.cells, 7)
    for parent in np.unique(above):
        assert names(client, parent=f"{int(parent):x}") == expected(bank, above == parent)


def test_conditions_hold_all_at_once_and_unknown_figures_meet_none(client: Client, bank: Bank) -> None:
    people, share = bank.values["people"], bank.values["penetration"]
    with np.errstate(invalid="ignore"):
        both = (people >= 50) & (share < 0.3)
    assert names(client, where=["people:ge:50", "penetration:lt:0.3"]) == expected(bank, both)
    conditions = [
        {"measure": "people", "how": "ge", "number": 50},
        {"measure": "penetration", "how": "lt", "number": 0.3},
    ]
    assert queried(client, where=conditions) == expected(bank, both)
    undefined = bank.names()[0]
    assert undefined not in names(client, where="penetration:le:1")
    assert undefined in names(client, where="people:eq:0")


@pytest.mark.parametrize(
    "where", ["people", "people:ge", "people:near:1", "people:ge:x", "people:ge:nan", "people:ge:inf", "secret:ge:1"]
)
def test_a_condition_outside_the_model_is_refused(client: Client, where: str) -> None:
    assert client.get(CELLS, params={"where": where}).status_code == 422


def test_cells_are_sorted_by_a_measure_and_those_without_it_come_last(client: Client, bank: Bank) -> None:
    share = bank.values["penetration"]
    for sort, values in (("penetration", share), ("-penetration", -share)):
        order = np.argsort(values, kind="stable")
        assert names(client, sort=sort) == [bank.names()[at] for at in order]
    assert client.get(CELLS, params={"sort": "secret"}).status_code == 422


@pytest.mark.parametrize("sort", ["cell", "-people", "penetration"])
def test_pages_give_every_cell_once_in_order(client: Client, bank: Bank, sort: str) -> None:
    whole, found, cursor = names(client, sort=sort), [], None
    while True:
        asked = {"sort": sort, "limit": 13, "measures": "people"} | ({"cursor": cursor} if cursor else {})
        page = client.get(CELLS, params=asked).json()
        assert page["total"] == len(bank.cells)
        assert len(page["cells"]) == len(page["measures"]["people"]["values"]) == len(page["branch_index"]) <= 13
        found += page["cells"]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == whole


def test_a_cursor_belongs_to_one_question(client: Client) -> None:
    cursor = client.get(CELLS, params={"limit": 5}).json()["next"]
    assert client.get(CELLS, params={"limit": 5, "cursor": cursor}).status_code == 200
    for other in ({"sort": "-people"}, {"branch_id": "b1"}, {"where": "people:ge:1"}, {"measures": "people"}):
        assert client.get(CELLS, params={"limit": 5, "cursor": cursor} | other).status_code == 422


def test_columns_and_measures_are_chosen(client: Client) -> None:
    body = client.get(CELLS, params={"measures": "penetration", "fields": "values,evidence"}).json()
    assert list(body["measures"]["penetration"]) == ["values", "evidence"]
    assert client.get(CELLS, params={"fields": "secret"}).status_code == 422


def test_a_misspelt_filter_is_refused_and_not_ignored(client: Client) -> None:
    answer = client.get(CELLS, params={"brnach_id": "b1"})
    assert answer.status_code == 422
    assert "brnach_id" in answer.json()["detail"]


def test_no_choice_leads_out_of_the_scope(start: Start, bank: Bank) -> None:
    client = start()
    client.act_as(Actor("m1", "branch_manager", frozenset({"b1"})))
    own = expected(bank, bank.branch_index == 0)
    theirs = expected(bank, bank.branch_index == 1)
    assert queried(client, cells=theirs) == []
    assert queried(client, cells=bank.names()) == own
    assert names(client, bbox="-180,-90,180,90") == own
    assert client.get(CELLS, params={"branch_id": "b2", "bbox": "-180,-90,180,90"}).status_code == 404
    assert client.get(CELLS, params={"limit": 1, "where": "people:ge:0"}).json()["total"] <= len(own)
