"""Denominators on cells: sums kept, what is not known of the whole ground left out."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.pipeline.denominators.on_cells import denominators_on_cells
from gridgeo.pipeline.ground_cells import ground_cells, settlement_of
from gridgeo.pipeline.steps import Inputs

from .features_bank import PEOPLE, small_bank


@pytest.fixture
def inputs(connection: sa.Connection, actor: Actor, now: datetime) -> Inputs:
    return small_bank(connection, actor, now)


def test_households_keep_their_sum_and_businesses_of_one_zone_are_not_known(
    connection: sa.Connection, inputs: Inputs
) -> None:
    cells, _ = ground_cells(connection, inputs.ground, 9)
    found = denominators_on_cells(connection, inputs.ground, cells, settlement_of(connection, inputs.ground))
    total = sum(PEOPLE.values())
    assert set(found.values) == {"people", "households"}
    assert found.given == {"people": total, "households": total / 2}
    assert found.values["people"].sum() == pytest.approx(total, rel=1e-9)
    assert found.values["households"].sum() == pytest.approx(total / 2, rel=1e-9)
