"""Denominators from areas, points, cells and names stand side by side, keep their sums, and one of them is used."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from gridgeo.cells import cell_strings, cells_from_points, cells_from_polygon, children, parents
from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.pipeline.denominators.on_cells import denominators_on_cells
from gridgeo.pipeline.denominators.overview import choose_source, list_conflicts, list_sources, write_cells
from gridgeo.pipeline.ground_cells import ground_cells, settlement_of
from gridgeo.storage import live

from .conftest import Take, Write

WEST, SOUTH, EAST, NORTH = 9.50, 47.10, 9.56, 47.13
MIDDLE = 9.53


def collection(rows: list[tuple[dict[str, Any], shapely.Geometry]]) -> str:
    features = [{"type": "Feature", "properties": own, "geometry": shapely.geometry.mapping(at)} for own, at in rows]
    return json.dumps({"type": "FeatureCollection", "features": features})


ZONES = collection(
    [
        ({"id": "w", "name": "West", "kind": "municipality"}, shapely.box(WEST, SOUTH, MIDDLE, NORTH)),
        ({"id": "e", "name": "East", "kind": "municipality"}, shapely.box(MIDDLE, SOUTH, EAST, NORTH)),
    ]
)
CENSUS = "zone_name,people,households\nWest,600,200\nEast,400,150\n"
BLOCKS = [
    ({"people": 300, "age_0_15": 60, "note": "a"}, shapely.box(WEST, SOUTH, 9.515, NORTH)),
    ({"people": 290, "age_0_15": 50, "note": "b"}, shapely.box(9.515, SOUTH, MIDDLE, NORTH)),
    ({"people": 500, "age_0_15": 90, "note": "c"}, shapely.box(MIDDLE, SOUTH, EAST + 0.03, NORTH)),
]
SAID = {"source": "census", "dated_on": "2020-11-01"}


@pytest.fixture
def zones(take: Take, write: Write) -> int:
    """A ground of two zones side by side."""
    return take("boundaries", write("zones.geojson", ZONES)).composed["ground"]


@pytest.fixture
def blocks(write: Write) -> Path:
    return write("blocks.geojson", collection(BLOCKS))


def on_cells(connection: sa.Connection) -> Any:
    ground = live(connection, "ground").id
    cells, _ = ground_cells(connection, ground, 9)
    return denominators_on_cells(connection, ground, cells, settlement_of(connection, ground))


@pytest.mark.usefixtures("zones")
def test_areas_of_their_own_account_for_what_lies_outside_and_name_it(
    connection: sa.Connection, take: Take, blocks: Path
) -> None:
    report = take("denominators", blocks, figures=("age_0_15",), weights="area")
    assert (report.account["rows_in"], report.account["accepted"], report.source["form"]) == (3, 3, "polygons")
    mass = report.mass["people"]
    assert mass["in"] == 1090
    # The last block is half outside.
    assert mass["outside"] == pytest.approx(250, rel=1e-3)
    assert mass["out"] + mass["outside"] == pytest.approx(1090, rel=1e-9)
    assert mass["relative_error"] <= 1e-9
    assert [unit["unit"] for unit in mass["outside_named"]] == ["row-3"]
    found = on_cells(connection)
    assert set(found.values) == {"people", "age_0_15"}
    assert found.values["age_0_15"].sum() == pytest.approx(60 + 50 + 45, rel=1e-3)
    assert found.accounts["people"]["method"] == "area"


@pytest.mark.usefixtures("zones")
def test_points_add_to_the_cell_that_holds_them(connection: sa.Connection, take: Take, write: Write) -> None:
    text = "lng,lat,people\n9.51,47.11,5\n9.51,47.11,6\n9.54,47.12,7\n9.9,47.12,9\n"
    report = take("denominators", write("homes.csv", text), constants=SAID)
    assert (report.source["form"], report.source["key"]) == ("points", "census")
    assert report.mass["people"]["outside"] == 9
    found = on_cells(connection)
    cells, _ = ground_cells(connection, live(connection, "ground").id, 9)
    at = np.searchsorted(cells, cells_from_points([9.51, 9.54], [47.11, 47.12], 9))
    assert found.values["people"][at].tolist() == [11.0, 7.0]
    assert found.given["people"] == 18.0


@pytest.mark.parametrize("resolution", [8, 10])
@pytest.mark.usefixtures("zones")
def test_cells_of_any_resolution_keep_their_sum(
    connection: sa.Connection, take: Take, write: Write, resolution: int
) -> None:
    inner = cells_from_polygon(shapely.box(9.51, 47.11, 9.55, 47.12), 9)
    cells = children(inner, 10)[0] if resolution == 10 else np.unique(parents(inner, 8))
    rows = "\n".join(f"{name},{at % 7}" for at, name in enumerate(cell_strings(cells)))
    path = write("hexes.csv", f"h3,people\n{rows}\n")
    report = take("denominators", path, cell_column="h3", weights="area")
    mass = report.mass["people"]
    assert mass["in"] == sum(at % 7 for at in range(len(cells)))
    assert mass["out"] + mass["outside"] == pytest.approx(mass["in"], rel=1e-9)
    assert on_cells(connection).values["people"].sum() == pytest.approx(mass["out"], rel=1e-9)
    if resolution == 10:
        assert mass["outside"] == 0.0


@pytest.mark.usefixtures("zones")
def test_counts_of_imported_cells_are_a_source_too(connection: sa.Connection, take: Take, write: Write) -> None:
    take("denominators", write("census.csv", CENSUS), constants=SAID)
    cells = cells_from_polygon(shapely.box(WEST, SOUTH, EAST, NORTH), 9)
    rows = "\n".join(f"{name},2,1.5" for name in cell_strings(cells))
    take("cells", write("jobs.csv", f"h3,businesses,jobs\n{rows}\n"), cell_column="h3")
    found = on_cells(connection)
    assert found.values["businesses"].tolist() == [2.0] * len(cells)
    assert found.values["jobs"].sum() == pytest.approx(1.5 * len(cells))
    assert found.accounts["businesses"]["key"] == "cells"


@pytest.mark.usefixtures("zones")
def test_sources_stand_side_by_side_and_the_newest_one_is_used_until_somebody_chooses(
    connection: sa.Connection, actor: Actor, now: datetime, take: Take, write: Write, blocks: Path
) -> None:
    take("denominators", write("census.csv", CENSUS), constants=SAID)
    newer = {"source": "register", "dated_on": "2024-01-01"}
    take("denominators", write("register.csv", "zone_name,people\nWest,650\nEast,400\n"), constants=newer)
    take("denominators", blocks, constants={"source": "blocks", "dated_on": "2022-01-01"}, weights="area")
    listed = list_sources(connection, actor)
    assert [row["key"] for row in listed["sources"]] == ["census", "register", "blocks"]
    assert listed["used"]["people"] == {
        "source": "register",
        "dated_on": "2024-01-01",
        "why": "rule",
        "whole_ground": True,
        "others": ["census", "blocks"],
    }
    assert listed["used"]["households"]["source"] == "census"
    assert on_cells(connection).given == {"people": 1050.0, "households": 350.0}
    choose_source(connection, actor, "people", "census", now)
    assert on_cells(connection).given["people"] == 1000.0
    assert on_cells(connection).accounts["people"]["why"] == "chosen"
    choose_source(connection, actor, "people", None, now)
    assert on_cells(connection).given["people"] == 1050.0
    with pytest.raises(NotFoundError, match="census, register, blocks"):
        choose_source(connection, actor, "people", "rumour", now)
    with pytest.raises(NotAllowedError):
        choose_source(connection, Actor("r", "rm", frozenset()), "people", "census", now)


@pytest.mark.usefixtures("zones")
def test_conflicts_are_shown_worst_first_with_both_totals_and_dates(
    connection: sa.Connection, actor: Actor, take: Take, write: Write, blocks: Path
) -> None:
    take("denominators", write("census.csv", CENSUS), constants=SAID)
    assert list_conflicts(connection, actor) == {"by": "zone", "count": 0, "conflicts": []}
    take("denominators", blocks, constants={"source": "blocks", "dated_on": "2022-01-01"}, weights="area")
    for by in ("zone", "municipality"):
        body = list_conflicts(connection, actor, by)
        assert [row["place"] for row in body["conflicts"]] == ["East", "West"]
        first, second = body["conflicts"]
        assert (first["source"], first["other"], first["dated_on"]) == ("blocks", "census", "2022-01-01")
        assert first["other_dated_on"] == "2020-11-01"
        assert (first["total"], first["other_total"]) == (pytest.approx(250, rel=1e-3), pytest.approx(400))
        assert first["relative"] == pytest.approx(0.6, rel=1e-2)
        assert second["difference"] == pytest.approx(10, abs=1e-6)
    with pytest.raises(InvalidInputError, match="municipality"):
        list_conflicts(connection, actor, "county")
    with pytest.raises(InvalidInputError, match="catchments"):
        list_conflicts(connection, actor, "catchment")


@pytest.mark.usefixtures("zones")
def test_a_newer_source_of_half_the_ground_does_not_displace_one_of_all_of_it(
    connection: sa.Connection, take: Take, write: Write
) -> None:
    take("denominators", write("census.csv", CENSUS), constants=SAID)
    half = {"source": "survey", "dated_on": "2025-01-01"}
    take("denominators", write("half.csv", "zone_name,people\nWest,700\n"), constants=half)
    assert on_cells(connection).given["people"] == 1000.0


@pytest.mark.usefixtures("zones")
def test_a_newer_file_of_the_same_source_replaces_its_rows(connection: sa.Connection, take: Take, write: Write) -> None:
    take("denominators", write("a.csv", CENSUS), constants=SAID)
    report = take("denominators", write("b.csv", CENSUS.replace("600", "610")), constants=SAID)
    assert report.changes == {"new": 0, "changed": 1, "unchanged": 1, "gone": 0}
    assert on_cells(connection).given["people"] == 1010.0
    assert take("denominators", write("b.csv", CENSUS.replace("600", "610")), constants=SAID).repeated


@pytest.mark.usefixtures("zones")
def test_zones_that_no_boundary_matches_are_outside_and_named(take: Take, write: Write) -> None:
    report = take("denominators", write("p.csv", f"{CENSUS}Nowhere,70,20\n"))
    assert report.matches == {"review": 1, "taken": 2}
    mass = report.mass["people"]
    assert (mass["in"], mass["out"], mass["outside"]) == (1070, 1000, 70)
    assert mass["outside_named"] == [{"unit": "Nowhere", "outside": 70}]
    assert report.source["undated"] == 3


@pytest.mark.usefixtures("zones")
def test_bad_rows_are_refused_by_name_and_the_others_are_taken(take: Take, write: Write) -> None:
    bow = shapely.Polygon([(9.51, 47.11), (9.53, 47.12), (9.53, 47.11), (9.51, 47.12)])
    swapped = shapely.Polygon([(47.1, 99.5), (47.2, 99.5), (47.2, 99.6)])
    rows = [
        ({"people": -1}, shapely.box(9.51, 47.11, 9.52, 47.12)),
        ({"people": "NaN"}, shapely.box(9.51, 47.11, 9.52, 47.12)),
        ({"people": None}, shapely.box(9.51, 47.11, 9.52, 47.12)),
        ({"people": 5, "date": "2020-13-01"}, shapely.box(9.51, 47.11, 9.52, 47.12)),
        ({"people": 5}, swapped),
        ({"people": 7}, bow),
    ]
    report = take("denominators", write("bad.geojson", collection(rows)))
    assert report.account["accepted"] == 1
    assert sum(report.account["rejected"].values()) == 5
    assert {example["row"] for example in report.examples} == {1, 2, 3, 4, 5}
    assert report.mass["people"]["in"] == 7


@pytest.mark.usefixtures("zones")
def test_the_same_area_twice_under_two_keys_is_said(take: Take, write: Write) -> None:
    report = take("denominators", write("twice.geojson", collection([BLOCKS[0], BLOCKS[0]])))
    assert list(report.account["doubts"].values()) == [1]
    keyed = [({"code": "x", "people": 1}, BLOCKS[0][1]), ({"code": "x", "people": 2}, BLOCKS[1][1])]
    refused = take("denominators", write("keys.geojson", collection(keyed)))
    assert refused.account["accepted"] == 0
    assert not refused.live


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"weights": "roofs"}, "area, buildings, streets"),
        ({"constants": {"dated_on": "tomorrow"}}, "YYYY-MM-DD"),
        ({"figures": ("colour",)}, "colour"),
        ({"mapping": {"0-15": "age_0_15"}}, "0-15"),
        ({"form": "cells", "cell_column": "note", "figures": ("age_0_15",)}, "H3"),
    ],
)
def test_what_makes_no_sense_is_refused_as_a_whole(
    take: Take, blocks: Path, options: dict[str, Any], word: str
) -> None:
    with pytest.raises(InvalidInputError, match=word):
        take("denominators", blocks, **options)


@pytest.mark.usefixtures("zones")
def test_areas_that_are_boundaries_of_the_ground_are_taken_by_their_names(take: Take, write: Write) -> None:
    named = [({"zone_name": "West", "people": 5}, BLOCKS[0][1]), ({"zone_name": "East", "people": 6}, BLOCKS[2][1])]
    path = write("named.geojson", collection(named))
    assert take("denominators", path).source["form"] == "zones"
    assert take("denominators", path, form="polygons").source["form"] == "polygons"


def test_cells_are_written_without_any_boundary_in_the_store(
    connection: sa.Connection, actor: Actor, take: Take, blocks: Path, tmp_path: Path
) -> None:
    take("denominators", blocks, figures=("all",), weights="area")
    body = write_cells(connection, actor, tmp_path / "cells.csv", 9)
    assert body["accounts"]["people"]["out"] == pytest.approx(1090, rel=1e-9)
    assert set(body["accounts"]) == {"people", "age_0_15"}
    assert body["zones_without_centre"] is None
    assert (tmp_path / "cells.csv").read_text().splitlines()[0] == "cell,people,age_0_15"
    with pytest.raises(InvalidInputError, match="parquet"):
        write_cells(connection, actor, tmp_path / "cells.xlsx", 9)
