"""The models say the same as the column contracts, and the schema has what queries need."""

from __future__ import annotations

import polars as pl
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridgeo.domain.measures import MEASURES
from gridgeo.storage import CONTRACTS, upgrade
from gridgeo.storage.contracts import stored
from gridgeo.storage.models import Base, MeasureRow, Street, Versioned
from gridgeo.storage.types import has_postgis

OWN = {
    *(
        "version",
        "live",
        "live_log",
        "run",
        "run_step",
        "measure",
        "user_measure",
        "store_setting",
        "import_file",
        "job",
        "reply",
    ),
    *("role_rule", "api_key", "web_session", "audit_log"),
    *("review_item", "review_party", "review_decision", "provider_answer"),
    *("score_basis", "score_model"),
    *("scenario", "scenario_event", "planning_policy", "dispute", "overlay"),
    *("grid_set", "grid", "grid_cell", "grid_operation", "feature_grid", "snapshot", "snapshot_member"),
}
PYTHON_TYPES = {
    pl.String: str,
    pl.Float64: float,
    pl.UInt64: int,
    pl.Int64: int,
    pl.Int32: int,
    pl.Boolean: bool,
    pl.Binary: bytes,
}
WIDE = (pl.UInt64, pl.Int64)
CELL_TABLES = [table for table, contract in CONTRACTS.items() if "cell" in contract]


def test_every_table_is_either_the_stores_own_or_has_a_contract() -> None:
    assert set(Base.metadata.tables) == OWN | set(CONTRACTS)


@pytest.mark.parametrize("table", CONTRACTS)
def test_columns_are_the_version_and_the_contract(table: str) -> None:
    columns = {column.name: column for column in stored(table).columns}
    assert set(columns) == {"version_id", *CONTRACTS[table]}
    assert next(iter(columns)) == "version_id"
    for name, kind in CONTRACTS[table].items():
        if kind in PYTHON_TYPES and not isinstance(columns[name].type, sa.JSON):
            assert columns[name].type.python_type is PYTHON_TYPES[kind] or kind == pl.Binary
        assert isinstance(columns[name].type, sa.BigInteger) == (kind in WIDE)


@pytest.mark.parametrize("table", CONTRACTS)
def test_the_primary_key_begins_with_the_version(table: str) -> None:
    assert next(iter(stored(table).primary_key.columns)).name == "version_id"
    assert issubclass(next(m.class_ for m in Base.registry.mappers if m.local_table is stored(table)), Versioned)


@pytest.mark.parametrize("table", CELL_TABLES)
def test_cell_tables_have_no_geometry_and_an_index_by_cell(engine: sa.Engine, table: str) -> None:
    inspector = sa.inspect(engine)
    assert "geometry" not in {column["name"] for column in inspector.get_columns(table)}
    unique = [item["column_names"] for item in inspector.get_unique_constraints(table)]
    assert ["version_id", "cell"] in [item["column_names"] for item in inspector.get_indexes(table)] + unique


@pytest.mark.parametrize("table", [name for name, contract in CONTRACTS.items() if pl.Binary in contract.values()])
def test_geometry_has_one_spatial_index_on_postgis_and_none_elsewhere(engine: sa.Engine, table: str) -> None:
    on_geometry = [item for item in sa.inspect(engine).get_indexes(table) if item["column_names"] == ["geometry"]]
    assert len(on_geometry) == (1 if has_postgis(engine.dialect) else 0)


def test_the_measure_table_is_the_measure_list(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        assert set(connection.scalars(sa.select(MeasureRow.id))) == {measure.id for measure in MEASURES}
        connection.execute(sa.delete(MeasureRow).where(MeasureRow.id == "people"))
        connection.execute(sa.update(MeasureRow).values(name_en="stale"))
    upgrade(engine)
    with engine.begin() as connection:
        rows = connection.execute(sa.select(MeasureRow.id, MeasureRow.name_zh, MeasureRow.name_en)).all()
    assert {tuple(row) for row in rows} == {(item.id, item.name_zh, item.name_en) for item in MEASURES}


def test_entities_carry_geometry_as_wkb_too(engine: sa.Engine) -> None:
    import shapely

    wkb = shapely.to_wkb(shapely.LineString([(9.123456789012345, 47), (9.2, 47.1)]), byte_order=1)
    with Session(engine) as session:
        session.add(Street(version_id=1, id="s", name=None, highway="path", geometry=wkb))
        session.commit()
        session.expire_all()
        assert session.scalars(sa.select(Street)).one().geometry == wkb
