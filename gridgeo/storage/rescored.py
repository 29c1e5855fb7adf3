"""Score versions in which single branches were scored again: all other rows stay with the version before.

Such a version names in its parameters its `base`, the version that holds every row, and `branches`, branch -> versions
that hold newer rows of it, the oldest first (0 for the version itself). A newer row stands for an older one of its key.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gridgeo.storage.models import Version
from gridgeo.storage.versions import part_of

REPLACED = "rescored"
"""Parameter of a score version that holds both."""
WHOLE_BRANCHES = "score_basis"
"""The table of which a branch's newest rows replace all of its older ones."""
BY_BRANCH = ("cell_score", WHOLE_BRANCHES)


def rescored_of(connection: sa.Connection, version_id: int) -> tuple[int, dict[str, list[int]]]:
    """Return the base of a score version, and branch -> versions with newer rows of it, the oldest first."""
    params = connection.scalar(sa.select(Version.params).where(Version.id == version_id)) or {}
    held = params.get(REPLACED)
    if held is None:
        return version_id, {}
    branches = {str(branch): [int(home) or version_id for home in homes] for branch, homes in held["branches"].items()}
    return int(held["base"]), branches


def home_of(connection: sa.Connection, version_id: int, branch_id: str) -> int:
    """Return the version that a branch of a score version was scored in last."""
    base, branches = rescored_of(connection, version_id)
    return branches.get(branch_id, [base])[-1]


def holders(connection: sa.Connection, version_id: int, table: sa.Table) -> list[sa.ColumnElement[bool]]:
    """Return one condition for each version that holds rows of a table for readers of `version_id`, the oldest first.

    Where there are several, a later row stands for an earlier one of the same key.
    """
    columns: Any = table.columns
    if table.name not in BY_BRANCH:
        return [columns["version_id"] == part_of(connection, version_id, table.name)]
    base, branches = rescored_of(connection, version_id)
    if table.name == WHOLE_BRANCHES:
        newest = [(branch, homes[-1]) for branch, homes in branches.items()]
        rest = (columns["version_id"] == base) & columns["branch_id"].not_in(list(branches))
        return [rest, *(_of(columns, branch, home) for branch, home in newest)]
    newer = [_of(columns, branch, home) for branch, homes in branches.items() for home in homes]
    return [columns["version_id"] == base, *newer]


def _of(columns: Any, branch: str, home: int) -> sa.ColumnElement[bool]:  # noqa: ANN401 - columns of any table
    mine: sa.ColumnElement[bool] = (columns["version_id"] == home) & (columns["branch_id"] == branch)
    return mine
