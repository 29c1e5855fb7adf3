"""What stands behind a published cell: every measure with its band, method and data versions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gridgeo.cells import cell_strings, cells_from_strings
from gridgeo.domain import Actor
from gridgeo.domain.public import reason_words
from gridgeo.errors import NotFoundError
from gridgeo.maps import MARKETING_ONLY
from gridgeo.pipeline import browse


def explain_cell(connection: sa.Connection, actor: Actor, cell: str, branch_id: str | None = None) -> dict[str, Any]:
    """Return cell, branch_id, travel_s, territory, versions, and each measure with value, band, evidence and method.

    A consumer gets published figures only: where one is hidden, null with the reason, and no sums over neighbours.
    cell: 15 hexadecimal digits. branch_id: when given, the cell must belong to it.
    Raises InvalidInputError when the text is no cell, NotFoundError when it is not published in the actor's scope.
    """
    number = cells_from_strings([cell])
    published = browse.publication(connection)
    detail = browse.cell_detail(connection, actor, int(number[0]), published)
    if branch_id is not None and branch_id != detail.branch_id:
        raise NotFoundError("cell {cell} is not in branch {branch}", cell=cell, branch=branch_id)
    return {
        "cell": cell_strings(number)[0],
        "branch_id": detail.branch_id,
        "travel_s": detail.travel_s,
        "territory": detail.territory,
        "synthetic": published.synthetic,
        "versions": published.versions | {"publication": published.id},
        "measures": {
            name: score
            | reason_words(score["reason"])
            | {
                "name_zh": published.measures[name].name_zh,
                "name_en": published.measures[name].name_en,
                "unit": published.measures[name].unit,
                "method": published.measures[name].method,
            }
            for name, score in detail.scores.items()
        },
        "notice": MARKETING_ONLY,
    }
