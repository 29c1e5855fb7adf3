"""What row-level security costs a query: a branch's scores read with the policies in force and without them."""

from __future__ import annotations

import statistics
from pathlib import Path

import sqlalchemy as sa

from gridgeo.bench.report import Case
from gridgeo.domain import Actor
from gridgeo.storage import act_as, live, open_engine, version_record

FLOOR_MS = 1.0
BRANCH = "b0"
QUERY = (
    "SELECT branch_id, measure, cell, value, low, high FROM cell_score "
    "WHERE version_id = :version AND branch_id = :branch"
)


def cases(quick: bool, owner_url: str, service_url: str, scale: float) -> list[Case]:
    """Return the case `rls-cost` over a published store on this machine.

    owner_url: of a login that no policy holds for. service_url: of the application login. quick: fewer repetitions.
    scale: of the yardstick, which the floor follows.
    The cost is the CPU time of the server's process for a transaction that says whom it acts for and reads a branch's
    scores, less that of one that reads them past the policies: medians, in turn.
    """
    manager = Actor("bench", "branch_manager", frozenset({BRANCH}))
    fenced, bare = open_engine(service_url, create=False), open_engine(owner_url, create=False)
    try:
        with bare.begin() as connection:
            version = int(version_record(connection, live(connection, "publication").id).params["score"])
        _require_fence(fenced, manager)
        pairs = [(_cpu_ms(fenced, version, manager), _cpu_ms(bare, version, None)) for _ in range(11 if quick else 101)]
    finally:
        fenced.dispose()
        bare.dispose()
    with_policy, without = (statistics.median(each) for each in zip(*pairs, strict=True))
    return [
        Case(
            "rls-cost", "CPU ms a query", round(max(with_policy - without, 0.0), 3), "lower", round(FLOOR_MS * scale, 3)
        ),
        Case("rls-query", "CPU ms with the policies", round(with_policy, 3), "lower"),
    ]


def _cpu_ms(engine: sa.Engine, version: int, actor: Actor | None) -> float:
    """Return the CPU time of the server's process for one transaction, in ms."""
    with engine.connect() as connection:
        process = Path(f"/proc/{connection.scalar(sa.text('SELECT pg_backend_pid()'))}/schedstat")
        connection.rollback()
        began = int(process.read_text().split()[0])
        if actor is not None:
            act_as(connection, actor)
        connection.execute(sa.text(QUERY), {"version": version, "branch": BRANCH}).all()
        connection.rollback()
        return (int(process.read_text().split()[0]) - began) / 1e6


def _require_fence(engine: sa.Engine, manager: Actor) -> None:
    """Check that the policies are there: with a scope its own rows come, without one none."""
    counted = sa.text("SELECT count(*), count(*) FILTER (WHERE branch_id = :branch) FROM cell_score")
    with engine.begin() as connection:
        if connection.execute(counted, {"branch": BRANCH}).one()[0]:
            raise RuntimeError("rows were seen without a scope")
        act_as(connection, manager)
        seen, mine = connection.execute(counted, {"branch": BRANCH}).one()
        if not mine or seen != mine:
            raise RuntimeError("the scope shows other rows than the branch's own")
