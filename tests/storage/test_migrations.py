"""The schema moves in whole steps: a move that fails or is killed leaves the store as it was."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from gridgeo.domain import Actor
from gridgeo.errors import BusyError, InvalidInputError
from gridgeo.storage import (
    check_schema,
    downgrade,
    list_versions,
    new_version,
    open_engine,
    read_frame,
    upgrade,
    write_frame,
)
from gridgeo.storage.migrations.moves import context_options
from gridgeo.storage.models import Base


def tables(engine: sa.Engine) -> set[str]:
    """Return the tables in the store that are not the stores' own."""
    return set(sa.inspect(engine).get_table_names()) - {"spatial_ref_sys"}


def differences(engine: sa.Engine) -> list[object]:
    """Return what a new revision would have to do."""
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts=context_options(connection.dialect))
        return list(compare_metadata(context, Base.metadata))


def test_autogenerate_finds_nothing_to_do(engine: sa.Engine) -> None:
    assert differences(engine) == []


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DROP INDEX ix_cell_score_version_id_cell", "add_index"),
        ("ALTER TABLE staff DROP COLUMN post", "add_column"),
        ("ALTER TABLE street ADD COLUMN surplus TEXT", "remove_column"),
        ("DROP TABLE certificate", "add_table"),
        ("CREATE TABLE surplus (id BIGINT)", "remove_table"),
    ],
)
def test_autogenerate_finds_a_planted_difference(engine: sa.Engine, statement: str, words: str) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
    assert words in str(differences(engine))


def test_up_down_and_up_again_on_data(engine: sa.Engine, actor: Actor, now: datetime) -> None:
    cells = pl.DataFrame({"branch_id": ["b"], "cell": [1], "travel_s": [1.0]}).cast({"cell": pl.UInt64})
    for _ in range(2):
        with engine.begin() as connection:
            version_id = new_version(connection, actor, "catchment", params={}, now=now)
            write_frame(connection, "catchment_cell", cells, version_id=version_id)
            assert read_frame(connection, "catchment_cell", version_id=version_id).equals(cells)
        downgrade(engine, "base")
        assert tables(engine) <= {"alembic_version"}
        with pytest.raises(InvalidInputError, match="is empty: run gridgeo demo"):
            check_schema(engine)
        upgrade(engine)
        check_schema(engine)
        assert tables(engine) == set(Base.metadata.tables) | {"alembic_version"}
        assert differences(engine) == []


def test_upgrade_of_a_new_store_is_only_done_once(engine: sa.Engine, actor: Actor, now: datetime) -> None:
    with engine.begin() as connection:
        new_version(connection, actor, "plan", params={}, now=now)
    upgrade(engine)
    with engine.begin() as connection:
        assert len(list_versions(connection)) == 1


def test_an_upgrade_that_fails_half_way_leaves_nothing(engine: sa.Engine) -> None:
    downgrade(engine, "base")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE territory (in_the_way INTEGER)"))
    with pytest.raises(sa.exc.DBAPIError, match="territory"):
        upgrade(engine)
    assert tables(engine) <= {"territory", "alembic_version"}
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE territory"))
    upgrade(engine)
    check_schema(engine)


def test_a_downgrade_that_fails_half_way_leaves_everything(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE boundary"))
    before = tables(engine)
    with pytest.raises(sa.exc.DBAPIError, match="boundary"):
        downgrade(engine, "base")
    assert tables(engine) == before
    check_schema(engine)


@pytest.mark.parametrize(("revision", "words"), [("ffff", "newer gridgeo"), (None, "is empty")])
def test_a_schema_of_another_release_is_named(engine: sa.Engine, revision: str | None, words: str) -> None:
    check_schema(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM alembic_version"))
        if revision is not None:
            connection.execute(sa.text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
    with pytest.raises(InvalidInputError, match=words):
        check_schema(engine)
    if revision is not None:
        with pytest.raises(InvalidInputError, match=words):
            upgrade(engine)


def test_an_upgrade_waits_for_no_other_upgrade_for_ever(store_url: str) -> None:
    from gridgeo.storage import Timeouts
    from gridgeo.storage.migrations.moves import UPGRADE_LOCK

    engine, other = open_engine(store_url), open_engine(store_url, timeouts=Timeouts(lock_s=0.2))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(UPGRADE_LOCK)))
        with pytest.raises(BusyError, match="somebody else is writing"):
            upgrade(other)
    upgrade(other)
    engine.dispose()
    other.dispose()


def test_revisions_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    engine = open_engine("sqlite:///here.db")
    upgrade(engine)
    check_schema(engine)
    engine.dispose()
    assert (tmp_path / "here.db").exists()
