"""A run on what has changed gives what a whole run gives, does no step twice in vain, and overlooks no table."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from gridgeo.domain import local_actor
from gridgeo.domain.words import TIERS
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.pipeline import changed as changed_module
from gridgeo.pipeline import run as run_module
from gridgeo.pipeline.changed import COMPUTED, DERIVED, LAST, READ_BY, changed_since, state_now, still_as_compared
from gridgeo.pipeline.demo import demo_params, run_demo
from gridgeo.pipeline.run import RunReport, run, run_one
from gridgeo.pipeline.steps import RunParams
from gridgeo.pipeline.territories.cadence import set_cadence
from gridgeo.storage import finish_version, live, new_version, open_engine, read_frame, set_live
from gridgeo.storage.models import Base
from gridgeo.storage.whole import copy_version

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HQ = local_actor()
ANSWERS = ("catchment_cell", "location_cell", "cell_score", "territory", "territory_cell")
KIND = {"catchment_cell": "catchment", "location_cell": "location", "cell_score": "score"}
BOOKKEEPING = {"version", "live"}
Change = Callable[[sa.Connection], object]


@pytest.fixture(scope="module")
def base(make_store: Callable[[str], str]) -> Path:
    """A demo store of the smaller ground, made on a known day."""
    url = make_store("sqlite")
    engine = open_engine(url)
    run_demo(engine, HQ, "helsinki", seed=1, clock=clock)
    engine.dispose()
    return Path(str(sa.make_url(url).database))


@pytest.fixture
def stores(base: Path, tmp_path: Path) -> Iterator[list[sa.Engine]]:
    """Two copies of it."""
    opened = [open_engine(f"sqlite:///{shutil.copy(base, tmp_path / f'{name}.db')}") for name in ("one", "other")]
    yield opened
    for engine in opened:
        engine.dispose()


def clock() -> datetime:
    return NOW


def nothing(connection: sa.Connection) -> None:
    pass


def cadence(connection: sa.Connection) -> None:
    rows = [{"tier": tier, "channel": "phone", "period": "year", "n": 3, "minutes": 20} for tier in TIERS]
    set_cadence(connection, HQ, {"rows": rows}, NOW)


def new_bank(connection: sa.Connection, statement: str) -> None:
    """Make a bank that is other than the one before in what a statement changes."""
    before = live(connection, "bank")
    fresh = new_version(connection, HQ, "bank", params=dict(before.params), now=NOW)
    copy_version(connection, before.id, fresh)
    assert connection.execute(sa.text(statement), {"v": fresh}).rowcount > 0
    finish_version(connection, fresh, report={})
    set_live(connection, HQ, "bank", fresh, NOW)


def fewer_customers(connection: sa.Connection) -> None:
    new_bank(
        connection,
        "DELETE FROM customer WHERE version_id = :v AND id < (SELECT max(id) FROM customer) AND tier = 'core'",
    )


def a_manager_part_time(connection: sa.Connection) -> None:
    new_bank(connection, "UPDATE staff SET hours_per_week = 20 WHERE version_id = :v AND post = 'rm' AND id LIKE '%1'")


def a_branch_moves(connection: sa.Connection) -> None:
    new_bank(
        connection, "UPDATE org_unit SET lng = lng + 0.004 WHERE version_id = :v AND kind = 'branch' AND id = 'B1'"
    )


def the_same_again(connection: sa.Connection) -> None:
    new_bank(connection, "UPDATE customer SET tier = tier WHERE version_id = :v")


def scores_by_themselves(connection: sa.Connection) -> None:
    run_one(connection, HQ, "score", {}, NOW)


CHANGES: dict[Change, tuple[str, ...]] = {
    nothing: COMPUTED,
    the_same_again: COMPUTED,
    cadence: ("catchment", "location"),
    scores_by_themselves: ("catchment", "location"),
    a_manager_part_time: ("catchment", "location"),
    fewer_customers: ("catchment",),
    a_branch_moves: (),
}
"""Change -> steps that it does not concern."""


def published(engine: sa.Engine, report: RunReport) -> dict[str, Any]:
    with engine.connect() as connection:
        ids = report.inputs.as_dict()
        return {name: read_frame(connection, name, version_id=ids[KIND.get(name, "plan")]) for name in ANSWERS}


@pytest.mark.parametrize("change", CHANGES)
def test_the_steps_before_the_first_that_a_change_concerns_are_kept(stores: list[sa.Engine], change: Change) -> None:
    with stores[0].begin() as connection:
        change(connection)
        found = changed_since(connection, LAST, {}, state_now(connection), NOW.date())
    assert tuple(found.reusable) == CHANGES[change]
    assert bool(found.changed) == (not found.nothing)


@pytest.mark.parametrize("change", [cadence, fewer_customers])
def test_what_is_taken_over_and_what_is_done_again_give_what_a_whole_run_gives(
    stores: list[sa.Engine], change: Change
) -> None:
    for engine in stores:
        with engine.begin() as connection:
            change(connection)
    partly = run(stores[0], HQ, RunParams(), clock, since=(LAST, {}, None))
    assert partly.since is not None
    assert tuple(partly.since.reusable) == CHANGES[change]
    whole = run(stores[1], HQ, partly.since.params, clock)
    one, other = published(stores[0], partly), published(stores[1], whole)
    for name in ANSWERS:
        assert_frame_equal(one[name], other[name], check_row_order=False)
    with stores[0].connect() as connection:
        again = changed_since(connection, LAST, {}, state_now(connection), NOW.date())
    assert again.nothing


def test_a_comparison_that_was_made_is_not_made_again_unless_versions_or_the_day_are_others(
    stores: list[sa.Engine],
) -> None:
    asked = (LAST, dict[str, Any]())
    with stores[0].begin() as connection:
        made = changed_since(connection, *asked, state_now(connection), NOW.date())
        assert still_as_compared(connection, made, asked, NOW.date()) is made
        assert still_as_compared(connection, made, asked, NOW.date().replace(day=3)).changed == ("day",)
        fewer_customers(connection)
        assert tuple(still_as_compared(connection, made, asked, NOW.date()).reusable) == ("catchment",)


def test_what_changes_behind_a_comparison_is_found_by_the_next_one(stores: list[sa.Engine]) -> None:
    asked = (LAST, dict[str, Any]())
    with stores[0].begin() as connection:
        made = changed_since(connection, *asked, state_now(connection), NOW.date())
        cadence(connection)
    report = run(stores[0], HQ, RunParams(), clock, since=(*asked, made))
    assert report.since is made
    with stores[0].connect() as connection:
        assert "planning_policy" in changed_since(connection, *asked, state_now(connection), NOW.date()).changed


def test_another_parameter_or_day_or_a_publication_without_notes_is_no_reason_to_take_anything_wrong_over(
    stores: list[sa.Engine],
) -> None:
    with stores[0].begin() as connection:
        state, today = state_now(connection), NOW.date()
        other = changed_since(connection, LAST, {"tolerance": 0.08}, state, today)
        assert (other.changed, dict(other.reusable), other.params.tolerance) == (("tolerance",), {}, 0.08)
        later = changed_since(connection, LAST, {}, state, today.replace(day=3))
        assert (later.changed, tuple(later.reusable)) == (("day",), ("catchment", "location"))
        connection.execute(sa.text("UPDATE run SET state = NULL"))
        assert not changed_since(connection, LAST, {}, state, today).reusable


def test_a_publication_is_named_by_number_day_or_as_the_last(stores: list[sa.Engine]) -> None:
    with stores[0].connect() as connection:
        state, newest = state_now(connection), live(connection, "publication")

        def found(asked: str) -> int:
            return changed_since(connection, asked, {}, state, NOW.date()).publication

        assert found(LAST) == found(str(newest.id)) == found("2026-03-02") == newest.id
        with pytest.raises(NotFoundError, match="2001-01-01"):
            found("2001-01-01")
        with pytest.raises(NotFoundError, match="no publication"):
            found("1")
        with pytest.raises(InvalidInputError, match="yesterday"):
            found("yesterday")


@pytest.fixture
def tables_read(stores: list[sa.Engine], monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Step -> tables that its statements name as read, and before that, under ``wrote``, those that steps filled."""
    seen: dict[str, set[str]] = defaultdict(set)
    step: list[str] = []

    def told(kind: str, do: Any) -> Any:
        def work(*arguments: Any) -> Any:
            step[:] = [kind]
            return do(*arguments)

        return work

    @sa.event.listens_for(stores[0], "before_cursor_execute")
    def note(*given: Any) -> None:
        for how, name in re.findall(r'(FROM|JOIN|,|INTO|UPDATE)\s+"?([a-z_]+)"?', given[2]):
            if step and name in Base.metadata.tables:
                seen["wrote" if how in ("INTO", "UPDATE") else step[0]].add(name)

    monkeypatch.setattr(run_module, "STEPS", {kind: told(kind, do) for kind, do in run_module.STEPS.items()})
    run(stores[0], HQ, demo_params(HQ, "helsinki", resolution=None, method="drive_time", seed=1), clock)
    return seen


def unheeded(seen: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return step -> tables that it reads and whose change would not have it done again."""
    known, missed = set(DERIVED) | BOOKKEEPING | seen["wrote"], {}
    for kind in COMPUTED:
        known |= set(changed_module.READ_BY[kind])
        missed[kind] = seen[kind] - known
    return missed


def test_no_step_reads_a_table_whose_change_would_not_have_it_done_again(
    tables_read: dict[str, set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert unheeded(tables_read) == {kind: set() for kind in COMPUTED}
    less = READ_BY | {"score": tuple(name for name in READ_BY["score"] if name != "planning_policy")}
    monkeypatch.setattr(changed_module, "READ_BY", less)
    assert unheeded(tables_read)["score"] == {"planning_policy"}
