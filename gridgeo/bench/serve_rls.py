"""What row-level security costs a query: scores of a branch, and of many cells, read with the policies and without."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from gridgeo.bench.report import Case
from gridgeo.domain import Actor, CellArray, local_actor
from gridgeo.storage import act_as, live, open_engine, read_frame, version_record

FLOOR_MS = 1.0
BRANCH = "b0"
CELLS, MEASURE = 1_000, "people"
QUERY = (
    "SELECT branch_id, measure, cell, value, low, high FROM cell_score "
    "WHERE version_id = :version AND branch_id = :branch"
)

Ask = Callable[[sa.Connection], int]
"""A question to the store; gives how many rows answered it."""


def cases(quick: bool, owner_url: str, service_url: str, scale: float) -> list[Case]:
    """Return the cases `rls-cost` and `rls-cells-cost` over a published store on this machine.

    owner_url: of a login that no policy holds for. service_url: of the application login. quick: fewer repetitions.
    scale: of the yardstick, which the floor follows.
    The cost is the CPU time of the server's process for a transaction that says whom it acts for and reads, for a
    branch manager, a branch's scores, for head office those of 1,000 cells, less that of one that reads them past the
    policies: medians, in turn.
    Raises RuntimeError when the policies let through what they must not, or keep back what they should let through.
    """
    manager, floor = Actor("bench", "branch_manager", frozenset({BRANCH})), round(FLOOR_MS * scale, 3)
    fenced, bare = open_engine(service_url, create=False), open_engine(owner_url, create=False)
    try:
        with bare.begin() as connection:
            version = int(version_record(connection, live(connection, "publication").id).params["score"])
            cells = _some_cells(connection, version)
        _require_fence(fenced, manager)
        times = 11 if quick else 101
        with_policy, without = _medians_ms(times, (fenced, manager), bare, _branch_question(version))
        all_with, all_without = _medians_ms(times, (fenced, local_actor()), bare, _cells_question(version, cells))
    finally:
        fenced.dispose()
        bare.dispose()
    return [
        Case("rls-cost", "CPU ms a query", round(max(with_policy - without, 0.0), 3), "lower", floor),
        Case("rls-query", "CPU ms with the policies", round(with_policy, 3), "lower"),
        Case("rls-cells-cost", "CPU ms a query", round(max(all_with - all_without, 0.0), 3), "lower", floor),
        Case("rls-cells", f"CPU ms with the policies, {len(cells)} cells", round(all_with, 3), "lower"),
    ]


def _some_cells(connection: sa.Connection, version: int) -> CellArray:
    """Return up to 1,000 cells of all branches, the same each time."""
    frame = read_frame(connection, "cell_score", version_id=version, where={"measure": MEASURE}, columns=["cell"])
    cells = frame["cell"].unique().sort().to_numpy()
    return np.random.default_rng(1).choice(cells, min(CELLS, len(cells)), replace=False)


def _branch_question(version: int) -> Ask:
    def ask(connection: sa.Connection) -> int:
        return len(connection.execute(sa.text(QUERY), {"version": version, "branch": BRANCH}).all())

    return ask


def _cells_question(version: int, cells: CellArray) -> Ask:
    where: dict[str, object] = {"measure": MEASURE, "cell": cells}

    def ask(connection: sa.Connection) -> int:
        return read_frame(connection, "cell_score", version_id=version, where=where).height

    return ask


def _medians_ms(times: int, fenced: tuple[sa.Engine, Actor], bare: sa.Engine, ask: Ask) -> tuple[float, float]:
    """Ask in turn with the policies and past them; return the medians of the CPU time of the server's process."""
    pairs = [(_cpu_ms(*fenced, ask), _cpu_ms(bare, None, ask)) for _ in range(times)]
    if len({rows for pair in pairs for _, rows in pair}) != 1:
        raise RuntimeError("the policies change an answer")
    with_policy, without = zip(*pairs, strict=True)
    return statistics.median(ms for ms, _ in with_policy), statistics.median(ms for ms, _ in without)


def _cpu_ms(engine: sa.Engine, actor: Actor | None, ask: Ask) -> tuple[float, int]:
    """Return the CPU time of the server's process for one transaction, in ms, and how many rows answered it."""
    with engine.connect() as connection:
        process = Path(f"/proc/{connection.scalar(sa.text('SELECT pg_backend_pid()'))}/schedstat")
        connection.rollback()
        began = int(process.read_text().split()[0])
        if actor is not None:
            act_as(connection, actor)
        rows = ask(connection)
        connection.rollback()
        return (int(process.read_text().split()[0]) - began) / 1e6, rows


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
