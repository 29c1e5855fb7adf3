"""A river without a bridge near by divides touching cells, and a manager's way runs over the roads."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
import pytest
import shapely
import sqlalchemy as sa

from gridgeo.cells import centres, metres_between, neighbour_graph
from gridgeo.pipeline.territories.answers import fresh
from gridgeo.pipeline.territories.drafts import Draft, live_inputs, spec_of_draft
from gridgeo.pipeline.territories.ground import part_ground
from gridgeo.pipeline.territories.spec import Aim
from gridgeo.pipeline.territories.ways import ways_between
from gridgeo.storage import live, open_engine, write_frame
from gridgeo.territory import verify_plan

from .plan_bank import MAKER, ground, write_plan_bank

RIVER_LNG, BRIDGE_LAT = 9.505, 47.14
ROAD_M_PER_S = 10.0


Opened = Callable[..., sa.Connection]


@pytest.fixture
def bank(make_store: Callable[[str], str]) -> Iterator[Opened]:
    """The bank with what else its ground is to have."""
    engine = open_engine(make_store("sqlite"))
    with engine.connect() as opened:

        def write(*layers: Callable[[sa.Connection, int], None]) -> sa.Connection:
            write_plan_bank(
                opened, lambda connection, version: [layer(connection, version) for layer in layers] and None
            )
            return opened

        yield write
    engine.dispose()


def river(connection: sa.Connection, ground_id: int) -> None:
    """A river from north to south through the west."""
    line = shapely.to_wkb(shapely.LineString([(RIVER_LNG, 47.0), (RIVER_LNG, 47.3)]))
    table = pl.DataFrame({"id": ["w1"], "name": ["Rhein"], "highway": ["waterway:river"], "geometry": [line]})
    write_frame(connection, "street", table, version_id=ground_id)


def roads(connection: sa.Connection, ground_id: int) -> None:
    """A road between any two touching cells, but over the river only at the bridge."""
    cells, _ = ground()
    lng, lat = centres(cells)
    near = neighbour_graph(cells)
    source = np.repeat(np.arange(len(cells)), np.diff(near.indptr))
    target = near.indices.astype(np.int64)
    over = (lng[source] < RIVER_LNG) != (lng[target] < RIVER_LNG)
    kept = ~over | (np.abs(lat[[source, target]] - BRIDGE_LAT) < 0.002).all(axis=0)
    seconds = metres_between(lng[source], lat[source], lng[target], lat[target]) / ROAD_M_PER_S
    edges = pl.DataFrame({"source": source[kept], "target": target[kept], "seconds": seconds[kept]})
    nodes = pl.DataFrame({"id": np.arange(len(cells)), "lng": lng, "lat": lat})
    write_frame(connection, "road_node", nodes, version_id=ground_id)
    write_frame(connection, "road_edge", edges, version_id=ground_id)


def test_without_roads_nobody_knows_the_bridges_and_nothing_is_cut(bank: Opened) -> None:
    connection = bank(river)
    assert ways_between(connection, live(connection, "ground").id, ground()[0], timed=True) is None


def test_the_river_divides_cells_but_at_the_bridge(bank: Opened) -> None:
    connection, (cells, _) = bank(river, roads), ground()
    ways = ways_between(connection, live(connection, "ground").id, cells, timed=True)
    assert ways is not None
    assert ways.cost is not None
    lng, lat = centres(cells)
    near = neighbour_graph(cells)
    source = np.repeat(np.arange(len(cells)), np.diff(near.indptr))
    over = (lng[source] < RIVER_LNG) != (lng[near.indices] < RIVER_LNG)
    far = np.abs(lat[source] - BRIDGE_LAT) > 0.012
    assert over.sum() > 20
    assert not ways.cut[~over].any()
    assert ways.cut[over & far].all()
    assert not ways.cut[over].all()
    dry = metres_between(lng[source], lat[source], lng[near.indices], lat[near.indices]) / ROAD_M_PER_S
    assert ways.cost[~over] == pytest.approx(dry[~over], rel=1e-6)


def test_territories_keep_to_their_bank_and_the_way_to_a_home_counts(bank: Opened) -> None:
    connection, (cells, branch) = bank(river, roads), ground()
    west = cells[branch == "B1"]
    homes = {rm: int(west[at]) for rm, at in zip(("R1", "R2", "R3"), (3, len(west) // 2, len(west) - 3), strict=True)}
    draft = Draft(("B1",), Aim(tolerance=(0.1, 0.1), starts=1), homes={rm: f"{cell:x}" for rm, cell in homes.items()})
    spec = spec_of_draft(connection, MAKER, draft)
    found = part_ground(connection, live_inputs(connection), spec.aim, spec.parts[0])
    assert found.problem.objective == "travel"
    answer = fresh(found, spec.parts[0], spec.aim)
    assert answer.result.feasible
    assert verify_plan(found.problem, answer.result.labels, answer.result.certificate.as_json()) == []
    straight = spec_of_draft(connection, MAKER, Draft(("B1",), Aim(tolerance=(0.1, 0.1), starts=1)))
    free = part_ground(connection, live_inputs(connection), straight.aim, straight.parts[0]).problem
    assert free.objective == "median"
    assert len(free.indices) == len(found.problem.indices) < len(neighbour_graph(west).indices)
