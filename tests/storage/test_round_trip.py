"""What goes into a store comes out bit by bit, on both kinds of store."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
import shapely
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.domain import Actor, local_actor
from gridgeo.domain.tables import CATCHMENT_CELLS, empty
from gridgeo.storage import CONTRACTS, new_version, read_frame, write_frame
from gridgeo.storage.contracts import keys_of

from .strategies import H3_CELL, frames_of

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def fresh(connection: sa.Connection) -> int:
    """Begin a version to write under."""
    return new_version(connection, local_actor(), "ground", params={}, now=NOW)


def bits(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with floats as their bits (-0.0 as 0.0, as it is written); null stays null."""
    return frame.with_columns(
        pl.when(pl.col(name).is_not_null())
        .then(pl.Series((frame[name].fill_null(0.0).to_numpy() + 0.0).view(np.int64)))
        .alias(name)
        for name, kind in frame.schema.items()
        if kind == pl.Float64
    )


@pytest.mark.parametrize("table", CONTRACTS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_every_table_comes_back_as_it_was_written(
    shared_connection: sa.Connection, table: str, data: st.DataObject
) -> None:
    frame = data.draw(frames_of(table))
    version_id = fresh(shared_connection)
    assert write_frame(shared_connection, table, frame, version_id=version_id) == frame.height
    found = read_frame(shared_connection, table, version_id=version_id)
    assert found.schema == frame.schema
    assert bits(found).equals(bits(frame.sort(keys_of(table)[0])))


@settings(max_examples=15, deadline=None)
@given(frame=frames_of("customer"), columns=st.permutations(list(CONTRACTS["customer"])), count=st.integers(1, 12))
def test_any_choice_of_columns_keeps_rows_and_order(
    shared_connection: sa.Connection, frame: pl.DataFrame, columns: list[str], count: int
) -> None:
    version_id, chosen = fresh(shared_connection), columns[:count]
    write_frame(shared_connection, "customer", frame, version_id=version_id)
    found = read_frame(shared_connection, "customer", version_id=version_id, columns=chosen)
    assert found.equals(frame.sort("id").select(chosen))


@settings(max_examples=15, deadline=None)
@given(frame=frames_of("staff", 8), data=st.data())
def test_a_condition_gives_the_rows_a_filter_gives(
    shared_connection: sa.Connection, frame: pl.DataFrame, data: st.DataObject
) -> None:
    version_id = fresh(shared_connection)
    write_frame(shared_connection, "staff", frame, version_id=version_id)
    column = data.draw(st.sampled_from(["id", "org_unit_id", "hours_per_week", "synthetic"]))
    values = data.draw(st.lists(st.sampled_from(frame[column].to_list() or [None])))
    several = read_frame(shared_connection, "staff", version_id=version_id, where={column: values})
    assert several.equals(
        frame.filter(pl.col(column).is_in(pl.Series(values, dtype=frame.schema[column]).implode())).sort("id")
    )
    for value in values[:1]:
        one = read_frame(shared_connection, "staff", version_id=version_id, where={column: value})
        assert one.equals(frame.filter(pl.col(column).eq_missing(value)).sort("id"))


@pytest.mark.parametrize("count", [100, 101, 40_000])
def test_conditions_may_name_any_number_of_cells(shared_connection: sa.Connection, count: int) -> None:
    version_id = fresh(shared_connection)
    cells = np.arange(3 * count, dtype=np.uint64) + H3_CELL
    frame = pl.DataFrame({"branch_id": "b", "cell": cells, "travel_s": 1.0})
    write_frame(shared_connection, "catchment_cell", frame, version_id=version_id)
    for wanted in (cells[::3], pl.Series(cells[::3]), cells[::3].tolist()):
        found = read_frame(shared_connection, "catchment_cell", version_id=version_id, where={"cell": wanted})
        assert found["cell"].to_list() == cells[::3].tolist()


def test_null_is_not_the_empty_text(connection: sa.Connection) -> None:
    version_id = fresh(connection)
    frame = pl.DataFrame({"id": ["", "1", "2"], "name": ["", None, "x"], "highway": ["", "h", "h"]})
    frame = frame.with_columns(geometry=pl.Series(shapely.to_wkb(shapely.points([1, 2, 3], [1, 2, 3]))))
    write_frame(connection, "street", frame, version_id=version_id)
    assert read_frame(connection, "street", version_id=version_id)["name"].to_list() == ["", None, "x"]
    unnamed = read_frame(connection, "street", version_id=version_id, where={"name": None})
    assert unnamed["id"].to_list() == ["1"]
    assert read_frame(connection, "street", version_id=version_id, where={"name": ""})["id"].to_list() == [""]


def test_big_endian_geometry_comes_back_little_endian_on_both_stores(connection: sa.Connection) -> None:
    version_id = fresh(connection)
    line = shapely.LineString([(9.123456789012345, 47), (9.2, 47.1)])
    big = shapely.to_wkb(shapely.set_srid(line, 4326), byte_order=0, include_srid=True)
    frame = pl.DataFrame({"id": ["1"], "name": ["n"], "highway": ["h"], "geometry": [big]})
    write_frame(connection, "street", frame, version_id=version_id)
    found = read_frame(connection, "street", version_id=version_id)["geometry"][0]
    assert found == shapely.to_wkb(line, byte_order=1)


def test_an_empty_frame_writes_nothing_and_reads_with_types(connection: sa.Connection) -> None:
    version_id = fresh(connection)
    assert write_frame(connection, "catchment_cell", empty(CATCHMENT_CELLS), version_id=version_id) == 0
    found = read_frame(connection, "catchment_cell", version_id=version_id)
    assert found.schema == pl.Schema(CATCHMENT_CELLS)
    assert found.is_empty()


def test_versions_do_not_see_each_other(connection: sa.Connection) -> None:
    first, second = fresh(connection), fresh(connection)
    frame = pl.DataFrame({"branch_id": ["b"], "cell": [5], "travel_s": [1.0]})
    write_frame(connection, "catchment_cell", frame, version_id=first)
    write_frame(connection, "catchment_cell", frame.with_columns(travel_s=2.0), version_id=second)
    assert read_frame(connection, "catchment_cell", version_id=first)["travel_s"].to_list() == [1.0]
    assert read_frame(connection, "catchment_cell", version_id=second)["travel_s"].to_list() == [2.0]


def test_more_rows_than_one_batch_come_back_whole(connection: sa.Connection, actor: Actor) -> None:
    count = 120_001
    version_id = new_version(connection, actor, "score", params={}, now=NOW)
    cells = np.random.default_rng(1).permutation(count).astype(np.uint64) + H3_CELL
    frame = pl.DataFrame({"branch_id": "b", "cell": cells, "travel_s": np.random.default_rng(2).random(count)})
    assert write_frame(connection, "catchment_cell", frame, version_id=version_id) == count
    assert read_frame(connection, "catchment_cell", version_id=version_id).equals(frame.sort("cell"))
