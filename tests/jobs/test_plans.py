"""Plans are solved without a transaction: others write meanwhile, and what they changed is never written over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo.errors import BusyError, ConflictError
from gridgeo.jobs import Task, plans
from gridgeo.pipeline.territories.drafts import Draft, comment, keep_answer, show, spec_of_draft
from gridgeo.pipeline.territories.moves import move_cells
from gridgeo.pipeline.territories.removal import delete_scenario
from gridgeo.pipeline.territories.replans import Changes
from gridgeo.pipeline.territories.spec import Aim
from gridgeo.storage import SERVING, list_versions, open_engine, read_frame, reading
from gridgeo.storage.scenarios import scenario_records
from tests.pipeline.plan_bank import MAKER, NOW, write_plan_bank

DRAFT = Draft(("B1",), Aim(tolerance=(0.1, 0.15), starts=1))
HELD = sa.text("UPDATE scenario SET notes = 'held'")
"""Keeps everybody from writing on SQLite, on PostgreSQL whoever wants the same rows."""
Change = Callable[[sa.Connection], object]


@pytest.fixture
def served(engine: sa.Engine, store_url: str) -> Iterator[sa.Engine]:
    """The store as a service opens it, which waits half a second for who writes; Spring is a draft of branch B1."""
    with engine.begin() as connection:
        write_plan_bank(connection)
        keep_answer(connection, MAKER, "Spring", spec_of_draft(connection, MAKER, DRAFT), NOW)
    opened = open_engine(store_url, create=False, timeouts=SERVING)
    yield opened
    opened.dispose()


def asked(kind: str, scenario: str, revision: int | None) -> tuple[Callable[[Task], None], dict[str, Any]]:
    """Return what does a job of a kind, and the job's parameters."""
    if kind == "repair":
        return plans.do_repair, dict(plans.repairing(scenario, (), revision or 0).params)
    if kind == "replan":
        changes = Changes(leaves=("R3",))
        return plans.do_replan, dict(plans.planning_again(scenario, (changes, DRAFT.aim, ()), None, revision).params)
    return plans.do_solve, dict(plans.solving(scenario, DRAFT, None, revision).params)


def doing(
    engine: sa.Engine, job: tuple[Callable[[Task], None], dict[str, Any]], meanwhile: Callable[[], object]
) -> int:
    """Do a job; `meanwhile` happens once, in the midst of the solving. Returns how often the job was finished."""
    finished: list[object] = []
    left = [meanwhile]

    def progress(_: str, share: float | None = None) -> None:
        if share and left:
            left.pop()()

    do, params = job
    do(Task(engine, MAKER, params, None, None, lambda: NOW, progress, lambda _, result: finished.append(result)))
    assert not left
    return len(finished)


def state(engine: sa.Engine) -> tuple[list[tuple[str, int, int]], int]:
    """Return name, revision and version of every scenario, and how many versions of plans there are."""
    with reading(engine) as connection:
        heads = [(one.name, one.revision, one.version_id) for one in scenario_records(connection)]
        return heads, len(list_versions(connection, "scenario"))


def moved(connection: sa.Connection) -> None:
    """Give a cell of Spring to another manager."""
    version = show(connection, MAKER, "Spring")["version"]
    cells = read_frame(connection, "territory_cell", version_id=version).filter(territory_id="T-R1")["cell"]
    move_cells(connection, MAKER, "Spring", [(f"{cells[0]:x}", "R2")], NOW)


def taken(connection: sa.Connection) -> None:
    """Use the name of the plan that is being solved."""
    keep_answer(connection, MAKER, "Summer", spec_of_draft(connection, MAKER, DRAFT), NOW)


def removed(connection: sa.Connection) -> None:
    """Delete Spring; make another of its name, which is at the same revision."""
    delete_scenario(connection, MAKER, "Spring", NOW)
    keep_answer(connection, MAKER, "Spring", spec_of_draft(connection, MAKER, DRAFT), NOW)


@pytest.mark.parametrize("kind", ["solve", "replan", "repair"])
def test_others_write_while_a_plan_is_solved(engine: sa.Engine, served: sa.Engine, kind: str) -> None:
    def remark() -> None:
        with served.begin() as connection:
            comment(connection, MAKER, "Spring", "still here", NOW)

    assert doing(engine, asked(kind, "Spring", 1), remark) == 1
    with reading(engine) as connection:
        body = show(connection, MAKER, "Spring")
    assert (body["revision"], [entry["text"] for entry in body["comments"]]) == (2, ["still here"])


@pytest.mark.parametrize(
    ("kind", "name", "revision", "change"),
    [
        ("solve", "Spring", 1, moved),
        ("replan", "Spring", 1, moved),
        ("repair", "Spring", 1, moved),
        ("repair", "Spring", 1, removed),
        ("solve", "Spring", 1, removed),
        ("solve", "Summer", None, taken),
    ],
)
def test_a_plan_does_not_take_the_place_of_what_was_changed_meanwhile(
    engine: sa.Engine, served: sa.Engine, kind: str, name: str, revision: int | None, change: Change
) -> None:
    theirs: list[Any] = []

    def somebody_else() -> None:
        with served.begin() as connection:
            change(connection)
        theirs.append(state(engine))

    with pytest.raises(ConflictError, match=r"changed in between|is taken"):
        doing(engine, asked(kind, name, revision), somebody_else)
    assert state(engine) == theirs[0]


def test_a_plan_that_is_solved_waits_for_whoever_writes(
    engine: sa.Engine, served: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "BETWEEN_TRIES_S", 0.02)
    holds, refused = threading.Event(), threading.Event()

    def hold() -> None:
        with engine.begin() as connection:
            connection.execute(HELD)
            holds.set()
            assert refused.wait(60)

    def begin_to_hold() -> None:
        holder.start()
        assert holds.wait(60)

    def sleep(wait_s: float) -> None:
        refused.set()
        holder.join(wait_s)

    holder = threading.Thread(target=hold)
    monkeypatch.setattr(plans.time, "sleep", sleep)
    assert doing(served, asked("solve", "Spring", 1), begin_to_hold) == 1
    assert refused.is_set()


def test_a_store_that_stays_busy_is_told(engine: sa.Engine, served: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "MOST_WAIT_S", 0.1)
    with engine.connect() as other:
        transaction = other.begin()
        other.execute(HELD)
        with pytest.raises(BusyError):
            doing(served, asked("solve", "Spring", 1), lambda: None)
        transaction.rollback()
    assert state(engine)[1] == 1
